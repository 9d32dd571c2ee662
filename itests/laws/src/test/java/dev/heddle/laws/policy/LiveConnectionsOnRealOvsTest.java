package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.laws.RandomHistories;
import dev.heddle.laws.policy.Condition.Ip;
import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.simulator.whatif.Tracked;
import dev.heddle.simulator.whatif.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;

/**
 * Before each change of a story on a real switch it is told which of the connections that the
 * switch tracks would be cut: those of which the oracle says so, and no others. Then the change is
 * made and the story goes on.
 */
@AddLifecycleHook(RandomHistories.class)
class LiveConnectionsOnRealOvsTest {

  private static final Id<Node> NODE = Node.KIND.id("n1");

  private static RealSwitch real;

  @BeforeContainer
  static void start() {
    real = new RealSwitch();
  }

  @AfterContainer
  static void stop() {
    real.close();
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void connectionsThatWouldBeCutAreTold(@ForAll("stories") List<Step> steps) {
    List<Step> done = new ArrayList<>();
    try (PolicyTrial trial = new PolicyTrial(real.begin())) {
      for (Step step : steps) {
        Optional<Change> change = PolicyTrial.change(step, replayed(done));
        if (isChange(step) && change.isEmpty()) {
          continue;
        }
        if (change.isPresent() && trial.packets() > 0) {
          real.confirmed();
          check(tracked(), change.get(), done, step);
        }
        trial.take(step);
        done.add(step);
      }
    }
  }

  /** All is allowed and tracked; connections are there before the first change comes. */
  @Provide
  Arbitrary<List<Step>> stories() {
    Arbitrary<Step> changes =
        Arbitraries.frequencyOf(
            Tuple.of(4, AnyRule.puts()),
            Tuple.of(1, Arbitraries.of("open-from", "open-to").map(Step.Remove::new)),
            Tuple.of(1, Stories.memberships()));
    return Combinators.combine(
            Stories.memberships().list().ofSize(4),
            Stories.sends().list().ofSize(8),
            changes.list().ofSize(7),
            Stories.sends().list().ofSize(7))
        .as(
            (members, begun, change, then) -> {
              List<Step> all = new ArrayList<>(List.of(open(Side.FROM), open(Side.TO)));
              all.addAll(members);
              all.addAll(begun);
              for (int i = 0; i < change.size(); i++) {
                all.add(change.get(i));
                all.add(then.get(i));
              }
              return all;
            });
  }

  private static Step open(Side side) {
    String name = "open-" + side.name().toLowerCase(Locale.ROOT);
    return new Step.Put(new Rule(name, Rule.SWITCH, side, 3, 1, new Ip(), Verdict.ALLOW));
  }

  private static boolean isChange(Step step) {
    return step instanceof Step.Put || step instanceof Step.Remove;
  }

  private static List<Tracked> tracked() {
    return real.ovs()
        .appctl("dpctl/dump-conntrack")
        .lines()
        .flatMap(line -> Tracked.parse(NODE, line).stream())
        .toList();
  }

  private static void check(List<Tracked> tracked, Change change, List<Step> done, Step step) {
    List<Step> after = new ArrayList<>(done);
    after.add(step);
    WhatIf said =
        WhatIf.of(
            real.controller().inspection(),
            List.of(change),
            tracked,
            new WhatIf.Limits(1000, 50_000));
    Set<String> expected = new TreeSet<>();
    for (Tracked t : tracked) {
      // Both directions of one oracle, as both come through one switch.
      PolicyOracle was = replayed(done);
      PolicyOracle is = replayed(after);
      boolean there = passes(was, t, false) && !passes(is, t, false);
      boolean back = passes(was, t, true) && !passes(is, t, true);
      if (there || back) {
        expected.add(t.toString());
      }
    }
    Set<String> told = new TreeSet<>();
    said.live().cut().forEach(c -> told.add(c.connection().toString()));
    assertThat(told).as("%s after %s, tracked: %s", step, done, tracked).isEqualTo(expected);
    Statistics.label("connections")
        .collect(tracked.isEmpty() ? "none" : told.isEmpty() ? "all go on" : "some are cut");
  }

  private static boolean passes(PolicyOracle oracle, Tracked t, boolean answer) {
    String source = t.source().toString();
    String destination = t.destination().toString();
    boolean ports = t.protocol() == Datagram.TCP || t.protocol() == Datagram.UDP;
    Datagram d =
        ports
            ? new Datagram(t.protocol(), source, t.from(), destination, t.to())
            : Datagram.echo(source, destination);
    String from = port(d.source());
    String to = port(d.destination());
    return answer ? oracle.arrives(to, from, d.answer()) : oracle.arrives(from, to, d);
  }

  /** The n-th port has 10.0.0.n and fd00::n. */
  private static String port(String address) {
    return PolicyTrial.PORTS.get(address.charAt(address.length() - 1) - '1');
  }

  /** The oracle that has seen these steps. */
  private static PolicyOracle replayed(List<Step> steps) {
    PolicyOracle oracle = new PolicyOracle();
    try (PolicyTrial trial = new PolicyTrial(oracle, Unheard.WORLD)) {
      steps.forEach(trial::take);
    }
    return oracle;
  }
}
