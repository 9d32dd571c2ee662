package dev.heddle.laws.policy;

import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.RandomHistories;
import dev.heddle.laws.policy.Condition.All;
import dev.heddle.laws.policy.Condition.Any;
import dev.heddle.laws.policy.Condition.End;
import dev.heddle.laws.policy.Condition.In;
import dev.heddle.laws.policy.Condition.Ip;
import dev.heddle.laws.policy.Condition.Not;
import dev.heddle.laws.policy.Condition.Peer;
import dev.heddle.laws.policy.Condition.Ports;
import dev.heddle.laws.policy.Condition.Protocol;
import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.relaid.policy.RelaidPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.statistics.Statistics;

/**
 * Whatever the rules, their members and their changes in the middle of connections: simulated
 * switches pass what the oracle says and nothing else. A difference is shrunk and printed as steps.
 */
@AddLifecycleHook(RandomHistories.class)
class PolicyLawsTest {

  private static final List<Integer> PROTOCOLS = List.of(Datagram.TCP, Datagram.UDP, Datagram.SCTP);

  /** Of both families; of ICMP echoes. */
  private static final List<Integer> SENT =
      List.of(Datagram.TCP, Datagram.UDP, Datagram.UDP, Datagram.SCTP, Datagram.ICMP);

  private static final List<String> NAMES =
      IntStream.rangeClosed(1, 12).mapToObj(n -> "r" + n).toList();

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void packetsFareAsTheOracleSays(@ForAll("stories") List<Step> steps) {
    told(steps, new Simulated(new L2Switching(), new Placement(), new AccessControl()));
  }

  /** A port carries four groups; of seven, rules over the others name the port. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void membersOfManyGroupsFareAsTheOracleSays(@ForAll("crowds") List<Step> steps) {
    told(steps, new Simulated(new L2Switching(), new Placement(), new AccessControl()));
  }

  @Provide
  Arbitrary<List<Step>> crowds() {
    Arbitrary<String> groups = Arbitraries.of("g1", "g2", "g3", "g4", "g5", "g6", "g7");
    Arbitrary<Step> memberships =
        Combinators.combine(
                groups, Arbitraries.of(PolicyTrial.PORTS).set().ofMinSize(2).ofMaxSize(4))
            .as(Step.Group::new);
    Arbitrary<Step> rules =
        Combinators.combine(puts(), groups)
            .as(
                (put, group) -> {
                  Rule r = ((Step.Put) put).rule();
                  return new Step.Put(
                      new Rule(
                          r.name(),
                          group,
                          r.side(),
                          r.tier(),
                          r.priority(),
                          r.condition() instanceof Peer ? new Peer(group) : r.condition(),
                          r.verdict(),
                          r.drains()));
                });
    Arbitrary<Step> then =
        Arbitraries.frequencyOf(
            Tuple.of(8, sends()),
            Tuple.of(4, Arbitraries.integers().between(0, 4).map(Step.Answer::new)),
            Tuple.of(2, rules),
            Tuple.of(1, Arbitraries.of(NAMES).map(Step.Remove::new)),
            Tuple.of(2, memberships));
    return Combinators.combine(
            memberships.list().ofSize(14),
            closings().list().ofMaxSize(2),
            rules.list().ofMinSize(8).ofMaxSize(12),
            then.list().ofMinSize(5).ofMaxSize(30))
        .as(
            (first, closed, put, rest) -> {
              List<Step> all = new ArrayList<>(first);
              all.addAll(closed);
              all.addAll(put);
              all.addAll(rest);
              return all;
            });
  }

  /** Else the tests of hot swap would compare two versions of which one is wrong. */
  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void theSameHoldsOfTheVersionThatTheTestsOfHotSwapBring(@ForAll("stories") List<Step> steps) {
    told(steps, new Simulated(new L2Switching(), new Placement(), new RelaidPolicy()));
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

  @Provide
  Arbitrary<List<Step>> stories() {
    Arbitrary<List<Step>> closed =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(List.of(new Step.Default(true)))),
            Tuple.of(2, closings().list().ofMaxSize(2)));
    return Combinators.combine(
            memberships().list().ofSize(6),
            closed,
            puts().list().ofMinSize(2).ofMaxSize(12),
            events().list().ofMinSize(3).ofMaxSize(20))
        .as(
            (first, rest, rules, then) -> {
              List<Step> all = new ArrayList<>(first);
              all.addAll(rest);
              all.addAll(rules);
              then.forEach(all::addAll);
              return all;
            });
  }

  /** One step, or the life of a connection: begun, answered, overtaken by a change, going on. */
  private static Arbitrary<List<Step>> events() {
    Arbitrary<Step> goesOn =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 1).map(Step.Again::new),
            Arbitraries.integers().between(0, 1).map(Step.Answer::new),
            refusals());
    Arbitrary<List<Step>> lives =
        Combinators.combine(sends(), changes(), goesOn.list().ofMinSize(1).ofMaxSize(4))
            .as(
                (begins, change, then) -> {
                  List<Step> life = new ArrayList<>(List.of(begins, new Step.Answer(0), change));
                  life.addAll(then);
                  return life;
                });
    return Arbitraries.frequencyOf(
        Tuple.of(8, steps().map(List::of)), Tuple.of(2, lives), Tuple.of(1, drains(goesOn)));
  }

  /** A connection on a closed switch, and what becomes of it without what has allowed it. */
  private static Arbitrary<List<Step>> drains(Arbitrary<Step> goesOn) {
    Arbitrary<Step> removal = Arbitraries.of("drain-from", "drain-to").map(Step.Remove::new);
    Arbitrary<Step> next =
        Arbitraries.frequencyOf(
            Tuple.of(6, goesOn), Tuple.of(2, removal), Tuple.of(1, puts()), Tuple.of(1, fragments()));
    return Combinators.combine(
            sends(),
            Arbitraries.of(0, 1, 2, 3),
            Arbitraries.of(true, true, false),
            Arbitraries.of(true, true, true, false),
            next.list().ofMinSize(2).ofMaxSize(7))
        .as(
            (begins, tier, drain, answered, then) -> {
              List<Step> life = new ArrayList<>(List.of(new Step.Default(true)));
              for (Side side : Side.values()) {
                String name = "drain-" + side.name().toLowerCase(Locale.ROOT);
                life.add(
                    new Step.Put(
                        new Rule(
                            name, Rule.SWITCH, side, tier, 9, new Ip(), Verdict.ALLOW, drain)));
              }
              life.add(begins);
              if (answered) {
                life.add(new Step.Answer(0));
              }
              life.addAll(then);
              return life;
            });
  }

  private static Arbitrary<Step> changes() {
    return Arbitraries.frequencyOf(
        Tuple.of(2, puts()),
        Tuple.of(4, Arbitraries.of(NAMES).map(Step.Remove::new)),
        Tuple.of(1, memberships()),
        Tuple.of(1, Arbitraries.of(true, true, false).map(Step.Default::new)));
  }

  /** Errors about what was sent, mostly by whom it was for. */
  private static Arbitrary<Step> refusals() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4), Arbitraries.of("", "", "", "b", "c"))
        .as(Step.Refuse::new);
  }

  /** Errors about what nobody has sent, or somebody else. */
  private static Arbitrary<Step> forgeries() {
    return Combinators.combine(
            sends(), Arbitraries.of(PolicyTrial.PORTS), Arbitraries.of(PolicyTrial.PORTS))
        .filter((quoted, from, to) -> !from.equals(to))
        .as(
            (quoted, from, to) -> new Step.Unreachable(from, to, ((Step.Send) quoted).datagram()));
  }

  private static final List<List<Integer>> PIECES =
      List.of(
          List.of(0, 1),
          List.of(1, 0),
          List.of(0, 1, 2),
          List.of(2, 1, 0),
          List.of(1, 2, 0),
          List.of(0, 2, 1),
          List.of(0),
          List.of(1),
          List.of(2, 1),
          List.of(2, 0));

  private static Arbitrary<Step> fragments() {
    return Combinators.combine(sends(), Arbitraries.of(PIECES), Arbitraries.of(2, 3))
        .as(
            (step, pieces, least) -> {
              Step.Send send = (Step.Send) step;
              Datagram d = send.datagram();
              Datagram udp =
                  new Datagram(Datagram.UDP, d.source(), 1000, d.destination(), 53 + d.to() % 2);
              int last = pieces.stream().mapToInt(p -> p).max().orElseThrow();
              return new Step.Fragments(
                  send.from(), send.to(), udp, Math.max(last + 1, least), pieces);
            });
  }

  /** Behind all others a rule that lets nothing pass, so that what is allowed matters. */
  private static Arbitrary<Step> closings() {
    return Combinators.combine(Arbitraries.of("g1", "g2"), Arbitraries.of(Side.class))
        .as(
            (group, side) ->
                new Step.Put(
                    new Rule(
                        (group + "-" + side).toLowerCase(Locale.ROOT),
                        group,
                        side,
                        3,
                        1,
                        new Ip(),
                        Verdict.DROP)));
  }

  private static Arbitrary<Step> steps() {
    return Arbitraries.frequencyOf(
        Tuple.of(8, sends()),
        Tuple.of(5, Arbitraries.integers().between(0, 4).map(Step.Answer::new)),
        Tuple.of(2, Arbitraries.integers().between(0, 4).map(Step.Again::new)),
        Tuple.of(3, refusals()),
        Tuple.of(1, forgeries()),
        Tuple.of(3, fragments()),
        Tuple.of(3, changes()));
  }

  static Arbitrary<Step> memberships() {
    Arbitrary<Set<String>> ports =
        Arbitraries.of(PolicyTrial.PORTS).set().ofMinSize(1).ofMaxSize(3);
    Arbitrary<Set<String>> addresses =
        Arbitraries.of("10.0.0.1", "10.0.0.2", "10.0.0.0/30", "10.0.0.3", "fd00::2", "fd00::/126")
            .set()
            .ofMaxSize(3);
    return Arbitraries.oneOf(
        Combinators.combine(Arbitraries.of("g1", "g2"), ports).as(Step.Group::new),
        Combinators.combine(Arbitraries.of("s1", "s2"), addresses).as(Step.AddressSet::new));
  }

  static Arbitrary<Step> sends() {
    return Combinators.combine(
            Arbitraries.of(PolicyTrial.PORTS),
            Arbitraries.of(PolicyTrial.PORTS),
            Arbitraries.of(SENT),
            Arbitraries.of(true, false, false),
            Arbitraries.of(1000, 53),
            Arbitraries.of(52, 53, 53, 54))
        .filter((from, to, protocol, v6, source, destination) -> !from.equals(to))
        .as(
            (from, to, protocol, v6, source, destination) ->
                new Step.Send(
                    from,
                    to,
                    protocol == Datagram.ICMP
                        ? Datagram.echo(
                            PolicyTrial.address(from, v6), PolicyTrial.address(to, v6))
                        : new Datagram(
                            protocol,
                            PolicyTrial.address(from, v6),
                            source,
                            PolicyTrial.address(to, v6),
                            destination)));
  }

  static Arbitrary<Step> puts() {
    return Combinators.combine(
            Arbitraries.of(NAMES),
            Arbitraries.of("g1", "g1", "g2", "g2", Rule.SWITCH),
            Arbitraries.of(Side.class),
            Arbitraries.of(0, 0, 1, 1, 2, 3),
            Arbitraries.of(1, 2, 16_383, 16_384, 32_767),
            conditions(),
            Arbitraries.of(
                Verdict.ALLOW,
                Verdict.ALLOW,
                Verdict.DROP,
                Verdict.REJECT,
                Verdict.PASS,
                Verdict.PASS,
                Verdict.ALLOW_STATELESS,
                Verdict.ALLOW_STATELESS),
            Arbitraries.of(true, false))
        .as(Rule::new)
        .map(r -> r.side() == Side.FROM && r.condition() instanceof Peer ? overAll(r) : r)
        .map(Step.Put::new);
  }

  /** Where a packet goes is not known yet when what a port sends is judged. */
  private static Rule overAll(Rule r) {
    return new Rule(
        r.name(), r.group(), r.side(), r.tier(), r.priority(), new Ip(), r.verdict(), r.drains());
  }

  private static Arbitrary<Condition> conditions() {
    Arbitrary<Condition> one = Arbitraries.oneOf(addresses(), ports(), protocols());
    return Arbitraries.frequencyOf(
        Tuple.of(2, Arbitraries.just(new Ip())),
        Tuple.of(1, Arbitraries.of("g1", "g2").map(Peer::new)),
        Tuple.of(3, one),
        Tuple.of(2, Combinators.combine(addresses(), ports()).as((a, p) -> new All(List.of(a, p)))),
        Tuple.of(1, one.list().ofSize(2).map(Any::new)));
  }

  private static Arbitrary<Condition> protocols() {
    return Arbitraries.of(
            Datagram.TCP, Datagram.UDP, Datagram.SCTP, Datagram.ICMP, Datagram.ICMPV6)
        .map(Protocol::new);
  }

  private static Arbitrary<Condition> ports() {
    return Combinators.combine(
            Arbitraries.of(PROTOCOLS),
            Arbitraries.of(End.class),
            Arbitraries.of(52, 53, 54),
            Arbitraries.of(0, 1, 30, 1000),
            Arbitraries.of(true, false, false, false))
        .as(
            (protocol, end, low, more, not) -> {
              Condition ports = new Ports(protocol, end, low, low + more);
              return not ? new Not(ports) : ports;
            });
  }

  private static Arbitrary<Condition> addresses() {
    return Combinators.combine(
            Arbitraries.of(End.class),
            Arbitraries.of(true, false, false),
            Arbitraries.of(1, 2, 3, 4),
            Arbitraries.of("s1", "s2", ""),
            Arbitraries.of(30, 31, 32))
        .as(
            (end, v6, n, set, length) ->
                set.isEmpty()
                    ? new In(end, v6, List.of(prefix(v6, n, length)), List.of())
                    : new In(
                        end, v6, n > 1 ? List.of() : List.of(prefix(v6, n, length)), List.of(set)));
  }

  private static String prefix(boolean v6, int n, int length) {
    String network = (v6 ? "fd00::" : "10.0.0.") + (n & -1 << 32 - length);
    return network + "/" + (v6 ? 96 + length : length);
  }
}
