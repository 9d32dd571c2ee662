package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Bits;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Action.Move;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.Tunnel;
import dev.heddle.pipeline.Wire;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The law of reachability can fail: features with one seeded fault each, on a network of two
 * tenants with equal addresses over three nodes, and the comparison must find every one.
 */
class FaultsAreCaughtTest {

  /** What becomes of a flow that a feature gives: nothing, or another, or both. */
  private interface Fault extends Function<DesiredFlow, Stream<DesiredFlow>> {}

  @Test
  void theFeaturesAsTheyAreHaveNone() {
    compare(Stream::of);
  }

  @TestFactory
  Stream<DynamicTest> everySeededFaultIsCaught() {
    return Stream.of(
        caught("ADMIT does not look at the MAC", match(Spine.ADMIT, without(Field.ETH_SRC))),
        caught("ADMIT does not look at the address", match(Spine.ADMIT, without(Field.IPV4_SRC))),
        caught("ADMIT does not look at the port", match(Spine.ADMIT, without(Field.IN_PORT))),
        caught("ADMIT forgets ARP", lost(Spine.ADMIT, has(Field.ARP_SPA))),
        caught("ANSWER mixes tenants", match(Spine.ANSWER, without(Field.NETWORK))),
        caught("ANSWER gives no MAC", actions(Spine.ANSWER, a -> !sets(a, Field.ARP_SHA))),
        caught("ANSWER answers nobody", lost(Spine.ANSWER, f -> f.key().priority() == 100)),
        caught("ANSWER asks ND back", actions(Spine.ANSWER, a -> !sets(a, Field.ICMPV6_TYPE))),
        caught("ANSWER_ND gives no MAC", actions(Spine.ANSWER_ND, a -> !(a instanceof Move))),
        caught("ANSWER_ND answers nobody", lost(Spine.ANSWER_ND, f -> true)),
        caught("SWITCH mixes tenants", match(Spine.SWITCH, without(Field.NETWORK))),
        caught("SWITCH writes another register", swapped()),
        caught("SWITCH forgets to flood", lost(Spine.SWITCH, f -> f.key().priority() == 90)),
        caught(
            "REPLICATE serves the tunnels alone",
            actions(Spine.COPIES, a -> !outputs(a, p -> true))),
        caught("REPLICATE forgets other nodes", actions(Spine.CROSS, a -> !outputs(a, p -> true))),
        caught("CROSS serves the node itself", lost(Spine.CROSS, f -> f.actions().isEmpty())),
        caught(
            "CROSS does not know who speaks VXLAN only",
            lost(Spine.CROSS, f -> f.key().priority() == 100)),
        caught("CLASSIFY takes nothing by VXLAN", lost(Spine.CLASSIFY, has(Tunnel.VXLAN_OF_PORT))),
        caught(
            "CLASSIFY forgets that it came by VXLAN",
            in(
                Spine.CLASSIFY,
                f -> Stream.of(has(Tunnel.VXLAN_OF_PORT).test(f) ? horizonless(f) : f))),
        caught("GUARD_TO lets every address pass", match(Spine.GUARD_TO, without(Field.IPV4_DST))),
        caught("GUARD_TO forgets ports without security", forgetsTheOpen()),
        caught("REPLICATE copies twice", twice()),
        caught(
            "CLASSIFY forgets the tenant", actions(Spine.CLASSIFY, a -> !sets(a, Field.NETWORK))),
        caught("SWITCH says no node", actions(Spine.SWITCH, a -> !sets(a, Field.TUNNEL_DST))),
        caught("LOCATE sends to no other node", lost(Spine.LOCATE, f -> f.key().priority() == 80)),
        caught("SWITCH is known on one node only", scopeOfPort(Spine.SWITCH)),
        caught("OUTPUT goes to the next port", nextPort()));
  }

  private static DynamicTest caught(String name, Fault fault) {
    return DynamicTest.dynamicTest(
        name, () -> assertThatThrownBy(() -> compare(fault)).isInstanceOf(AssertionError.class));
  }

  private static void compare(Fault fault) {
    WhoHears reference = new WhoHears();
    try (Controller controller =
        PlainRuntime.controller(
            new MemoryStore(), faulty(new L2Switching(), fault), faulty(new Placement(), fault))) {
      List<Change> changes = network().stream().map(Step::change).toList();
      controller.transact(Writer.SYSTEM, changes).join();
      changes.forEach(reference::apply);
      Compared.of(controller, reference, new Coverage()).everything();
    }
  }

  private static List<Step> network() {
    List<Step> steps = new ArrayList<>(List.of(new Step.PutSwitch(0, 0), new Step.PutSwitch(1, 0)));
    for (int n = 0; n < 3; n++) {
      steps.add(new Step.PutNode(n, n + 1, n + 1)); // Geneve, VXLAN, both
    }
    for (int p = 0; p < 10; p++) {
      steps.add(new Step.PutPort(p, p % 2, p / 2 + 1, true, true));
      steps.add(new Step.Bind(p, p % 4 % 3, p + 1));
    }
    steps.add(new Step.PutPort(10, 0, 9, true, true)); // whom the other tenant has no equal of
    steps.add(new Step.Bind(10, 2, 11));
    steps.add(new Step.PutPort(11, 0, 10, false, true)); // without port security
    steps.add(new Step.Bind(11, 1, 12));
    return steps;
  }

  private static Fault in(Stage stage, Fault fault) {
    return f -> f.key().table() == stage.table() ? fault.apply(f) : Stream.of(f);
  }

  private static Fault lost(Stage stage, Predicate<DesiredFlow> which) {
    return in(stage, f -> Stream.of(f).filter(which.negate()));
  }

  private static Fault match(Stage stage, Function<Match, Match> change) {
    return in(
        stage,
        f ->
            Stream.of(
                new DesiredFlow(
                    new FlowKey(f.key().table(), f.key().priority(), change.apply(f.key().match())),
                    f.actions(),
                    f.scope(),
                    f.owner())));
  }

  private static Function<Match, Match> without(Field field) {
    return m -> Match.of(m.terms().stream().filter(t -> t.wire() != field.wire()).toList());
  }

  private static Predicate<DesiredFlow> has(Field field) {
    return f -> f.key().match().terms().stream().anyMatch(t -> t.wire() == field.wire());
  }

  /** It matches this port. */
  private static Predicate<DesiredFlow> has(int ofPort) {
    Optional<Bits> port = Optional.of(Bits.of(ofPort));
    return f -> f.key().match().value(Field.OF_PORT).equals(port);
  }

  private static DesiredFlow horizonless(DesiredFlow f) {
    return with(f, f.actions().stream().filter(a -> !sets(a, Field.FROM_TUNNEL)).toList());
  }

  private static Fault actions(Stage stage, Predicate<Action> kept) {
    return in(stage, f -> Stream.of(with(f, f.actions().stream().filter(kept).toList())));
  }

  private static DesiredFlow with(DesiredFlow f, List<Action> actions) {
    return new DesiredFlow(f.key(), actions, f.scope(), f.owner());
  }

  private static boolean sets(Action action, Field field) {
    return action instanceof Action.Set s
        && s.wire() == field.wire()
        && s.mask().equals(field.mask());
  }

  private static boolean outputs(Action action, Predicate<Integer> port) {
    return action instanceof Action.Output o && port.test(o.port());
  }

  private static Fault swapped() {
    return in(
        Spine.SWITCH,
        f ->
            Stream.of(
                with(
                    f,
                    f.actions().stream()
                        .map(
                            a ->
                                a instanceof Action.Set s
                                    ? new Action.Set(Wire.REG14, s.value(), s.mask())
                                    : a)
                        .toList())));
  }

  /** The one flow that lets everything pass to a port. */
  private static Fault forgetsTheOpen() {
    return lost(
        Spine.GUARD_TO, f -> f.key().priority() == 100 && f.key().match().terms().size() == 1);
  }

  private static Fault twice() {
    return in(
        Spine.COPIES,
        f -> {
          List<Action> all = new ArrayList<>(f.actions());
          all.addAll(f.actions());
          return Stream.of(with(f, all));
        });
  }

  private static Fault scopeOfPort(Stage stage) {
    return in(
        stage,
        f ->
            Stream.of(
                f.owner().kind().equals(LogicalPort.KIND.name())
                    ? new DesiredFlow(
                        f.key(),
                        f.actions(),
                        Scope.port(LogicalPort.KIND.id(f.owner().name())),
                        f.owner())
                    : f));
  }

  private static Fault nextPort() {
    return in(
        Spine.OUTPUT,
        f ->
            Stream.of(
                with(
                    f,
                    f.actions().stream()
                        .map(
                            a -> a instanceof Action.Output o ? new Action.Output(o.port() + 1) : a)
                        .toList())));
  }

  private static Feature faulty(Feature sound, Fault fault) {
    return new Wrapped(
        sound, (key, unit, out) -> unit.accept(f -> fault.apply(f).forEach(out::add)));
  }
}
