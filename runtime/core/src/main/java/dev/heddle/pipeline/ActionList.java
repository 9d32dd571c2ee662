package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a list of actions must be for a switch to take it, and how several become one. */
public final class ActionList {

  private static final Comparator<Action.Conjunction> ORDER =
      Comparator.comparingLong(Action.Conjunction::id)
          .thenComparingInt(Action.Conjunction::clause)
          .thenComparingInt(Action.Conjunction::of);

  private static final int SETS = 4;
  private static final int ON = 5;
  private static final int NEVER = 6;

  private ActionList() {}

  /** A canonical copy of {@code actions}, if a flow with this key may have them. */
  static List<Action> checked(FlowKey key, List<Action> actions) {
    List<Action> copy = List.copyOf(actions);
    boolean conjunctions = false;
    boolean tags = false;
    for (int i = 0; i < copy.size(); i++) {
      Action a = copy.get(i);
      if (a instanceof Action.GotoTable go && (i < copy.size() - 1 || go.table() <= key.table())) {
        throw refused("goto must be last and lead forward", key, copy);
      }
      if (a instanceof Action.Meter && i > 0) {
        throw refused("a meter comes first", key, copy);
      }
      if (!(a instanceof Action.GotoTable || a instanceof Action.Meter)) {
        check(key, copy, a);
      }
      conjunctions |= a instanceof Action.Conjunction;
      tags |= concernsTags(a);
    }
    if (tags) {
      checkTags(key, copy);
    }
    return conjunctions ? united(key, copy) : copy;
  }

  private static void check(FlowKey key, List<Action> all, Action action) {
    if (isOfConnection(action)) {
      throw refused("only a commit writes mark and label", key, all);
    }
    if (action instanceof Track || action instanceof Action.DecTtl) {
      long type = key.match().value(Field.ETH_TYPE).orElse(Bits.ZERO).low();
      if (type != Match.ETH_IPV4 && type != Match.ETH_IPV6) {
        throw refused("what only IP has must be said of IP", key, all);
      }
      if (action instanceof Track track
          && track.nat().flatMap(Nat::range).isPresent()
          && track.nat().get().range().get().first().isV6() != (type == Match.ETH_IPV6)) {
        throw refused("translates to another family", key, all);
      }
    }
    if (action instanceof Action.Clone clone) {
      clone.actions().forEach(a -> check(key, all, a));
    }
  }

  /** Looks once, since hardly any flow has to do with tags. */
  private static boolean concernsTags(Action action) {
    return action instanceof Action.PushVlan
        || action instanceof Action.PopVlan
        || action instanceof Action.Set s && s.wire() == Wire.VLAN_TCI
        || action instanceof Action.Clone c
            && c.actions().stream().anyMatch(ActionList::concernsTags);
  }

  /**
   * Follows the tags as OVS does when it checks a flow: what needs one must come after a match or a
   * push that shows it, and there is room for two.
   */
  private static void checkTags(FlowKey key, List<Action> all) {
    boolean tagged = key.match().value(Field.VLAN_PRESENT).filter(b -> !b.isZero()).isPresent();
    checkTags(key, all, all, tagged ? 1 : 0);
  }

  /**
   * @param tags bit 0: there is one; bit 1: there is another behind it
   */
  private static void checkTags(FlowKey key, List<Action> all, List<Action> part, int tags) {
    boolean outer = (tags & 1) != 0;
    boolean inner = (tags & 2) != 0;
    for (Action a : part) {
      if (a instanceof Action.PushVlan) {
        if (inner) {
          throw refused("there is room for two tags", key, all);
        }
        inner = outer;
        outer = true;
      } else if (a instanceof Action.PopVlan) {
        if (!outer) {
          throw refused("what has a tag must be said of tagged packets", key, all);
        }
        outer = inner;
        inner = false;
      } else if (a instanceof Action.Set s && s.wire() == Wire.VLAN_TCI) {
        boolean vid = s.mask().equals(Field.VLAN_VID.mask());
        if (vid && !outer) {
          throw refused("what has a tag must be said of tagged packets", key, all);
        }
        outer = vid || !s.value().and(Field.VLAN_PRESENT.mask()).isZero();
      } else if (a instanceof Action.Clone clone) {
        checkTags(key, all, clone.actions(), (outer ? 1 : 0) | (inner ? 2 : 0));
      }
    }
  }

  private static boolean isOfConnection(Action action) {
    return action instanceof Action.Set s && s.wire().isOfConnection()
        || action instanceof Action.Move m && m.to().isOfConnection();
  }

  private static List<Action> united(FlowKey key, List<Action> actions) {
    TreeSet<Action.Conjunction> all = new TreeSet<>(ORDER);
    for (Action a : actions) {
      if (!(a instanceof Action.Conjunction c)) {
        throw refused("a clause of a conjunction does nothing else", key, actions);
      }
      all.add(c);
    }
    return List.copyOf(all);
  }

  /** A copy of what a clone or a bucket holds: it cannot leave the table or be a condition. */
  static List<Action> nested(List<Action> actions) {
    List<Action> copy = List.copyOf(actions);
    for (Action a : copy) {
      if (a instanceof Action.GotoTable
          || a instanceof Action.Meter
          || a instanceof Action.Conjunction
          || isOfConnection(a)) {
        throw new IllegalArgumentException("not within other actions: " + a);
      }
    }
    return copy;
  }

  /**
   * A copy of what a bucket holds. To OVS it is an action set (OpenFlow 1.3.5 section 5.10): run in
   * its own order, with one action that sends the packet on, without which nothing is run at all.
   */
  static List<Action> bucket(List<Action> actions) {
    List<Action> copy = nested(actions);
    int last = 0;
    for (Action a : copy) {
      int rank = rank(a);
      if (rank < last || rank == last && rank != SETS || rank == NEVER) {
        throw new IllegalArgumentException(
            "a bucket pops, pushes, counts down, sets, then sends on, each once: " + copy);
      }
      last = rank;
    }
    if (last != ON && !copy.isEmpty()) {
      throw new IllegalArgumentException("a bucket that sends nothing on does nothing: " + copy);
    }
    return copy;
  }

  private static int rank(Action a) {
    if (a instanceof Action.PopVlan) {
      return 1;
    }
    if (a instanceof Action.PushVlan) {
      return 2;
    }
    if (a instanceof Action.DecTtl) {
      return 3;
    }
    if (a instanceof Action.Set || a instanceof Action.Move) {
      return SETS;
    }
    boolean on =
        a instanceof Action.Output
            || a instanceof Action.ToSender
            || a instanceof Action.Resubmit
            || a instanceof Action.GroupRef
            || a instanceof Track;
    return on ? ON : NEVER;
  }

  /** True for a flow that does nothing but say which clauses of conjunctions it is. */
  public static boolean isClause(List<Action> actions) {
    return !actions.isEmpty() && actions.get(0) instanceof Action.Conjunction;
  }

  /**
   * The clauses of flows with one key as one flow: whoever matches the key meets all of them, in
   * whatever order they were wished. For {@link #isClause} lists only. All at once: one by one the
   * cost of many would grow with the square of their number.
   */
  public static List<Action> unite(Collection<List<Action>> flows) {
    Set<Action> all = new HashSet<>();
    flows.forEach(all::addAll);
    List<Action.Conjunction> ordered = new ArrayList<>(all.size());
    all.forEach(c -> ordered.add((Action.Conjunction) c));
    ordered.sort(ORDER);
    return List.copyOf(ordered);
  }

  private static IllegalArgumentException refused(String rule, FlowKey key, List<Action> actions) {
    return new IllegalArgumentException(rule + ": " + key + " " + actions);
  }
}
