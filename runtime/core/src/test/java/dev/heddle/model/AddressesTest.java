package dev.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses are read strictly and written in one way. */
class AddressesTest {

  @Property
  void anAddressIsWhatItsTextSays(@ForAll("addresses") IpAddress address) {
    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    assertThat(IpAddress.parse(address.toString()).toString()).isEqualTo(address.toString());
    assertThat(address.width()).isEqualTo(address.isV6() ? 128 : 32);
  }

  @Property
  void aMacAddressIsWhatItsTextSays(@ForAll @LongRange(max = (1L << 48) - 1) long value) {
    MacAddress mac = new MacAddress(value);
    assertThat(MacAddress.parse(mac.toString())).isEqualTo(mac);
    assertThat(mac.toString()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    assertThat(MacAddress.parse(mac.toString().toUpperCase(java.util.Locale.ROOT))).isEqualTo(mac);
    assertThat(mac.isGroup())
        .isEqualTo(Integer.parseInt(mac.toString().substring(1, 2), 16) % 2 == 1);
  }

  @Property
  void aPrefixIsWhatItsTextSaysAndContainsJustWhatSharesItsFirstBits(
      @ForAll("addresses") IpAddress address,
      @ForAll @IntRange(max = 128) int bits,
      @ForAll @IntRange(max = 127) int flip) {
    int width = address.width();
    int length = bits % (width + 1);
    Bits first = address.bits().and(Bits.prefix(length, width));
    IpPrefix prefix = new IpPrefix(new IpAddress(address.isV6(), first), length);
    assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
    assertThat(prefix.contains(address)).isTrue();
    int place = flip % width; // counted from the left
    Bits one = Bits.of(1).shiftLeft(width - 1 - place);
    Bits flipped =
        address.bits().and(one).isZero() ? address.bits().or(one) : address.bits().andNot(one);
    assertThat(prefix.contains(new IpAddress(address.isV6(), flipped))).isEqualTo(place >= length);
    IpAddress other = address.isV6() ? IpAddress.v4(0) : IpAddress.v6(0, 0);
    assertThat(prefix.contains(other)).as("the other family").isFalse();
  }

  /** RFC 5952, sections 1, 2 and 4, and RFC 4291, section 2.2. */
  @ParameterizedTest
  @CsvSource({
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8::0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0db8::1:0:0:1, 2001:db8::1:0:0:1",
    "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
    "2001:db8:aaaa:bbbb:cccc:dddd:0:1, 2001:db8:aaaa:bbbb:cccc:dddd:0:1",
    "2001:db8:aaaa:bbbb:cccc:dddd::1, 2001:db8:aaaa:bbbb:cccc:dddd:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "FF01:0:0:0:0:0:0:101, ff01::101",
    "::ffff:c000:0201, ::ffff:c000:201",
    "::ffff:192.0.2.1, ::ffff:c000:201",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "10.0.0.1, 10.0.0.1",
    "255.255.255.255, 255.255.255.255"
  })
  void oneAddressHasOneText(String written, String canonical) {
    assertThat(IpAddress.parse(written)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.01",
        "10.0.0.1.",
        "10.0.0.1 ",
        "0x7f.0.0.1",
        "localhost",
        "example.com",
        "::g",
        ":",
        ":::",
        "1:::2",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4::5:6:7:8",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "12345::",
        "00001::",
        "fe80::1%eth0",
        "[::1]",
        "::1.2.3",
        "::1.2.3.256",
        "::01.2.3.4",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:1.2.3.4",
        "\uff11::"
      })
  void whatIsNoAddressIsRefusedInASentence(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' is not an IP address such as 10.0.0.1 or fd00::1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0a:00:00:00:00",
        "0a:00:00:00:00:11:22",
        "a:0:0:0:0:11",
        "0a-00-00-00-00-11",
        "0a:00:00:00:00:1g",
        " 0a:00:00:00:00:11",
        "0a:00:00:00:00:11\n",
        "0a000000 0011"
      })
  void whatIsNoMacAddressIsRefusedInASentence(String text) {
    assertThatThrownBy(() -> MacAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + Text.shown(text) + "' is not a MAC address such as 0a:00:00:00:00:11");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0, is not a prefix such as 10.0.0.0/24 or fd00::/64",
    "10.0.0.0/, is not a prefix such as 10.0.0.0/24 or fd00::/64",
    "10.0.0.0/x, is not a prefix such as 10.0.0.0/24 or fd00::/64",
    "10.0.0.0/-1, is not a prefix such as 10.0.0.0/24 or fd00::/64",
    "10.0.0.0/0024, is not a prefix such as 10.0.0.0/24 or fd00::/64",
    "10.0.0.0/33, a prefix length of 10.0.0.0 is 0 to 32",
    "fd00::/129, a prefix length of fd00:: is 0 to 128",
    "10.0.0.1/24, 10.0.0.1/24 has bits set below its prefix length",
    "fd00::1/64, fd00::1/64 has bits set below its prefix length",
    "10.0.0.300/8, is not an IP address such as 10.0.0.1 or fd00::1"
  })
  void whatIsNoPrefixIsRefusedInASentence(String text, String sentence) {
    assertThatThrownBy(() -> IpPrefix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(sentence);
  }

  /** The first two are the examples of RFC 4291, appendix A, and RFC 2464, section 4. */
  @ParameterizedTest
  @CsvSource({
    "34:56:78:9a:bc:de, fe80::3656:78ff:fe9a:bcde",
    "36:56:78:9a:bc:de, fe80::3456:78ff:fe9a:bcde",
    "00:00:00:00:00:00, fe80::200:ff:fe00:0",
    "02:00:00:00:00:00, fe80::ff:fe00:0",
    "0a:00:00:00:00:11, fe80::800:ff:fe00:11",
    "fe:ff:ff:ff:ff:ff, fe80::fcff:ffff:feff:ffff"
  })
  void theLinkLocalAddressOfAMacIsItsModifiedEui64(String mac, String address) {
    assertThat(MacAddress.parse(mac).linkLocal()).hasToString(address);
  }

  @Property
  void theMacCanBeReadBackFromItsLinkLocalAddress(
      @ForAll @LongRange(max = (1L << 48) - 1) long value) {
    IpAddress address = new MacAddress(value).linkLocal();
    assertThat(IpPrefix.parse("fe80::/64").contains(address)).isTrue();
    long low = address.bits().low();
    assertThat(low >>> 24 & 0xffff).isEqualTo(0xfffe);
    assertThat((low >>> 40 << 24 | low & 0xffffff) ^ 0x0200_0000_0000L).isEqualTo(value);
  }

  /** Addresses whose groups are often zero, so that every way of shortening occurs. */
  @Provide
  Arbitrary<IpAddress> addresses() {
    Arbitrary<Long> group =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(0L)),
            Tuple.of(1, Arbitraries.just(0xffffL)),
            Tuple.of(2, Arbitraries.longs().between(0, 0xffff)));
    Arbitrary<Long> half =
        group.list().ofSize(4).map(g -> g.stream().reduce(0L, (a, b) -> a << 16 | b));
    return Arbitraries.oneOf(
        Arbitraries.longs().between(0, 0xffff_ffffL).map(IpAddress::v4),
        Combinators.combine(half, half).as(IpAddress::v6));
  }
}
