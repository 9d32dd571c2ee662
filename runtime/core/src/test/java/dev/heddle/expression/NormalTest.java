package dev.heddle.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.expression.Clause.Addresses;
import dev.heddle.expression.Clause.Ports;
import dev.heddle.expression.Clause.Service;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Not;
import dev.heddle.model.Bits;
import dev.heddle.model.IpPrefix;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The clauses of an expression hold for the packets it holds for, and are no more than needed. */
class NormalTest {

  private static final int LIMIT = 100_000;

  @Property(tries = 500)
  void aPacketMeetsAClauseIfTheExpressionHoldsForIt(@ForAll Random random) {
    Samples samples = new Samples(random);
    Expression e = samples.expression(3);
    List<Clause> clauses;
    try {
      clauses = Normal.clauses(e, LIMIT);
    } catch (ExplosionException tooLarge) {
      assertThat(tooLarge.needed()).isGreaterThan(LIMIT);
      return;
    }
    for (int i = 0; i < 30; i++) {
      Evaluator packet = new Evaluator(samples.packet(), Samples.MEMBERS);
      assertThat(clauses.stream().anyMatch(packet::meets))
          .as("%s%nof %s%nby %s", e, packet.packet(), clauses)
          .isEqualTo(packet.holds(e, false));
    }
    clauses.forEach(NormalTest::isAMatch);
  }

  /** No flow of it contradicts itself or lacks what OpenFlow asks for. */
  private static void isAMatch(Clause c) {
    if (c.sources().size() + c.destinations().size() + c.services().size() > 0) {
      assertThat(c.etherType().orElse(0)).isIn(Match.ETH_IPV4, Match.ETH_IPV6);
    }
    for (int i = 0; i < Math.max(1, c.services().size()); i++) {
      Match.Builder m = Match.builder();
      c.etherType().ifPresent(t -> m.match(Field.ETH_TYPE, t));
      if (!c.services().isEmpty()) {
        c.services().get(i).addTo(m);
      }
      c.fields().forEach((f, all) -> m.match(f, all.get(0).value(), all.get(0).mask()));
      m.build();
    }
  }

  private static List<Clause> clauses(String text) {
    return Normal.clauses(Expressions.parse(text), LIMIT);
  }

  private static Clause only(String text) {
    List<Clause> all = clauses(text);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static List<Masked> prefixes(String... texts) {
    return Stream.of(texts)
        .map(IpPrefix::parse)
        .map(p -> new Masked(p.address().bits(), Bits.prefix(p.length(), p.address().width())))
        .sorted()
        .toList();
  }

  private static Masked port(long port) {
    return Masked.exact(port, 16);
  }

  private static String addresses(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "10.0." + i / 250 + "." + i % 250)
        .collect(Collectors.joining(", ", "{", "}"));
  }

  @Test
  void aThousandSourcesAndTwoPortsAreOneClauseOfTwoDimensions() {
    Clause c = only("ip4.src == " + addresses(0, 1000) + " && tcp.dst == {80, 443}");
    assertThat(c.etherType()).hasValue(Match.ETH_IPV4);
    assertThat(c.sources()).hasSize(1);
    assertThat(c.sources().get(0).literals()).hasSize(1000);
    assertThat(c.services())
        .containsExactly(
            new Service(6, Masked.ANY, port(80)), new Service(6, Masked.ANY, port(443)));
    assertThat(c.size()).isEqualTo(1002);
  }

  @Test
  void alternativesOfOneDimensionStandBesideEachOther() {
    Clause c =
        only(
            "inport == @web && (ip4.src == 10.0.0.1 || ip4.src == $a || ip4.src == {$b, 10.0.0.2})"
                + " && (tcp.dst == 80 || udp.dst == 53 || icmp4.type == 8)");
    assertThat(c.inports()).containsExactly(new Ports(List.of(), List.of("web")));
    assertThat(c.sources())
        .containsExactly(new Addresses(prefixes("10.0.0.1/32", "10.0.0.2/32"), List.of("a", "b")));
    assertThat(c.services())
        .containsExactly(
            new Service(1, Masked.exact(8, 8), Masked.ANY),
            new Service(6, Masked.ANY, port(80)),
            new Service(17, Masked.ANY, port(53)));
  }

  @Test
  void namedSetsThatAreIntersectedAreSeveralConditions() {
    Clause c = only("ip4.src == $a && ip4.src == 10.0.0.0/8 && ip4.src == $b");
    assertThat(c.sources())
        .containsExactly(
            new Addresses(prefixes("10.0.0.0/8"), List.of()),
            new Addresses(List.of(), List.of("a")),
            new Addresses(List.of(), List.of("b")));
    assertThat(only("inport == @a && inport == {@a, @b}").inports())
        .containsExactly(new Ports(List.of(), List.of("a")));
  }

  @Test
  void whatMayBeOfBothFamiliesIsAClauseForEach() {
    List<Clause> both = clauses("(ip4.src == $a || ip6.src == $a) && tcp.dst == 80");
    assertThat(both).extracting(c -> c.etherType().getAsInt()).containsExactly(0x800, 0x86dd);
    assertThat(both)
        .allSatisfy(
            c -> assertThat(c.sources()).containsExactly(new Addresses(List.of(), List.of("a"))));
    assertThat(clauses("tcp.dst == 80")).hasSize(2);
    assertThat(clauses("inport == @a")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "ip4 && ip6",
        "tcp && udp",
        "ip4.src == 10.0.0.0/8 && ip4.src == 11.0.0.1",
        "tcp.dst < 80 && tcp.dst > 80",
        "arp && tcp.dst == 80",
        "ip4.src != 0.0.0.0/0",
      })
  void whatContradictsItselfIsNoClause(String text) {
    assertThat(clauses(text)).isEmpty();
  }

  @Test
  void notInAPrefixIsInAllBesideIt() {
    assertThat(only("ip4.src != {10.0.0.0/8}").sources())
        .containsExactly(
            new Addresses(
                prefixes(
                    "128.0.0.0/1",
                    "64.0.0.0/2",
                    "32.0.0.0/3",
                    "16.0.0.0/4",
                    "0.0.0.0/5",
                    "12.0.0.0/6",
                    "8.0.0.0/7",
                    "11.0.0.0/8"),
                List.of()));
  }

  @Test
  void notTcpIsEveryOtherProtocolOneByOne() {
    Clause c = only("ip4 && !tcp");
    assertThat(c.services()).hasSize(255).noneMatch(s -> s.protocol() == 6);
  }

  @Property(tries = 100)
  void aRangeOfPortsIsTheFewestPrefixesAndAtMostThirty(
      @ForAll @IntRange(max = 65535) int a, @ForAll @IntRange(max = 65535) int b) {
    int low = Math.min(a, b);
    int high = Math.max(a, b);
    List<Masked> cover = Cubes.range(Bits.of(low), Bits.of(high), 16);
    assertThat(cover).hasSizeLessThanOrEqualTo(30).hasSize(fewest(low, high));
    assertThat(IntStream.range(0, 65536).filter(p -> count(cover, p) > 0))
        .hasSize(high - low + 1)
        .allMatch(p -> p >= low && p <= high);
  }

  private static long count(List<Masked> cover, int port) {
    return cover.stream().filter(m -> m.contains(Bits.of(port))).count();
  }

  /** Taking each time the largest block that begins at the lowest port and is aligned. */
  private static int fewest(int low, int high) {
    int count = 0;
    for (int at = low; at <= high; count++) {
      int block = at == 0 ? 65536 : Integer.lowestOneBit(at);
      while (at + block - 1 > high) {
        block /= 2;
      }
      at += block;
    }
    return count;
  }

  @Property
  void oneByOneAreTheValuesThatAreContainedAndNoOthers(
      @ForAll @IntRange(max = 255) int value, @ForAll @IntRange(max = 255) int mask) {
    List<Masked> cubes =
        List.of(new Masked(Bits.of(value & mask), Bits.of(mask)), Masked.exact(value, 8));
    assertThat(Cubes.expanded(cubes, 8))
        .isEqualTo(
            IntStream.range(0, 256)
                .filter(v -> cubes.stream().anyMatch(c -> c.contains(Bits.of(v))))
                .mapToObj(v -> Masked.exact(v, 8))
                .toList());
  }

  @Test
  void oneValueOfAWideFieldIsWorkForOne() {
    Masked one = Masked.exact(5, 48);
    assertThat(Cubes.expanded(List.of(one), 48)).containsExactly(one);
  }

  @Test
  void theWorstRangeTakesThirty() {
    assertThat(Cubes.range(Bits.of(1), Bits.of(65534), 16)).hasSize(30);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      value = {
        "!ip4; 100; 65535",
        "arp.op != 1; 100; 65535",
        "1 <= tcp.src <= 65534 && 1 <= tcp.dst <= 65534; 1000; 1800",
        "ip4.src == {10.0.0.1, 10.0.0.2, 10.0.0.3}; 2; 3",
      })
  void whatWouldExplodeIsRefusedWithItsNumber(String text, int limit, long needed) {
    assertThatThrownBy(() -> Normal.clauses(Expressions.parse(text), limit))
        .isInstanceOfSatisfying(
            ExplosionException.class, e -> assertThat(e.needed()).isEqualTo(needed))
        .hasMessageContaining(String.format("would take %,d conditions", needed));
    assertThat(
            Normal.clauses(Expressions.parse(text), (int) needed).stream()
                .mapToInt(Clause::size)
                .sum())
        .isEqualTo((int) needed);
  }

  /** Alternatives that differ in two dimensions are not one clause. */
  private static String pairs(String a, String b, int times) {
    return IntStream.rangeClosed(1, times)
        .mapToObj(i -> String.format("(%s == %d && %s == %d)", a, i, b, i))
        .collect(Collectors.joining(" || ", "(", ")"));
  }

  @Test
  void productsAreComputedNotBuilt() {
    String text =
        String.join(
            " && ",
            pairs("ip.ttl", "ip.dscp", 50),
            pairs("tcp.flags", "tcp.src", 50),
            pairs("vlan.tci", "ip.frag", 3),
            pairs("eth.src[0..7]", "eth.dst[0..7]", 50));
    assertThatThrownBy(() -> Normal.clauses(Expressions.parse(text), 1000))
        .isInstanceOfSatisfying(
            ExplosionException.class, e -> assertThat(e.needed()).isEqualTo(50 * 50 * 3 * 50))
        .hasMessageContaining("would take 375,000 conditions, at most 1,000 are allowed");
  }

  /** Many alternatives beside a large set, over and over: work is bounded, not only room. */
  @Test
  void hostileTextsEndSoon() {
    String addresses = "ip4.src == " + addresses(0, 2000);
    String steps =
        IntStream.range(1, 500)
            .mapToObj(i -> "(tcp.dst != " + i + " || ip.ttl != " + i % 256 + ")")
            .collect(Collectors.joining(" && "));
    assertThatThrownBy(() -> Normal.clauses(Expressions.parse(addresses + " && " + steps), LIMIT))
        .isInstanceOf(ExplosionException.class);
  }

  @Test
  void aNamedSetIsNotNegatedEvenIfNoTextSaidSo() {
    Expression in = new Not(new In(Slice.of(Symbol.IP4_SRC), List.of(), List.of("a")));
    assertThatThrownBy(() -> Normal.clauses(in, LIMIT))
        .hasMessage("a rule cannot be for all addresses but those of $a");
  }

  @Test
  void oneMoreAddressIsOneMoreConditionAndNothingElse() {
    Clause before = only("ip4.src == " + addresses(0, 1000));
    Clause after = only("ip4.src == " + addresses(0, 1001));
    assertThat(after.sources().get(0).literals())
        .containsAll(before.sources().get(0).literals())
        .hasSize(1001);
  }

  @Test
  void everyFlagIsWhatItStandsFor() {
    for (Flag f : Flag.values()) {
      assertThat(clauses(f.toString()))
          .as(f.toString())
          .isEqualTo(clauses(f.meaning()))
          .isNotEmpty();
    }
  }
}
