package dev.heddle.acl;

import dev.heddle.expression.Clause;
import dev.heddle.model.Id;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.policy.Acl;
import dev.heddle.policy.Acl.Direction;
import dev.heddle.policy.Acl.Verdict;
import dev.heddle.policy.Uses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The flows of one rule, on the nodes of its subject: none per member of a group or a set. Where
 * several dimensions have several values they are a conjunction.
 */
final class Rules {

  /** A clause's number and what it is seen through, in the number of its conjunction. */
  private static final int NUMBER_BITS = 8;

  private Rules() {}

  static void flows(Id<Acl> id, View view, FlowSink out) {
    Optional<Acl> rule = view.get(id);
    if (rule.isEmpty() || Dimensions.ofSubject(rule.get(), view).isEmpty()) {
      return;
    }
    Flows flows = new Flows(rule.get(), Peers.scope(rule.get().subject()), view, out);
    List<Clause> clauses = rule.get().match();
    boolean stateless = Uses.anyStateless(view);
    for (int i = 0; i < clauses.size(); i++) {
      for (Lens lens : Lens.values()) {
        if (lens != Lens.PACKET || stateless) {
          flows.clause(i, clauses.get(i), lens);
        }
      }
    }
  }

  /** What is not part of a flow's clause. */
  private record Flows(Acl rule, Scope scope, View view, FlowSink out) {

    void clause(int number, Clause clause, Lens lens) {
      Optional<Dimensions> found = Dimensions.of(rule, clause, lens, view);
      if (found.isEmpty()) {
        return;
      }
      List<UnaryOperator<FlowDraft>> common = found.get().single();
      List<List<UnaryOperator<FlowDraft>>> several = found.get().several();
      if (several.size() < 2 && !found.get().named()) {
        List<UnaryOperator<FlowDraft>> only = several.isEmpty() ? List.of(d -> d) : several.get(0);
        only.forEach(one -> decides(one.apply(all(common, begin(lens, false)))));
        return;
      }
      if (several.size() < 2) {
        // A flow that names a port would be another rule's as well: met by anybody, they share it.
        several = List.of(several.get(0), List.of(d -> d));
      }
      long conjunction =
          (((long) rule.key() << 1 | (lens == Lens.PACKET ? 1 : 0)) << NUMBER_BITS) + number;
      for (int i = 0; i < several.size(); i++) {
        for (UnaryOperator<FlowDraft> one : several.get(i)) {
          FlowDraft draft = begin(lens, true);
          // Each flow of one dimension says what is common to all: a packet must meet them all.
          draft = one.apply(i == 0 ? all(common, draft) : draft);
          add(draft.clause(conjunction, i + 1, several.size()));
        }
      }
      decides(begin(lens, false).match(Field.CONJ_ID, conjunction));
    }

    private FlowDraft begin(Lens lens, boolean clause) {
      Stage table = Policy.table(rule.direction() == Direction.FROM, rule.tier(), rule.priority());
      return lens.undecided(
          table.flow(Policy.priority(rule.priority(), rank())), rule.tier(), clause);
    }

    private int rank() {
      return switch (rule.action()) {
        case DROP, REJECT -> 3;
        case PASS -> 2;
        case ALLOW_STATELESS -> 1;
        case ALLOW -> 0;
      };
    }

    private static FlowDraft all(List<UnaryOperator<FlowDraft>> conditions, FlowDraft draft) {
      FlowDraft all = draft;
      for (UnaryOperator<FlowDraft> c : conditions) {
        all = c.apply(all);
      }
      return all;
    }

    private void decides(FlowDraft draft) {
      if (rule.action() == Verdict.PASS) {
        add(Lens.pass(draft, rule.tier()));
        return;
      }
      int verdict =
          switch (rule.action()) {
            case ALLOW -> Lens.ALLOW;
            case ALLOW_STATELESS -> Lens.ALLOW_STATELESS;
            case REJECT -> Lens.REJECT;
            default -> Lens.DROP;
          };
      add(Lens.decide(draft.set(Field.RULE, rule.key()), verdict, rule.drains()));
    }

    private void add(FlowDraft draft) {
      out.add(draft.because(rule.id()).where(scope));
    }
  }

  /** Lists of one element apart from longer ones. */
  static <T> List<List<T>> longer(List<List<T>> lists, List<T> single) {
    List<List<T>> several = new ArrayList<>();
    for (List<T> list : lists) {
      if (list.size() == 1) {
        single.add(list.get(0));
      } else {
        several.add(list);
      }
    }
    return several;
  }
}
