package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Track;
import dev.heddle.pipeline.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One packet through the tables of one switch, with the limits of OVS (ofproto-dpif-xlate): 4,096
 * resubmits or gotos after the first lookup, 64 of them inside each other to the same or an earlier
 * table. Whoever exceeds one loses the packet, and with it every copy already sent. What is learned
 * on the way is seen from the next passage on. Not a value: used once.
 */
final class Passage implements Action.Visitor<Optional<String>> {

  static final int MOST_RESUBMITS = 4096;
  static final int DEEPEST = 64;

  private static final Optional<String> NOTHING = Optional.empty();

  /** Something learned, and by what. */
  record Lesson(Learn by, Flow flow) {}

  /**
   * @param effects what the switch is to do, none if a limit was exceeded
   * @param last the packet after the last action, with its registers
   * @param exceeded the limit that lost the packet
   */
  record Outcome(
      List<Trace.Step> steps,
      List<Effect> effects,
      List<Lesson> lessons,
      Packet last,
      Optional<String> exceeded) {}

  private final Id<Node> node;
  private final Tables tables;
  private final Memory.Local memory;
  private final Set<Integer> ports;
  private final int inPort;
  private final Packet arrived;
  private final List<Trace.Step> steps = new ArrayList<>();
  private final List<Lesson> lessons = new ArrayList<>();
  private List<Effect> effects = new ArrayList<>();
  private List<Integer> outputs = new ArrayList<>();
  private List<String> notes = new ArrayList<>();
  private Packet packet;
  private int table;
  private int lookups;
  private int backward;
  private int inside;
  private boolean stopped;
  private Optional<String> exceeded = Optional.empty();

  private Passage(Id<Node> node, Fabric.Switch at, Memory.Local memory, int inPort, Packet packet) {
    this.node = node;
    this.tables = at.tables();
    this.memory = memory;
    this.ports = at.allPorts();
    this.inPort = inPort;
    this.arrived = packet;
    this.packet = packet;
  }

  /** From a table on: the first, or where a tracked packet goes on. */
  static Outcome through(
      Id<Node> node, Fabric.Switch at, Memory.Local memory, int inPort, Packet packet, int table) {
    Packet in = packet.with(Wire.OF_PORT, Bits.of(inPort));
    Passage p = new Passage(node, at, memory, inPort, in);
    p.lookUp(table);
    List<Effect> effects = p.exceeded.isPresent() ? List.of() : p.effects;
    return new Outcome(p.steps, effects, p.lessons, p.packet, p.exceeded);
  }

  /** Forward lookups are bounded in number only; going back counts as depth too. */
  private void lookUp(int next) {
    checkLimits();
    if (exceeded.isPresent()) {
      return;
    }
    final int before = table;
    final List<String> notesBefore = notes;
    final List<Integer> outputsBefore = outputs;
    int deeper = next <= before && lookups > 0 ? 1 : 0;
    table = next;
    lookups++;
    Classifier.Found found = memory.learned.index(tables, next).lookup(packet);
    List<Flow> met = found.flows();
    int at = steps.size();
    notes = new ArrayList<>();
    outputs = new ArrayList<>();
    found.conjunctions().forEach(id -> notes.add("all clauses of conjunction " + id + " met"));
    Packet asItCame = packet;
    steps.add(new Trace.Step(node, next, inside, asItCame, met, notes, outputs));
    backward += deeper;
    if (!met.isEmpty()) {
      run(met.get(0).actions());
    }
    backward -= deeper;
    steps.set(at, new Trace.Step(node, next, inside, asItCame, met, notes, outputs));
    table = before;
    notes = notesBefore;
    outputs = outputsBefore;
  }

  private void checkLimits() {
    if (backward >= DEEPEST) {
      exceeded =
          Optional.of("over " + DEEPEST + " resubmits inside each other: the packet is lost");
    } else if (lookups > MOST_RESUBMITS) {
      exceeded = Optional.of("over " + MOST_RESUBMITS + " resubmits: the packet is lost");
    }
  }

  private void run(List<Action> actions) {
    for (Action action : actions) {
      if (exceeded.isPresent() || stopped) {
        break;
      }
      action.accept(this).ifPresent(notes::add);
    }
    stopped = false;
  }

  /** On a copy: what changes is not seen behind it. */
  private void runOnCopy(List<Action> actions) {
    Packet before = packet;
    List<Effect> outer = effects;
    effects = new ArrayList<>();
    run(actions);
    outer.add(new Effect.Copied(effects));
    effects = outer;
    packet = before;
  }

  @Override
  public Optional<String> set(Action.Set set) {
    packet = packet.after(set);
    return NOTHING;
  }

  @Override
  public Optional<String> move(Action.Move move) {
    packet = packet.after(move);
    return NOTHING;
  }

  @Override
  public Optional<String> output(Action.Output output) {
    if (output.port() == inPort) {
      return Optional.of("not back out of port " + inPort);
    }
    if (!ports.contains(output.port())) {
      return Optional.of("there is no port " + output.port());
    }
    outputs.add(output.port());
    effects.add(new Effect.Sent(output.port(), packet));
    return NOTHING;
  }

  @Override
  public Optional<String> toSender(Action.ToSender toSender) {
    outputs.add(Trace.Step.SENDER);
    effects.add(new Effect.Sent(inPort, packet));
    return NOTHING;
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
  public Optional<String> pushVlan(Action.PushVlan push) {
    packet = packet.tagged();
    return NOTHING;
  }

  @Override
  public Optional<String> popVlan(Action.PopVlan pop) {
    packet = packet.withoutTag();
    return NOTHING;
  }

  @Override
  public Optional<String> decTtl(Action.DecTtl decTtl) {
    if (!packet.isIp()) {
      return NOTHING;
    }
    long ttl = packet.get(Field.IP_TTL).low();
    if (ttl > 1) {
      packet = packet.with(Field.IP_TTL, ttl - 1);
      return NOTHING;
    }
    stopped = true;
    return Optional.of("its TTL is " + ttl + ": no further in this table");
  }

  @Override
  public Optional<String> conjunction(Action.Conjunction conjunction) {
    return NOTHING; // met by Classifier; a clause by itself does nothing
  }

  @Override
  public Optional<String> group(Action.GroupRef ref) {
    Optional<Group> group = tables.group(ref.id());
    if (group.isEmpty()) {
      return Optional.of("there is no group " + ref.id());
    }
    checkLimits();
    if (exceeded.isPresent()) {
      return exceeded;
    }
    List<Group.Bucket> chosen =
        Buckets.chosen(group.get(), packet, port -> ports.contains(port) && !isDown(port));
    for (Group.Bucket bucket : chosen) {
      notes.add("bucket " + group.get().buckets().indexOf(bucket) + " of group " + ref.id());
      backward++;
      runOnCopy(bucket.actions());
      backward--;
    }
    return chosen.isEmpty() ? Optional.of("group " + ref.id() + " has no live bucket") : NOTHING;
  }

  private boolean isDown(int port) {
    return memory.down.contains(port);
  }

  @Override
  public Optional<String> meter(Action.Meter meter) {
    return NOTHING; // no time passes between packets: nothing exceeds a rate
  }

  @Override
  public Optional<String> clone(Action.Clone clone) {
    runOnCopy(clone.actions());
    return NOTHING;
  }

  @Override
  public Optional<String> learn(Learn learn) {
    Flow flow = learn.flow(packet::get);
    lessons.add(new Lesson(learn, flow));
    return Optional.of("learns " + flow);
  }

  @Override
  public Optional<String> track(Track track) {
    Bits zone =
        track.zone() instanceof Operand.Slice slice
            ? packet.get(slice)
            : ((Operand.Constant) track.zone()).value();
    Packet asKnown =
        packet
            .with(Wire.CT_STATE, arrived.get(Wire.CT_STATE))
            .with(Wire.CT_ZONE, arrived.get(Wire.CT_ZONE));
    effects.add(new Effect.Tracked(track, (int) zone.low(), asKnown));
    packet = packet.untracked();
    return NOTHING;
  }

  @Override
  public Optional<String> punt(Punt punt) {
    effects.add(new Effect.Punted(punt, packet));
    return NOTHING;
  }
}
