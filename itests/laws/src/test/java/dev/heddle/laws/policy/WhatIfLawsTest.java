package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.RandomHistories;
import dev.heddle.model.Network.Change;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.simulator.whatif.Probe.Fate;
import dev.heddle.simulator.whatif.WhatIf;
import dev.heddle.simulator.whatif.WhatIf.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.statistics.Statistics;

/**
 * Of each change of rules and their members it is told beforehand which pairs and ports change
 * their verdict: those of which the oracle says so, and no others.
 */
@AddLifecycleHook(RandomHistories.class)
class WhatIfLawsTest {

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void theVerdictsThatChangeAreTold(@ForAll("stories") List<Step> steps) {
    List<Step> done = new ArrayList<>();
    try (Simulated world = new Simulated(new L2Switching(), new Placement(), new AccessControl())) {
      for (Step step : steps) {
        Optional<Change> change = PolicyTrial.change(step, oracle(done));
        if (change.isEmpty()) {
          continue;
        }
        WhatIf said =
            WhatIf.of(
                world.controller().inspection(),
                List.of(change.get()),
                new WhatIf.Limits(1000, 50_000));
        List<Step> before = List.copyOf(done);
        done.add(step);
        check(said, before, done);
        Statistics.label("verdicts").collect(said.verdicts().isEmpty() ? "none" : "some change");
        if (change.get() instanceof Change.Put put) {
          world.put(put.document());
        } else {
          Change.Remove gone = (Change.Remove) change.get();
          world.remove(gone.kind(), gone.name());
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> stories() {
    return Stories.any().map(s -> s.subList(0, Math.min(s.size(), 25)));
  }

  private static void check(WhatIf said, List<Step> before, List<Step> after) {
    for (String from : PolicyTrial.PORTS) {
      for (String to : PolicyTrial.PORTS) {
        for (Datagram d : from.equals(to) ? List.<Datagram>of() : datagrams(from, to)) {
          if (d.protocol() == Datagram.TCP && isStateless(after)) {
            continue; // the answer to what was not tracked begins nothing; the oracle has no flags
          }
          Fate was = fate(before, from, to, d);
          Fate is = fate(after, from, to, d);
          List<Verdict> told = said.verdicts().stream().filter(v -> isOf(v, from, to, d)).toList();
          assertThat(told)
              .as("%s %s -> %s: %s -> %s by %s", d, from, to, was, is, after)
              .hasSize(was == is ? 0 : 1)
              .allMatch(v -> v.now() == was && v.then() == is);
        }
      }
    }
  }

  private static boolean isStateless(List<Step> steps) {
    return steps.stream()
        .anyMatch(
            s -> s instanceof Step.Put p && p.rule().verdict() == Rule.Verdict.ALLOW_STATELESS);
  }

  private static boolean isOf(Verdict v, String from, String to, Datagram d) {
    return v.froms().contains(from)
        && v.tos().contains(to)
        && v.v6() == d.v6()
        && v.service().protocol() == d.protocol()
        && v.service().source().contain(d.from())
        && v.service().destination().contain(d.to());
  }

  private static List<Datagram> datagrams(String from, String to) {
    List<Datagram> all = new ArrayList<>();
    for (int protocol : List.of(Datagram.TCP, Datagram.UDP)) {
      for (boolean v6 : new boolean[] {false, true}) {
        for (int source : List.of(53, 2000)) {
          for (int destination : List.of(52, 53, 54, 60, 5000)) {
            all.add(
                new Datagram(protocol, address(from, v6), source, address(to, v6), destination));
          }
        }
      }
    }
    return all;
  }

  private static String address(String port, boolean v6) {
    return (v6 ? "fd00::" : "10.0.0.") + PolicyTrial.number(port);
  }

  /** Of switches that remember nothing. */
  private static Fate fate(List<Step> steps, String from, String to, Datagram d) {
    PolicyOracle oracle = oracle(steps);
    return !oracle.arrives(from, to, d)
        ? Fate.DROPPED
        : oracle.arrives(to, from, d.answer()) ? Fate.ALLOWED : Fate.ONE_WAY;
  }

  private static PolicyOracle oracle(List<Step> steps) {
    PolicyOracle oracle = new PolicyOracle();
    for (Step step : steps) {
      if (step instanceof Step.Put put) {
        oracle.put(put.rule());
      } else if (step instanceof Step.Remove remove) {
        oracle.remove(remove.rule());
      } else if (step instanceof Step.Group group) {
        oracle.group(group.name(), group.ports());
      } else if (step instanceof Step.AddressSet set) {
        oracle.set(set.name(), set.prefixes());
      } else if (step instanceof Step.Default closed) {
        oracle.closed(closed.drop());
      }
    }
    return oracle;
  }
}
