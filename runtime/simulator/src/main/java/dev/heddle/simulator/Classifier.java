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
import java.util.TreeMap;
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
    tuples.sort(Comparator.comparingInt((Tuple t) -> t.highest).reversed());
  }

  /**
   * The flows of highest priority that a packet meets, those of conjunctions that it meets whole
   * among them. One, or none; with more, OVS takes any of them (ovs-ofctl(8), overlapping flows),
   * so more is a fault of whoever wrote them.
   */
  Found lookup(Packet packet) {
    List<Flow> certain = new ArrayList<>(1);
    TreeMap<Integer, List<Flow>> clauses = new TreeMap<>(Comparator.reverseOrder());
    collect(packet, certain, clauses);
    int known = certain.isEmpty() ? -1 : certain.get(0).key().priority();
    for (Map.Entry<Integer, List<Flow>> at : clauses.entrySet()) {
      if (at.getKey() <= known) {
        break; // a certain match wins over clauses of its own priority
      }
      Found whole = whole(packet, at.getValue());
      if (!whole.flows.isEmpty()) {
        return whole;
      }
    }
    return certain.isEmpty() ? NONE : new Found(certain, List.of());
  }

  private void collect(Packet packet, List<Flow> certain, Map<Integer, List<Flow>> clauses) {
    int best = -1;
    for (Tuple tuple : tuples) {
      if (tuple.highest < best) {
        break;
      }
      for (Flow f : tuple.of(packet)) {
        int priority = f.key().priority();
        if (ActionList.isClause(f.actions())) {
          clauses.computeIfAbsent(priority, p -> new ArrayList<>()).add(f);
        } else if (priority > best) {
          best = priority;
          certain.clear();
          certain.add(f);
        } else if (priority == best) {
          certain.add(f);
        }
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
      List<Flow> certain = new ArrayList<>(1);
      collect(packet.with(Wire.CONJ_ID, Bits.of(id)), certain, new HashMap<>());
      if (!certain.isEmpty()) {
        ids.add(id);
        flows.addAll(certain);
      }
    }
    return new Found(flows, ids);
  }
}
