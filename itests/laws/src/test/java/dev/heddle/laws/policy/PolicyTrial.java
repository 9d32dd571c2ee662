package dev.heddle.laws.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The same steps told to the oracle and done in a world. */
final class PolicyTrial implements AutoCloseable {

  /** The n-th has the addresses 10.0.0.n and fd00::n. */
  static final List<String> PORTS = List.of("a", "b", "c", "d");

  private final PolicyOracle oracle;
  private final World world;
  private final List<Step.Packet> sent = new ArrayList<>();
  private int packets;
  private int arrived;

  PolicyTrial(World world) {
    this(new PolicyOracle(), world);
  }

  PolicyTrial(PolicyOracle oracle, World world) {
    this.oracle = oracle;
    this.world = world;
  }

  static int number(String port) {
    return port.charAt(0) - 'a' + 1;
  }

  static String address(String port, boolean v6) {
    return (v6 ? "fd00::" : "10.0.0.") + number(port);
  }

  /** Packets sent so far, and those of them that arrived. */
  int packets() {
    return packets;
  }

  int arrivals() {
    return arrived;
  }

  /** For each verdict at a port under policy side, tier and verdict, and what else was decided. */
  List<String> decisions() {
    return oracle.decisions();
  }

  /**
   * @throws AssertionError with the whole trace if a packet fares otherwise than the oracle says
   */
  void take(Step step) {
    if (step instanceof Step.Packet packet) {
      send(packet);
    } else if (step instanceof Step.Answer answer && answer.ago() < sent.size()) {
      Step.Packet asked = sentBefore(answer.ago());
      send(new Step.Send(asked.to(), asked.from(), asked.datagram().answer()));
    } else if (step instanceof Step.Again again && again.ago() < sent.size()) {
      send(sentBefore(again.ago()));
    } else if (step instanceof Step.Refuse refuse && refuse.ago() < sent.size()) {
      Step.Packet asked = sentBefore(refuse.ago());
      String by = refuse.by().isEmpty() ? asked.to() : refuse.by();
      if (!by.equals(asked.from())) {
        send(new Step.Unreachable(by, asked.from(), asked.datagram()));
      }
    } else if (step instanceof Step.Put put
        && !(world.takesEquals() ? oracle.hasRivalOf(put.rule()) : oracle.hasEqualOf(put.rule()))) {
      oracle.put(put.rule());
      world.put(document(put.rule()));
    } else if (step instanceof Step.Remove remove && oracle.has(remove.rule())) {
      oracle.remove(remove.rule());
      world.remove("Acl", remove.rule());
    } else if (step instanceof Step.Group group) {
      oracle.group(group.name(), group.ports());
      world.put(document(group));
    } else if (step instanceof Step.AddressSet set) {
      oracle.set(set.name(), set.prefixes());
      world.put(document(set));
    } else if (step instanceof Step.Default closed) {
      oracle.closed(closed.drop());
      world.put(document(closed));
    }
  }

  private Step.Packet sentBefore(int ago) {
    return sent.get(sent.size() - 1 - ago);
  }

  /** The change that a step is, if it is one that a simulated world takes. */
  static Optional<Change> change(Step step, PolicyOracle oracle) {
    if (step instanceof Step.Put put && !oracle.hasEqualOf(put.rule())) {
      return Optional.of(new Change.Put(document(put.rule())));
    } else if (step instanceof Step.Remove remove && oracle.has(remove.rule())) {
      return Optional.of(new Change.Remove("Acl", remove.rule(), true));
    } else if (step instanceof Step.Group group) {
      return Optional.of(new Change.Put(document(group)));
    } else if (step instanceof Step.AddressSet set) {
      return Optional.of(new Change.Put(document(set)));
    } else if (step instanceof Step.Default closed) {
      return Optional.of(new Change.Put(document(closed)));
    }
    return Optional.empty();
  }

  private static Document document(Step.Group group) {
    return named("PortGroup", group.name(), spec -> list(spec, "ports", group.ports()));
  }

  private static Document document(Step.AddressSet set) {
    return named("AddressSet", set.name(), spec -> list(spec, "addresses", set.prefixes()));
  }

  private static Document document(Step.Default closed) {
    return named(
        "LogicalSwitch", "s", spec -> spec.put("defaultAction", closed.drop() ? "drop" : "allow"));
  }

  private void send(Step.Packet packet) {
    if (!world.speaks(packet)) {
      return;
    }
    packets++;
    if (!(packet instanceof Step.Unreachable)) {
      sent.add(packet); // nobody answers an error, or reports one
    }
    Set<Integer> arrive = oracle.arrive(packet);
    arrived += arrive.isEmpty() ? 0 : 1;
    world.send(packet, arrive, oracle.told());
  }

  private static Document document(Rule rule) {
    return named(
        "Acl",
        rule.name(),
        spec -> {
          ObjectNode applies = spec.putObject("appliesTo");
          if (rule.group().equals(Rule.SWITCH)) {
            applies.put("switch", "s");
          } else {
            applies.put("portGroup", rule.group());
          }
          spec.put("direction", rule.side() == Rule.Side.FROM ? "from" : "to");
          spec.put("tier", rule.tier()).put("priority", rule.priority());
          spec.put("onChange", rule.drains() ? "drain" : "cut");
          return spec.put("match", rule.condition().text()).put("action", rule.verdict().word());
        });
  }

  private static ObjectNode list(ObjectNode spec, String field, Iterable<String> values) {
    values.forEach(v -> spec.withArray(field).add(v));
    return spec;
  }

  private static Document named(
      String kind, String name, Function<ObjectNode, ObjectNode> contents) {
    ObjectNode spec = contents.apply(JsonNodeFactory.instance.objectNode());
    return new Document(kind, name, Map.of(), spec);
  }

  @Override
  public void close() {
    world.close();
  }
}
