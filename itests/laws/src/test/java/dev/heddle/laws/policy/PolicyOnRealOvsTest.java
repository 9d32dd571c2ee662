package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.laws.RandomHistories;
import dev.heddle.laws.policy.Condition.End;
import dev.heddle.laws.policy.Condition.Ip;
import dev.heddle.laws.policy.Condition.Ports;
import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * What {@link PolicyLawsTest} holds of simulated switches, held of a real one with its own
 * connection tracker. {@code ofproto/trace} cannot say it: it does not fill in the original tuple
 * by which a connection is judged, so each verdict is that on a packet that was really sent.
 */
@AddLifecycleHook(RandomHistories.class)
class PolicyOnRealOvsTest {

  private static RealSwitch real;

  @BeforeContainer
  static void start() {
    real = new RealSwitch();
  }

  @AfterContainer
  static void stop() {
    real.close();
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void packetsFareAsTheOracleSays(@ForAll("stories") List<Step> steps) {
    PolicyLawsTest.told(steps, real.begin());
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void overlappingRulesDecideAsTheOracleSays(@ForAll("overlaps") List<Step> steps) {
    PolicyLawsTest.told(steps, real.begin());
  }

  /** Counted by the switch: an established packet between two ports that both judge it. */
  @Example
  void anEstablishedPacketIsTrackedOncePerZone() {
    assertThat(recirculations(real, Verdict.ALLOW)).isEqualTo(2);
  }

  @Example
  void aStatelessPacketIsNotTracked() {
    assertThat(recirculations(real, Verdict.ALLOW_STATELESS)).isEqualTo(0);
  }

  /**
   * A later fragment shows no ports. The tracker lets a datagram on when it has all of it, and all
   * of it fares as its first fragment does.
   */
  @Example
  void aDatagramInFragmentsPassesAsAWholeOrNotAtAll() {
    try (PolicyTrial trial = new PolicyTrial(real.begin())) {
      bothJudge(trial, Verdict.ALLOW);
      trial.take(udp("a", "b", 1000)); // and all of that is in the switch
      for (boolean known : List.of(false, true)) {
        int arrived = trial.arrivals();
        trial.take(fragments(1000, 53, 0, 1));
        trial.take(fragments(1001, 53, 2, 0, 1));
        assertThat(trial.arrivals()).as("allowed, known: " + known).isEqualTo(arrived + 2);
        trial.take(fragments(1000, 54, 0, 1));
        trial.take(fragments(1000, 54, 1, 2, 0));
        trial.take(fragments(1000, 53, 1));
        assertThat(trial.arrivals()).as("refused, or not all of it").isEqualTo(arrived + 2);
        trial.take(new Step.Answer(4));
      }
      // A connection that is no longer allowed, of which a later fragment does not speak.
      trial.take(new Step.Remove("from-destination"));
      int arrived = trial.arrivals();
      trial.take(fragments(1000, 53, 0, 1));
      trial.take(fragments(1001, 53, 2, 1, 0));
      assertThat(trial.arrivals()).as("allowed no longer").isEqualTo(arrived);
    }
  }

  /** A switch that hid them would let a datagram pass below the rule that names its port. */
  @Example
  void aFirstFragmentShowsItsPorts() {
    Ports dns = new Ports(Datagram.UDP, End.DESTINATION, 53, 53);
    try (PolicyTrial trial = new PolicyTrial(real.begin())) {
      trial.take(new Step.Group("g1", Set.of("a")));
      trial.take(new Step.Put(new Rule("dns", "g1", Side.FROM, 0, 9, dns, Verdict.DROP)));
      trial.take(
          new Step.Put(new Rule("rest", "g1", Side.FROM, 0, 1, new Ip(), Verdict.ALLOW_STATELESS)));
      trial.take(fragments(1000, 54, 0, 1));
      assertThat(trial.arrivals()).isEqualTo(1);
      trial.take(fragments(1000, 53, 0, 1));
    }
  }

  /** The comparison with a real switch can fail, too; and a later fragment would pass. */
  @Example
  void laterFragmentsThatWaitForNoneAreFound() {
    Ports dns = new Ports(Datagram.UDP, End.DESTINATION, 53, 53);
    List<Step> steps =
        List.of(
            new Step.Group("g1", Set.of("a")),
            new Step.Put(new Rule("dns", "g1", Side.FROM, 0, 9, dns, Verdict.ALLOW)),
            new Step.Put(new Rule("rest", "g1", Side.FROM, 3, 1, new Ip(), Verdict.DROP)),
            udp("a", "b", 1000),
            new Step.Answer(0),
            new Step.Remove("dns"));
    try (RealSwitch other =
            new RealSwitch(PolicyFaultsTest.faulty("fragments go on by themselves"));
        PolicyTrial faulty = new PolicyTrial(other.begin());
        PolicyTrial sound = new PolicyTrial(real.begin())) {
      steps.forEach(faulty::take);
      steps.forEach(sound::take);
      sound.take(fragments(1000, 53, 0, 1));
      assertThatThrownBy(() -> faulty.take(fragments(1000, 53, 0, 1)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("was: {\"b\"=[");
    }
  }

  /** 200 clients, by their ports: the cache tells them apart only where a rule does. */
  @Example
  void theCacheHoldsNoMoreOfPacketsThanRulesAskFor() {
    try (PolicyTrial trial = new PolicyTrial(real.begin())) {
      bothJudge(trial, Verdict.ALLOW);
      real.ovs().appctl("revalidator/purge");
      for (int client = 0; client < 200; client++) {
        trial.take(udp("a", "b", 2000 + client));
      }
      assertThat(trial.arrivals()).isEqualTo(200);
      List<String> cached =
          real.ovs()
              .appctl("dpctl/dump-flows")
              .lines()
              .filter(l -> l.contains("proto=17"))
              .toList();
      // By the first pass and one behind each tracker; a port of a client is in none of them.
      assertThat(cached).hasSizeLessThanOrEqualTo(5);
    }
  }

  /** Of an established packet between two ports that both judge it, by the switch's own counter. */
  static double recirculations(RealSwitch real, Verdict verdict) {
    int packets = 50;
    try (PolicyTrial trial = new PolicyTrial(real.begin())) {
      bothJudge(trial, verdict);
      trial.take(udp("a", "b", 1000));
      trial.take(udp("b", "a", 53, 1000));
      long before = counted(real);
      for (int i = 0; i < packets; i++) {
        trial.take(udp("a", "b", 1000));
      }
      // Markers are ARP, which nobody tracks.
      return (counted(real) - before) / (double) packets;
    }
  }

  private static long counted(RealSwitch real) {
    Matcher counter =
        Pattern.compile("packet recirculations: *(\\d+)")
            .matcher(real.ovs().appctl("dpif-netdev/pmd-stats-show"));
    long sum = 0;
    boolean found = false;
    while (counter.find()) {
      found = true;
      sum += Long.parseLong(counter.group(1));
    }
    assertThat(found).as("the switch counts recirculations").isTrue();
    return sum;
  }

  /**
   * What {@code a} may send is said, and what {@code b} may get, both ways; the rest is dropped.
   */
  private static void bothJudge(PolicyTrial trial, Verdict verdict) {
    trial.take(new Step.Group("g1", Set.of("a", "b")));
    for (Side side : Side.values()) {
      for (End end : End.values()) {
        Ports dns = new Ports(Datagram.UDP, end, 53, 53);
        trial.take(
            new Step.Put(
                new Rule(name(side, end), "g1", side, 0, 9 + end.ordinal(), dns, verdict)));
      }
      trial.take(
          new Step.Put(
              new Rule(
                  "rest-" + side.name().toLowerCase(java.util.Locale.ROOT),
                  "g1",
                  side,
                  3,
                  1,
                  new Ip(),
                  Verdict.DROP)));
    }
  }

  private static String name(Side side, End end) {
    return (side + "-" + end).toLowerCase(java.util.Locale.ROOT);
  }

  /** Of UDP, from a to b: as many as are named, in this order. */
  private static Step fragments(int source, int destination, Integer... pieces) {
    Datagram d = new Datagram(Datagram.UDP, "10.0.0.1", source, "10.0.0.2", destination);
    return new Step.Fragments("a", "b", d, Math.max(2, pieces.length), List.of(pieces));
  }

  private static Step udp(String from, String to, int source) {
    return udp(from, to, source, 53);
  }

  private static Step udp(String from, String to, int source, int destination) {
    String network = "10.0.0.";
    return new Step.Send(
        from,
        to,
        new Datagram(
            Datagram.UDP,
            network + PolicyTrial.number(from),
            source,
            network + PolicyTrial.number(to),
            destination));
  }

  @Provide
  Arbitrary<List<Step>> stories() {
    return Stories.any();
  }

  /** Many rules over the same few packets, in two tiers with two priorities each. */
  @Provide
  Arbitrary<List<Step>> overlaps() {
    return Combinators.combine(
            Stories.memberships().list().ofSize(5),
            crowded().list().ofMinSize(8).ofMaxSize(20),
            Stories.sends().list().ofSize(6))
        .as(
            (members, rules, packets) -> {
              List<Step> all = new ArrayList<>(members);
              all.addAll(rules);
              all.addAll(packets);
              return all;
            });
  }

  private static Arbitrary<Step> crowded() {
    return AnyRule.puts()
        .map(
            step -> {
              Rule r = ((Step.Put) step).rule();
              int priority = r.priority() < 16_384 ? 1 : 16_384;
              return new Step.Put(
                  new Rule(
                      r.name(),
                      r.group(),
                      r.side(),
                      r.tier() % 2,
                      priority,
                      r.condition(),
                      r.verdict(),
                      r.drains()));
            });
  }
}
