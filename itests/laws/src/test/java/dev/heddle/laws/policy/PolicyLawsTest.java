package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.RandomHistories;
import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.relaid.policy.RelaidPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.statistics.Statistics;

/**
 * Whatever the rules, their members and their changes in the middle of connections: simulated
 * switches pass what the oracle says and nothing else. A difference is shrunk and printed as a
 * test.
 */
@AddLifecycleHook(RandomHistories.class)
class PolicyLawsTest {

  /** Of what may become of errors, fragments and drained connections: each of them is met. */
  private static final List<String> MET =
      List.of(
          "FROM drains",
          "TO drains",
          "FROM is cut",
          "TO is cut",
          "FROM error of a connection passes",
          "TO error of a connection passes",
          "FROM error of a connection dropped",
          "FROM error of nothing known dropped",
          "FROM error of another's packet dropped",
          "ICMP passes",
          "ICMPv6 passes",
          "ICMPv6 dropped",
          "FROM answers nothing",
          "IPv4 fragments in order pass",
          "IPv4 fragments in disorder pass",
          "IPv4 fragments in disorder dropped",
          "IPv4 fragments without the first dropped",
          "IPv4 fragments without a later one dropped",
          "IPv6 fragments in order pass",
          "IPv6 fragments in disorder pass",
          "IPv6 fragments in disorder dropped",
          "IPv6 fragments without the first dropped");

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void packetsFareAsTheOracleSays(@ForAll("stories") List<Step> steps) {
    told(steps, new Simulated(new L2Switching(), new Placement(), new AccessControl()));
    Statistics.label("decided by")
        .coverage(c -> MET.forEach(kind -> c.check(kind).count(n -> n > 0)));
  }

  /** A port carries four groups; of seven, rules over the others name the port. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void membersOfManyGroupsFareAsTheOracleSays(@ForAll("crowds") List<Step> steps) {
    told(steps, new Simulated(new L2Switching(), new Placement(), new AccessControl()));
  }

  /** Else the tests of hot swap would compare two versions of which one is wrong. */
  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void theSameHoldsOfTheVersionThatTheTestsOfHotSwapBring(@ForAll("stories") List<Step> steps) {
    told(steps, new Simulated(new L2Switching(), new Placement(), new RelaidPolicy()));
  }

  /** Who sends an error about a reply is not who began the connection. */
  @Example
  void anErrorAboutAReplyIsOfWhoeverTheReplyWasFor() {
    Datagram request = new Datagram(Datagram.UDP, "10.0.0.2", 1000, "10.0.0.1", 53);
    List<Step> story =
        List.of(
            new Step.Group("g1", Set.of("a")),
            new Step.Group("g2", Set.of("b")),
            rule("friends", 2, new Condition.Peer("g2"), Verdict.ALLOW),
            rule("rest", 1, new Condition.Ip(), Verdict.DROP),
            new Step.Send("b", "a", request),
            new Step.Answer(0),
            new Step.Unreachable("c", "a", request.answer()),
            new Step.Unreachable("b", "a", request.answer()));
    Simulated world = new Simulated(new L2Switching(), new Placement(), new AccessControl());
    try (PolicyTrial trial = new PolicyTrial(world)) {
      done(story, trial);
      assertThat(trial.arrivals()).isEqualTo(trial.packets()).isEqualTo(4);
    }
  }

  private static Step rule(String name, int priority, Condition condition, Verdict verdict) {
    return new Step.Put(new Rule(name, "g1", Side.TO, 0, priority, condition, verdict, false));
  }

  /** Of IPv6 a later fragment shows the number of its header in place of the protocol. */
  @Example
  void aLaterFragmentOfIpv6IsOfNoProtocol() {
    List<Step> story = new ArrayList<>();
    story.add(new Step.Group("g1", Set.of("a")));
    story.add(rule("udp", 2, new Condition.Protocol(Datagram.UDP), Verdict.ALLOW_STATELESS));
    story.add(rule("rest", 1, new Condition.Ip(), Verdict.DROP));
    for (String network : List.of("10.0.0.", "fd00::")) {
      Datagram d = new Datagram(Datagram.UDP, network + 2, 1000, network + 1, 53);
      story.add(new Step.Fragments("b", "a", d, 2, List.of(0, 1)));
    }
    Simulated world = new Simulated(new L2Switching(), new Placement(), new AccessControl());
    try (PolicyTrial trial = new PolicyTrial(world)) {
      done(story, trial);
      assertThat(trial.packets()).isEqualTo(2);
    }
  }

  @Provide
  Arbitrary<List<Step>> stories() {
    return Stories.any();
  }

  @Provide
  Arbitrary<List<Step>> crowds() {
    return Stories.ofManyGroups();
  }

  /** Does all steps and notes what kind of story it was. */
  static void told(List<Step> steps, World world) {
    try (PolicyTrial trial = new PolicyTrial(world)) {
      done(steps, trial);
      int refused = trial.packets() - trial.arrivals();
      Statistics.label("arrive and do not")
          .collect(trial.arrivals() > 0 ? "some arrive" : "none", refused > 0 ? "some do not" : "");
      trial.decisions().forEach(Statistics.label("decided by")::collect);
    }
  }

  private static void done(List<Step> steps, PolicyTrial trial) {
    for (int i = 0; i < steps.size(); i++) {
      try {
        trial.take(steps.get(i));
      } catch (AssertionError e) {
        String story = Pasted.test(steps.subList(0, i + 1));
        throw new AssertionError(e.getMessage() + "\n\nAs a test:\n" + story, e);
      }
    }
  }
}
