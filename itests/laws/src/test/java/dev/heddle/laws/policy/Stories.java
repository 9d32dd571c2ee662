package dev.heddle.laws.policy;

import dev.heddle.laws.policy.Condition.Ip;
import dev.heddle.laws.policy.Condition.Peer;
import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random stories: memberships and rules, then packets and changes in any order. */
final class Stories {

  /** Of both families; of ICMP echoes. */
  private static final List<Integer> SENT =
      List.of(Datagram.TCP, Datagram.UDP, Datagram.UDP, Datagram.SCTP, Datagram.ICMP);

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

  static Arbitrary<List<Step>> any() {
    Arbitrary<List<Step>> closed =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(List.of(new Step.Default(true)))),
            Tuple.of(2, closings().list().ofMaxSize(2)));
    return Combinators.combine(
            memberships().list().ofSize(6),
            closed,
            AnyRule.puts().list().ofMinSize(2).ofMaxSize(12),
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

  /** Of seven groups, of which a port is in more than it carries. */
  static Arbitrary<List<Step>> ofManyGroups() {
    Arbitrary<String> groups = Arbitraries.of("g1", "g2", "g3", "g4", "g5", "g6", "g7");
    Arbitrary<Step> memberships =
        Combinators.combine(
                groups, Arbitraries.of(PolicyTrial.PORTS).set().ofMinSize(2).ofMaxSize(4))
            .as(Step.Group::new);
    Arbitrary<Step> rules =
        Combinators.combine(AnyRule.puts(), groups)
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
            Tuple.of(1, Arbitraries.of(AnyRule.NAMES).map(Step.Remove::new)),
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
            Tuple.of(6, goesOn),
            Tuple.of(2, removal),
            Tuple.of(1, AnyRule.puts()),
            Tuple.of(1, fragments()));
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
        Tuple.of(2, AnyRule.puts()),
        Tuple.of(4, Arbitraries.of(AnyRule.NAMES).map(Step.Remove::new)),
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
        .as((quoted, from, to) -> new Step.Unreachable(from, to, ((Step.Send) quoted).datagram()));
  }

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
                        ? Datagram.echo(PolicyTrial.address(from, v6), PolicyTrial.address(to, v6))
                        : new Datagram(
                            protocol,
                            PolicyTrial.address(from, v6),
                            source,
                            PolicyTrial.address(to, v6),
                            destination)));
  }

  private Stories() {}
}
