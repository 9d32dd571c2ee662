package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.ActionList;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Term;
import dev.heddle.pipeline.Wire;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The flows of one table, found by tuple space search: per set of fields and masks one hash table,
 * tried from the highest priority down. Conjunctions are those of the classifier of OVS
 * (ovs-fields(7), Conjunctive Match Fields).
 */
final class Classifier {

  /** All flows that look at the same bits. */
  private static final class Tuple {
    final List<Term> shape;
    final Map<List<Bits>, List<Flow>> flows = new HashMap<>();
    int highest;

    Tuple(List<Term> shape) {
      this.shape = shape;
    }

    List<Flow> of(Packet packet) {
      List<Bits> key = new ArrayList<>(shape.size());
      for (Term t : shape) {
        key.add(packet.get(t.wire()).and(t.mask()));
      }
      return flows.getOrDefault(key, List.of());
    }
  }

  /** What a lookup found. */
  record Found(List<Flow> flows, List<Long> conjunctions) {}

  private static final Found NONE = new Found(List.of(), List.of());

  private final List<Tuple> tuples;

  Classifier(Iterable<Flow> flows) {
    Map<List<Term>, Tuple> byShape = new HashMap<>();
    for (Flow f : flows) {
      List<Term> terms = f.key().match().terms();
      List<Term> shape = terms.stream().map(t -> new Term(t.wire(), Bits.ZERO, t.mask())).toList();
      Tuple tuple = byShape.computeIfAbsent(shape, Tuple::new);
      tuple.highest = Math.max(tuple.highest, f.key().priority());
      tuple
          .flows
          .computeIfAbsent(terms.stream().map(Term::value).toList(), v -> new ArrayList<>(1))
          .add(f);
    }
    tuples = new ArrayList<>(byShape.values());
    Comparator<Flow> bestFirst = Comparator.comparingInt((Flow f) -> f.key().priority()).reversed();
    tuples.forEach(t -> t.flows.values().forEach(alike -> alike.sort(bestFirst)));
    tuples.sort(Comparator.comparingInt((Tuple t) -> t.highest).reversed());
  }

  /**
   * The flows of highest priority that a packet meets, those of conjunctions that it meets whole
   * among them. One, or none; with more, OVS takes any of them (ovs-ofctl(8), overlapping flows),
   * so more is a fault of whoever wrote them.
   */
  Found lookup(Packet packet) {
    Best best = new Best();
    List<Place> clauses = new ArrayList<>();
    best.search(tuples, packet, clauses);
    while (true) {
      clauses.removeIf(c -> c.priority() <= best.priority); // a certain match wins over its equals
      int highest = clauses.stream().mapToInt(Place::priority).max().orElse(-1);
      if (highest < 0) {
        return best.flows.isEmpty() ? NONE : new Found(best.flows, List.of());
      }
      List<Place> here = clauses.stream().filter(c -> c.priority() == highest).toList();
      Found whole = whole(packet, here.stream().map(Place::flow).toList());
      if (!whole.flows.isEmpty()) {
        return whole;
      }
      clauses.removeAll(here);
      here.stream().map(Place::below).forEach(p -> best.take(p, clauses));
    }
  }

  /** A flow in its list, in which all match alike and the highest priority is first. */
  private record Place(List<Flow> alike, int index) {

    Flow flow() {
      return alike.get(index);
    }

    int priority() {
      return flow().key().priority();
    }

    Place below() {
      return new Place(alike, index + 1);
    }
  }

  private static final class Best {
    final List<Flow> flows = new ArrayList<>(1);
    int priority = -1;

    /**
     * @param clauses takes the clauses met: like OVS, what matches as one does and has a lower
     *     priority is not seen now
     */
    void search(List<Tuple> tuples, Packet packet, List<Place> clauses) {
      for (Tuple tuple : tuples) {
        if (tuple.highest < priority) {
          break;
        }
        take(new Place(tuple.of(packet), 0), clauses);
      }
    }

    /** Takes what stands there, if it is as good as what there is, and its equals. */
    void take(Place from, List<Place> clauses) {
      for (Place p = from; p.index < p.alike.size(); p = p.below()) {
        if (p.priority() < priority || p.priority() < from.priority()) {
          return;
        }
        if (ActionList.isClause(p.flow().actions())) {
          clauses.add(p);
          return;
        }
        if (p.priority() > priority) {
          flows.clear();
          priority = p.priority();
        }
        flows.add(p.flow());
      }
    }
  }

  /** The flows of the conjunctions all of whose clauses are among {@code clauses}. */
  private Found whole(Packet packet, List<Flow> clauses) {
    Map<Long, BitSet> met = new HashMap<>();
    TreeSet<Long> whole = new TreeSet<>();
    for (Flow f : clauses) {
      for (Action a : f.actions()) {
        Action.Conjunction c = (Action.Conjunction) a;
        BitSet bits = met.computeIfAbsent(c.id(), id -> new BitSet());
        bits.set(c.clause());
        if (bits.cardinality() == c.of()) {
          whole.add(c.id());
        }
      }
    }
    List<Flow> flows = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    for (long id : whole) {
      Best best = new Best();
      best.search(tuples, packet.with(Wire.CONJ_ID, Bits.of(id)), new ArrayList<>());
      if (!best.flows.isEmpty()) {
        ids.add(id);
        flows.addAll(best.flows);
      }
    }
    return new Found(flows, ids);
  }
}
