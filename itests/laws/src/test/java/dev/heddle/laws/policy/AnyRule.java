package dev.heddle.laws.policy;

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
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random rules, over few ports and addresses, so that they meet. */
final class AnyRule {

  private static final List<Integer> PROTOCOLS = List.of(Datagram.TCP, Datagram.UDP, Datagram.SCTP);

  static final List<String> NAMES = IntStream.rangeClosed(1, 12).mapToObj(n -> "r" + n).toList();

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
    return Arbitraries.of(Datagram.TCP, Datagram.UDP, Datagram.SCTP, Datagram.ICMP, Datagram.ICMPV6)
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

  private AnyRule() {}
}
