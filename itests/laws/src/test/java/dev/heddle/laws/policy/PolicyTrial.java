package dev.heddle.laws.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The same steps told to the oracle and done in a world. */
final class PolicyTrial implements AutoCloseable {

  /** The n-th has the addresses 10.0.0.n and fd00::n. */
  static final List<String> PORTS = List.of("a", "b", "c", "d");

  private final PolicyOracle oracle;
  private final World world;
  private final List<Step.Send> sent = new ArrayList<>();
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

  /** Packets sent so far, and those of them that arrived. */
  int packets() {
    return sent.size();
  }

  int arrivals() {
    return arrived;
  }

  /** For each verdict on a packet at a port under policy: side, tier and verdict. */
  List<String> decisions() {
    return oracle.decisions();
  }

  /**
   * @throws AssertionError with the whole trace if a packet fares otherwise than the oracle says
   */
  void take(Step step) {
    if (step instanceof Step.Send send) {
      send(send);
    } else if (step instanceof Step.Answer answer && answer.ago() < sent.size()) {
      Step.Send asked = sent.get(sent.size() - 1 - answer.ago());
      send(new Step.Send(asked.to(), asked.from(), asked.datagram().answer()));
    } else if (step instanceof Step.Put put
        && (world.takesEquals() || !oracle.hasEqualOf(put.rule()))) {
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
    }
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
    }
    return Optional.empty();
  }

  private static Document document(Step.Group group) {
    return named("PortGroup", group.name(), spec -> list(spec, "ports", group.ports()));
  }

  private static Document document(Step.AddressSet set) {
    return named("AddressSet", set.name(), spec -> list(spec, "addresses", set.prefixes()));
  }

  private void send(Step.Send send) {
    if (!world.speaks(send.datagram())) {
      return;
    }
    sent.add(send);
    boolean arrives = oracle.arrives(send.from(), send.to(), send.datagram());
    arrived += arrives ? 1 : 0;
    world.send(send, arrives, oracle.told());
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
