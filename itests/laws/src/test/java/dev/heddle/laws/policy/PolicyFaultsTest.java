package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.Wrapped;
import dev.heddle.model.Bits;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.Term;
import dev.heddle.pipeline.Track;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The comparison with the oracle can fail: each of these faults in the compiler is found. */
class PolicyFaultsTest {

  /** What becomes of a flow that the feature gives: nothing, or another. */
  private interface Fault extends Function<DesiredFlow, Stream<DesiredFlow>> {}

  private static final List<Stage> TIERS =
      Stream.concat(Policy.tiers(true).stream(), Policy.tiers(false).stream()).toList();

  private static final List<Stage> JUDGES = List.of(Spine.POLICY_FROM, Spine.POLICY_TO);
  private static final List<Stage> VERDICTS = List.of(Policy.VERDICT_FROM, Policy.VERDICT_TO);

  /** The same stories in each run: whether a fault is found is no matter of luck. */
  @Property(tries = 1, seed = "20261126", edgeCases = EdgeCasesMode.NONE)
  void everySeededFaultIsFound(@ForAll("many") List<List<Step>> stories) {
    List<String> missed = new ArrayList<>();
    faults()
        .forEach(
            (name, fault) -> {
              if (stories.stream().noneMatch(story -> isFound(fault, story))) {
                missed.add(name);
              }
            });
    assertThat(missed).isEmpty();
    assertThat(stories).as("without a fault").noneMatch(story -> isFound(Stream::of, story));
  }

  @Provide
  Arbitrary<List<List<Step>>> many() {
    return Stories.any().list().ofSize(150);
  }

  private static boolean isFound(Fault fault, List<Step> story) {
    try (PolicyTrial trial =
        new PolicyTrial(new Simulated(new L2Switching(), new Placement(), faulty(fault)))) {
      story.forEach(trial::take);
      return false;
    } catch (AssertionError found) {
      return true;
    }
  }

  /** Acl with the fault of this name. */
  static Feature faulty(String name) {
    return faulty(faults().get(name));
  }

  private static Feature faulty(Fault fault) {
    return new Wrapped(
        new AccessControl(),
        (key, unit, out) -> unit.accept(f -> fault.apply(f).forEach(out::add)));
  }

  private static Map<String, Fault> faults() {
    Map<String, Fault> all = new LinkedHashMap<>();
    all.put("allow goes before drop", in(TIERS, f -> priority(f, f.key().priority() ^ 3)));
    all.put("pass is forgotten", lost(TIERS, f -> f.key().priority() % 4 == 2));
    all.put("tiers are asked from the last on", evaluates(Collections::reverse));
    all.put("the lower priorities of a tier are not asked", evaluates(PolicyFaultsTest::halved));
    all.put("no conjunction is met", lost(TIERS, has(Field.CONJ_ID)));
    all.put("a port's second group is forgotten", lost(TIERS, has(Field.SUBJECT_2)));
    all.put("ports are not looked at", match(TIERS, without(Field.CT_PORT_DST)));
    all.put("protocols are not looked at", match(TIERS, without(Field.CT_PROTO)));
    all.put("sets of destinations are empty", lost(List.of(Policy.DESTINATION_SETS), f -> true));
    all.put("an answer is judged as if it began", judged());
    all.put(
        "no connection is kept",
        actions(VERDICTS, a -> a instanceof Track t && t.commit() ? Stream.empty() : Stream.of(a)));
    all.put("what belongs to nothing passes", lost(JUDGES, has(Field.CT_INV, 1)));
    all.put(
        "errors of live connections are dropped",
        match(VERDICTS, m -> m.value(Field.CT_NEW).filter(Bits::isZero).isPresent() ? est(m) : m));
    all.put("nothing drains", lost(VERDICTS, has(Field.CT_DRAINS)));
    all.put(
        "everything drains",
        actions(
            VERDICTS,
            a -> Stream.of(a instanceof Track t && t.commit() ? t.with(Field.CT_DRAINS, 1) : a)));
    all.put("draining goes before rules", in(VERDICTS, PolicyFaultsTest::first));
    all.put(
        "later fragments are dropped",
        lost(VERDICTS, f -> has(Field.IP_FRAG).test(f) && !has(Field.IP_FRAG, 1).test(f)));
    all.put("fragments go on by themselves", actions(VERDICTS, PolicyFaultsTest::goesOn));
    all.put("IPv6 is not judged", lost(List.of(Spine.TRACK_TO), has(Field.ETH_TYPE, 0x86dd)));
    return all;
  }

  private static Fault in(List<Stage> stages, Function<DesiredFlow, DesiredFlow> change) {
    return f -> Stream.of(isIn(stages, f) ? change.apply(f) : f);
  }

  private static Fault lost(List<Stage> stages, Predicate<DesiredFlow> which) {
    return f -> isIn(stages, f) && which.test(f) ? Stream.empty() : Stream.of(f);
  }

  private static boolean isIn(List<Stage> stages, DesiredFlow f) {
    return stages.stream().anyMatch(s -> s.table() == f.key().table());
  }

  private static Fault match(List<Stage> stages, Function<Match, Match> change) {
    return in(
        stages,
        f -> {
          FlowKey key = f.key();
          return keyed(f, new FlowKey(key.table(), key.priority(), change.apply(key.match())));
        });
  }

  private static DesiredFlow priority(DesiredFlow f, int priority) {
    return keyed(f, new FlowKey(f.key().table(), priority, f.key().match()));
  }

  private static DesiredFlow keyed(DesiredFlow f, FlowKey key) {
    return new DesiredFlow(key, f.actions(), f.scope(), f.owner());
  }

  private static Fault actions(List<Stage> stages, Function<Action, Stream<Action>> change) {
    return in(
        stages,
        f ->
            new DesiredFlow(
                f.key(), f.actions().stream().flatMap(change).toList(), f.scope(), f.owner()));
  }

  /** A fragment that waits for no other. */
  private static Stream<Action> goesOn(Action a) {
    return Stream.of(
        a instanceof Track t && t.table().isPresent() ? new Action.Resubmit(t.table().get()) : a);
  }

  private static Match est(Match m) {
    Match est = Match.builder().match(Field.CT_EST, 1).build();
    return Match.of(Stream.concat(m.terms().stream(), est.terms().stream()).toList());
  }

  /** What drains, whatever was decided. */
  private static DesiredFlow first(DesiredFlow f) {
    if (!has(Field.CT_DRAINS).test(f)) {
      return f;
    }
    List<Term> terms =
        f.key().match().terms().stream().filter(t -> t.wire() != Field.DECIDED.wire()).toList();
    return keyed(f, new FlowKey(f.key().table(), 190, Match.of(terms)));
  }

  private static Function<Match, Match> without(Field field) {
    return m -> Match.of(m.terms().stream().filter(t -> t.wire() != field.wire()).toList());
  }

  private static Predicate<DesiredFlow> has(Field field) {
    return f ->
        f.key().match().terms().stream()
            .anyMatch(t -> t.wire() == field.wire() && !t.mask().and(field.mask()).isZero());
  }

  private static Predicate<DesiredFlow> has(Field field, long value) {
    return f -> f.key().match().value(field).filter(Bits.of(value)::equals).isPresent();
  }

  /** The visits to tiers, in another order or fewer. */
  private static Fault evaluates(Consumer<List<Action>> change) {
    return in(
        List.of(Policy.EVALUATE_FROM, Policy.EVALUATE_TO),
        f -> {
          List<Action> other = new ArrayList<>(f.actions());
          List<Action> tiers = new ArrayList<>(other.stream().filter(a -> asks(a)).toList());
          other.removeAll(tiers);
          change.accept(tiers);
          other.addAll(tiers);
          return new DesiredFlow(f.key(), other, f.scope(), f.owner());
        });
  }

  private static boolean asks(Action a) {
    return a instanceof Action.Resubmit r && TIERS.stream().anyMatch(t -> t.table() == r.table());
  }

  private static void halved(List<Action> tiers) {
    for (int i = tiers.size() - 1; i > 0; i -= 2) {
      tiers.remove(i);
    }
  }

  private static Fault judged() {
    return in(
        List.of(Spine.POLICY_TO),
        f ->
            new DesiredFlow(
                f.key(),
                f.actions().stream()
                    .map(
                        a ->
                            a instanceof Action.Resubmit r
                                    && r.table() == Policy.EVALUATE_FROM.table()
                                ? new Action.Resubmit(Policy.EVALUATE_TO.table())
                                : a)
                    .toList(),
                f.scope(),
                f.owner()));
  }
}
