package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One packet through the tables of one switch, with the limits of OVS (ofproto-dpif-xlate): 4,096
 * resubmits or gotos after the first lookup, 64 of them inside each other to the same or an earlier
 * table. Whoever exceeds one loses the packet, and with it every copy already sent. Not a value:
 * used once.
 */
final class Passage implements Action.Visitor<Optional<String>> {

  static final int MOST_RESUBMITS = 4096;
  static final int DEEPEST = 64;

  /** A copy that leaves by a port, with what it carries there. */
  record Copy(int port, Packet packet) {}

  private final Id<Node> node;
  private final Tables tables;
  private final Set<Integer> ports;
  private final int inPort;
  private final List<Trace.Step> steps = new ArrayList<>();
  private final List<Copy> copies = new ArrayList<>();
  private Packet packet;
  private int table;
  private int lookups;
  private int backward;
  private int inside;
  private Optional<String> exceeded = Optional.empty();

  private Passage(Id<Node> node, Tables tables, Set<Integer> ports, int inPort, Packet packet) {
    this.node = node;
    this.tables = tables;
    this.ports = ports;
    this.inPort = inPort;
    this.packet = packet;
  }

  /**
   * @param copies what left the switch, none if a limit was exceeded
   * @param last the packet after the last action, with its registers
   * @param exceeded the limit that lost the packet
   */
  record Outcome(
      List<Trace.Step> steps, List<Copy> copies, Packet last, Optional<String> exceeded) {}

  /**
   * @param ports the ports the switch has; what goes out of another is lost
   */
  static Outcome through(
      Id<Node> node, Tables tables, Set<Integer> ports, int inPort, Packet packet) {
    Packet at = packet.with(Wire.OF_PORT, Bits.of(inPort));
    Passage p = new Passage(node, tables, ports, inPort, at);
    p.lookUp(0);
    List<Copy> copies = p.exceeded.isPresent() ? List.of() : p.copies;
    return new Outcome(List.copyOf(p.steps), List.copyOf(copies), p.packet, p.exceeded);
  }

  /** Forward lookups are bounded in number only; going back counts as depth too. */
  private void lookUp(int next) {
    if (backward >= DEEPEST) {
      exceeded =
          Optional.of("over " + DEEPEST + " resubmits inside each other: the packet is lost");
    } else if (lookups > MOST_RESUBMITS) {
      exceeded = Optional.of("over " + MOST_RESUBMITS + " resubmits: the packet is lost");
    }
    if (exceeded.isPresent()) {
      return;
    }
    int before = table;
    int deeper = next <= before && lookups > 0 ? 1 : 0;
    table = next;
    lookups++;
    List<Flow> met = tables.lookup(next, packet);
    int at = steps.size();
    List<String> notes = new ArrayList<>();
    Trace.Step step = new Trace.Step(node, next, inside, packet, met, notes);
    steps.add(step);
    backward += deeper;
    for (Action action : met.isEmpty() ? List.<Action>of() : met.get(0).actions()) {
      if (exceeded.isPresent()) {
        break;
      }
      action.accept(this).ifPresent(notes::add);
    }
    backward -= deeper;
    table = before;
    steps.set(at, new Trace.Step(node, next, inside, step.packet(), met, notes));
  }

  @Override
  public Optional<String> set(Action.Set set) {
    packet = packet.after(set);
    return Optional.empty();
  }

  @Override
  public Optional<String> move(Action.Move move) {
    packet = packet.after(move);
    return Optional.empty();
  }

  @Override
  public Optional<String> output(Action.Output output) {
    if (output.port() == inPort) {
      return Optional.of("not back out of port " + inPort);
    }
    if (!ports.contains(output.port())) {
      return Optional.of("there is no port " + output.port());
    }
    copies.add(new Copy(output.port(), packet));
    return Optional.empty();
  }

  @Override
  public Optional<String> toSender(Action.ToSender toSender) {
    copies.add(new Copy(inPort, packet));
    return Optional.empty();
  }

  @Override
  public Optional<String> resubmit(Action.Resubmit resubmit) {
    inside++;
    lookUp(resubmit.table());
    inside--;
    return exceeded;
  }

  @Override
  public Optional<String> gotoTable(Action.GotoTable go) {
    lookUp(go.table());
    return exceeded;
  }

  @Override
  public Optional<String> pushVlan(Action.PushVlan a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> popVlan(Action.PopVlan a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> decTtl(Action.DecTtl a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> conjunction(Action.Conjunction a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> group(Action.GroupRef a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> meter(Action.Meter a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> clone(Action.Clone a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> learn(dev.heddle.pipeline.Learn a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> track(dev.heddle.pipeline.Track a) {
    throw new IllegalArgumentException("not yet: " + a);
  }

  @Override
  public Optional<String> punt(dev.heddle.pipeline.Punt a) {
    throw new IllegalArgumentException("not yet: " + a);
  }
}
