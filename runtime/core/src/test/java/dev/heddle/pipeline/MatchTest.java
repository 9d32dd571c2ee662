package dev.heddle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One set of packets, written in whatever order and pieces, is one value. */
class MatchTest {

  /** Conditions that do not contradict each other: pieces of one packet. */
  record Piece(Field field, Bits mask) {

    Bits value() {
      long seed = field.wire().ordinal() * 0x9e3779b97f4a7c15L;
      return new Bits(seed, ~seed).shiftRight(field.offset()).and(Bits.ones(field.width()));
    }
  }

  @Property
  void orderAndRepetitionMakeNoDifference(@ForAll("pieces") List<Piece> pieces, @ForAll Random r) {
    List<Piece> shuffled = new ArrayList<>(pieces);
    shuffled.addAll(pieces);
    Collections.shuffle(shuffled, r);
    Match match = match(pieces);
    assertThat(match(shuffled)).isEqualTo(match).hasSameHashCodeAs(match);
    assertThat(match.terms()).isSortedAccordingTo((a, b) -> a.wire().compareTo(b.wire()));
    assertThat(match.terms().stream().map(Term::wire)).doesNotHaveDuplicates();
    List<Term> terms = new ArrayList<>(match.terms());
    Collections.shuffle(terms, r);
    assertThat(Match.of(terms)).as("as a switch may report it").isEqualTo(match);
  }

  @Property
  void aTermHoldsJustTheBitsThatWereAskedFor(@ForAll("pieces") List<Piece> pieces) {
    Match match = match(pieces);
    for (Term t : match.terms()) {
      BigInteger asked =
          pieces.stream()
              .filter(p -> p.field.wire() == t.wire())
              .map(
                  p ->
                      new BigInteger(p.mask.toString().substring(2), 16)
                          .shiftLeft(p.field.offset()))
              .reduce(BigInteger.ZERO, BigInteger::or);
      assertThat(t.mask()).hasToString("0x" + asked.toString(16));
      assertThat(t.value().andNot(t.mask()).isZero()).isTrue();
    }
  }

  private static Match match(List<Piece> pieces) {
    Match.Builder b = Match.builder();
    pieces.forEach(p -> b.match(p.field, p.value(), p.mask));
    return b.build();
  }

  @Provide
  Arbitrary<List<Piece>> pieces() {
    Arbitrary<Field> registers =
        Arbitraries.of(
            Field.NETWORK,
            Field.IN_CLASS,
            Field.OUT_CLASS,
            Field.IN_PORT,
            Field.OUT_PORT,
            Field.TUNNEL_IN_PORT,
            Field.TUNNEL_OUT_PORT,
            Field.ETH_SRC,
            Field.ETH_DST);
    return Combinators.combine(registers, Arbitraries.longs())
        .as((f, m) -> new Piece(f, Bits.of(m).and(Bits.ones(f.width()))))
        .list()
        .ofMaxSize(6);
  }

  @Test
  void fieldsOfOneRegisterAreOneTerm() {
    Match m =
        Match.builder()
            .match(Field.IN_CLASS, 5)
            .match(Field.NETWORK, 3)
            .match(Field.ZONE, 1)
            .build();
    assertThat(m).hasToString("metadata=0x5000003/0xfffffffffff,reg13=0x1/0xffff");
    assertThat(m.value(Field.IN_CLASS)).contains(Bits.of(5));
    assertThat(m.value(Field.NETWORK)).contains(Bits.of(3));
    assertThat(m.value(Field.OUT_CLASS)).isEmpty();
    assertThat(Match.builder().match(Field.NETWORK, Bits.of(1), Bits.of(1)).build())
        .as("only some bits")
        .extracting(x -> x.value(Field.NETWORK))
        .isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ARP_TPA     | dl_type=0x806,arp_tpa=0x1",
        "ARP_OP      | dl_type=0x806,arp_op=0x1",
        "ARP_SPA     | dl_type=0x806,arp_spa=0x1",
        "ARP_SHA     | dl_type=0x806,arp_sha=0x1",
        "ARP_THA     | dl_type=0x806,arp_tha=0x1",
        "IPV4_SRC    | dl_type=0x800,nw_src=0x1",
        "IPV4_DST    | dl_type=0x800,nw_dst=0x1",
        "IPV6_SRC    | dl_type=0x86dd,ipv6_src=0x1",
        "IPV6_DST    | dl_type=0x86dd,ipv6_dst=0x1",
        "TCP_SRC     | nw_proto=0x6,tcp_src=0x1",
        "TCP_DST     | nw_proto=0x6,tcp_dst=0x1",
        "UDP_SRC     | nw_proto=0x11,udp_src=0x1",
        "UDP_DST     | nw_proto=0x11,udp_dst=0x1",
        "ICMPV6_TYPE | dl_type=0x86dd,nw_proto=0x3a,icmpv6_type=0x1",
        "ICMPV6_CODE | dl_type=0x86dd,nw_proto=0x3a,icmpv6_code=0x1",
        "ND_TARGET   | dl_type=0x86dd,nw_proto=0x3a,icmpv6_code=0x0,nd_target=0x1",
        "ND_SLL | dl_type=0x86dd,nw_proto=0x3a,icmpv6_type=0x87,icmpv6_code=0x0,nd_sll=0x1",
        "ND_TLL | dl_type=0x86dd,nw_proto=0x3a,icmpv6_type=0x88,icmpv6_code=0x0,nd_tll=0x1",
        "ETH_SRC     | dl_src=0x1",
        "IN_PORT     | reg14=0x1/0xffffff",
        "OF_PORT     | in_port=0x1",
      })
  void whatAFieldPresupposesIsInTheMatch(Field field, String text) {
    assertThat(Match.builder().match(field, 1).build()).hasToString(text);
  }

  @Test
  void anEmptyMaskLeavesThePrerequisitesOnly() {
    assertThat(Match.builder().match(Field.IPV4_SRC, Bits.ZERO, Bits.ZERO).build())
        .hasToString("dl_type=0x800");
    assertThat(Match.builder().match(Field.ETH_SRC, Bits.ZERO, Bits.ZERO).build())
        .isSameAs(Match.ALL)
        .hasToString("any");
  }

  @ParameterizedTest
  @CsvSource({
    "ARP_OP, IPV4_SRC",
    "IPV4_SRC, IPV6_SRC",
    "TCP_SRC, UDP_SRC",
    "ND_SLL, ND_TLL",
    "ICMPV6_TYPE, TCP_DST",
    "ND_SLL, IPV4_DST"
  })
  void whatNoPacketCanBeIsRefused(Field a, Field b) {
    for (List<Field> order : List.of(List.of(a, b), List.of(b, a))) {
      Match.Builder builder = Match.builder().match(order.get(0), 135);
      assertThatThrownBy(() -> builder.match(order.get(1), 135))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("no packet has both ");
    }
  }

  @Test
  void oneBitOfContradictionIsEnough() {
    Match.Builder b = Match.builder().match(Field.OUT_PORT, 5);
    b.match(Field.OUT_IS_GROUP, 0);
    assertThatThrownBy(() -> b.match(Field.OUT_IS_GROUP, 1))
        .hasMessage("no packet has both reg15=0x5/0xffffff and reg15=0x800000/0x800000");
    assertThatThrownBy(() -> Match.builder().match(Field.NETWORK, 1 << 24))
        .hasMessage("NETWORK has 24 bits, not those of 0x1000000");
    assertThatThrownBy(() -> Match.builder().match(Field.IP_PROTO, Bits.ZERO, Bits.of(0x100)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTermIsCanonicalOrRefused() {
    assertThatThrownBy(() -> new Term(Wire.REG0, Bits.of(2), Bits.of(1)))
        .hasMessage("reg0=0x2 has bits outside its mask 0x1");
    assertThatThrownBy(() -> new Term(Wire.REG0, Bits.ZERO, Bits.ZERO))
        .hasMessage("reg0 has no mask 0x0");
    assertThatThrownBy(() -> new Term(Wire.REG0, Bits.ZERO, Bits.ones(33)))
        .hasMessage("reg0 has no mask 0x1ffffffff");
  }
}
