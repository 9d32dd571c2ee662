package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Wire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.UnaryOperator;

/**
 * All that one switch does with a packet: a passage through its tables, then what came of it, then
 * the passages of copies that were tracked on the way, in the order in which they were. Not a
 * value: used once.
 */
final class Visit {

  /** The userspace datapath lets a packet through its tables so often and no more. */
  static final int MOST_PASSAGES = 8;

  /** A copy that leaves by a port, with what it carries there. */
  record Copy(int port, Packet packet) {}

  /** A copy for the controller. */
  record Note(Punt punt, Packet packet) {}

  private record Resumed(Packet packet, int table, int passages) {}

  private final Id<Node> node;
  private final Fabric.Switch at;
  private final Memory memory;
  private final int inPort;
  private final Queue<Resumed> waiting = new ArrayDeque<>();
  final List<Trace.Step> steps = new ArrayList<>();
  final List<Copy> copies = new ArrayList<>();
  final List<Note> notes = new ArrayList<>();
  final List<String> lost = new ArrayList<>();
  final Packet last;

  Visit(Id<Node> node, Fabric.Switch at, Memory memory, int inPort, Packet packet) {
    this.node = node;
    this.at = at;
    this.memory = memory;
    this.inPort = inPort;
    last = pass(new Resumed(packet, 0, 1)).last();
    while (!waiting.isEmpty()) {
      pass(waiting.remove());
    }
  }

  private Passage.Outcome pass(Resumed in) {
    Memory.Local local = memory.of(node);
    Passage.Outcome outcome = Passage.through(node, at, local, inPort, in.packet, in.table);
    steps.addAll(outcome.steps());
    outcome.exceeded().ifPresent(lost::add);
    outcome.steps().forEach(s -> s.flow().ifPresent(f -> local.learned.use(f, memory.now())));
    if (!memory.isForetold()) {
      outcome.lessons().forEach(l -> local.learned.learn(l.by(), l.flow(), memory.now()));
    }
    carryOut(outcome.effects(), new EnumMap<>(Wire.class), in.passages, List.of(p -> p));
    return outcome;
  }

  /**
   * @param translated what tracking changed in the packet itself: flows know nothing of it, but it
   *     shows wherever they have not written the field
   * @param riders whom it is done to: the packet itself; behind a tracker, which may have held it
   *     back, nobody or all fragments of its datagram
   */
  private void carryOut(
      List<Effect> effects, Map<Wire, Change> translated, int passages, List<Rider> riders) {
    List<Rider> now = riders;
    for (Effect e : effects) {
      if (e instanceof Effect.Sent s) {
        now.forEach(r -> copies.add(new Copy(s.port(), r.apply(shown(s.packet(), translated)))));
      } else if (e instanceof Effect.Punted p) {
        now.forEach(r -> notes.add(new Note(p.punt(), r.apply(shown(p.packet(), translated)))));
      } else if (e instanceof Effect.Copied c) {
        carryOut(c.effects(), new EnumMap<>(translated), passages, now);
      } else if (e instanceof Effect.Tracked t) {
        now = now.stream().flatMap(r -> track(r, t, translated, passages).stream()).toList();
      }
    }
  }

  /** What actions have made of the packet that they were for, as this one of its datagram. */
  private interface Rider extends UnaryOperator<Packet> {}

  private record Change(Bits from, Bits to) {}

  private List<Rider> track(
      Rider rider, Effect.Tracked t, Map<Wire, Change> translated, int passages) {
    Memory.Local local = memory.of(node);
    Packet arrived = rider.apply(shown(t.packet(), translated));
    if (memory.isForetold() || arrived.fragment().isEmpty()) {
      resume(tracked(arrived, t, translated), t, passages);
      return List.of(rider);
    }
    List<Packet> pieces = local.fragments.take(arrived, t.zone(), passages);
    if (pieces.isEmpty()) {
      return List.of();
    }
    Packet out = tracked(arrived.whole(pieces.get(0)), t, translated);
    List<Rider> riders = new ArrayList<>();
    for (Packet piece : pieces) {
      Packet.Fragment one = piece.fragment().orElseThrow();
      resume(out.piece(one), t, passages);
      riders.add(p -> p.whole(out).piece(one));
    }
    return riders;
  }

  private Packet tracked(Packet in, Effect.Tracked t, Map<Wire, Change> translated) {
    Packet out = memory.of(node).tracker.track(in, t.track(), t.zone());
    for (Wire w : Wire.values()) {
      if (!memory.isForetold()
          && w.compareTo(Wire.TUN_METADATA0) > 0
          && !out.get(w).equals(in.get(w))) {
        translated.put(w, new Change(t.packet().get(w), out.get(w)));
      }
    }
    return out;
  }

  private void resume(Packet out, Effect.Tracked t, int passages) {
    Optional<Integer> table = t.track().table();
    if (table.isPresent() && passages == MOST_PASSAGES) {
      lost.add("over " + MOST_PASSAGES + " passages through the tables: the copy is lost");
    } else {
      table.ifPresent(next -> waiting.add(new Resumed(out, next, passages + 1)));
    }
  }

  private static Packet shown(Packet packet, Map<Wire, Change> translated) {
    Packet p = packet;
    for (Map.Entry<Wire, Change> c : translated.entrySet()) {
      if (p.get(c.getKey()).equals(c.getValue().from)) {
        p = p.with(c.getKey(), c.getValue().to);
      }
    }
    return p;
  }
}
