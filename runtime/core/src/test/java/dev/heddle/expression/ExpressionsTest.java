package dev.heddle.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read as an expression, how it is written, and what is said of anything else. */
class ExpressionsTest {

  @Property
  void theTextOfAnExpressionReadsAsAnEqualOne(@ForAll Random random) {
    Expression e = new Samples(random).expression(3);
    assertThat(Expressions.parse(e.toString())).as(e.toString()).isEqualTo(e);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      value = {
        "1; 1",
        "( ( ip4 ) ); ip4",
        "!ip4; !ip4",
        "!!ip4; !(!ip4)",
        "ip4 == 0; !ip4",
        "ip4 != 0; !(!ip4)",
        "80 == tcp.dst; tcp.dst == 80",
        "80 < tcp.dst; tcp.dst >= 81",
        "tcp.dst > 80; tcp.dst >= 81",
        "1024 <= tcp.dst <= 2048; 1024 <= tcp.dst <= 2048",
        "2048 > tcp.dst > 1023; 1024 <= tcp.dst <= 2047",
        "tcp.dst == {443, 80 80}; tcp.dst == {80, 443}",
        "{80,443,}==tcp.dst; tcp.dst == {80, 443}",
        "!(tcp.dst == 80); tcp.dst != 80",
        "!(1024 <= tcp.dst <= 2048); !(1024 <= tcp.dst <= 2048)",
        "tcp.flags[1]; tcp.flags[1] == 1",
        "tcp.flags == 2/0x12; tcp.flags == 0x2/0x12",
        "ip4.dst[28..31] == 0xe; ip4.dst[28..31] == 14",
        "ip4.src == 10.0.0.0/255.255.0.0; ip4.src == 10.0.0.0/16",
        "ip4.src == 10.0.0.1/255.0.0.255; ip4.src == 10.0.0.1/255.0.0.255",
        "ip6.src == FD00:0:0::/64; ip6.src == fd00::/64",
        "ip6.src == ::; ip6.src == ::",
        "eth.src == 0A:00:00:00:00:00/ff:00:00:00:00:00;"
            + " eth.src == 0a:00:00:00:00:00/ff:00:00:00:00:00",
        "ip4.src == {$b-1.x, 10.0.0.1, $a}; ip4.src == {10.0.0.1, $a, $b-1.x}",
        "inport == {@web, \"vm-1\"}; inport == {\"vm-1\", @web}",
        "!(inport != @web); !(inport != @web)",
        "outport==@web&&ip4 /* why */&&tcp // end; outport == @web && ip4 && tcp",
        "ip4 && (tcp || udp); ip4 && (tcp || udp)",
        "eth.type == 2048; eth.type == 0x800",
      })
  void whatIsMeantIsWrittenInOneWay(String text, String canonical) {
    assertThat(Expressions.parse(text)).hasToString(canonical);
    assertThat(Expressions.parse(canonical)).isEqualTo(Expressions.parse(text));
  }

  @Test
  void theNamesItRefersToAreListed() {
    Expression e =
        Expressions.parse(
            "inport == {@b, @a} && !(ip4.src != {$s2, $s1} && !(outport == {\"p\", @a}))");
    assertThat(e.addressSets()).containsExactly("s1", "s2");
    assertThat(e.portGroups()).containsExactly("a", "b");
    assertThat(e.ports()).containsExactly("p");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      value = {
        "tcp.dts == 80; 1; 'tcp.dts' is not known; did you mean tcp.dst?",
        "ip4 && ip.src == 10.0.0.1; 8; 'ip.src' is not known",
        "xyzzy; 1; 'xyzzy' is not known",
        "ct.est; 1; 'ct.est' is state of a connection",
        "ct_label == 1; 1; 'ct_label' is state of a connection",
        "reg0 == 1; 1; 'reg0' is state of the pipeline",
        "is_chassis_resident(\"p\"); 1; 'is_chassis_resident' tells where a port is",
        "ip.ecn == 1; 1; 'ip.ecn' is known to OVN, but cannot be compared here",
        "tcp.dst = 80; 9; '=' is written twice, '=='",
        "ip4 & tcp; 5; '&' is written twice, '&&'",
        "ip4 && tcp || udp; 12; '&&' and '||' stand beside each other only with parentheses",
        "ip4 &&; 7; expected a condition such as ip4 or tcp.dst == 80, found the end",
        "ip4 tcp; 5; expected '&&', '||' or the end, found 'tcp'",
        "(ip4; 1; this '(' is not closed",
        "ip4); 4; this ')' closes nothing",
        "(ip4 tcp); 6; expected '&&', '||' or ')', found 'tcp'",
        "!tcp.dst == 80; 2; '!' stands before a comparison only with parentheses",
        "! 80 == tcp.dst; 3; expected '(' or a name after '!', found '80'",
        "tcp.dst; 1; tcp.dst is compared with something",
        "ip.frag; 1; ip.frag has 2 bits",
        "inport; 1; inport is compared with ports",
        "tcp.dst == 65536; 12; expected a number, 0 to 65535 beside tcp.dst, found '65536'",
        "tcp.dst == 080; 12; a number does not begin with 0",
        "tcp.dst == 10.0.0.1; 12; expected a number",
        "tcp.dst == \"http\"; 12; expected a number, 0 to 65535 beside tcp.dst, found \"http\"",
        "tcp.dst == -1; 12; '-' is no part of an expression",
        "tcp.dst == http; 12; expected a value, $set, @group or \"port\", found 'http'",
        "ip4.src == fd00::1; 12; expected an IPv4 address",
        "ip6.src == 10.0.0.1; 12; expected an IPv6 address",
        "ip4.src == 10; 12; expected an IPv4 address",
        "ip4.src == 10.0.0.1/8; 12; did you mean 10.0.0.0/8?",
        "ip4.src == 10.0.0.0/33; 21; a prefix length of ip4.src is 0 to 32, found '33'",
        "ip4.src == 10.0.0.0/; 21; expected a prefix length or a mask, found the end",
        "eth.src == 0a:00:00:00:00; 12; expected a MAC address",
        "eth.src == $macs; 12; eth.src is not compared with sets of addresses",
        "tcp.dst == $ports; 12; tcp.dst is not compared with sets of addresses",
        "ip4.src == @web; 12; expected an IPv4 address such as",
        "ip4.src != $bad; 12; a rule cannot be for all addresses but those of '$bad'",
        "!(ip4 && ip4.src == $bad); 21; a rule cannot be for all addresses but those of '$bad'",
        "inport != @web; 11; a rule cannot be for all ports but '@web'",
        "inport == 5; 11; inport is compared with \"port\" or @group, found '5'",
        "inport < \"a\"; 8; inport is compared by '==' or '!='",
        "ip4 == 2; 8; ip4 is 0 or 1, found '2'",
        "ip4[0]; 1; 'ip4' has no bits to choose from",
        "tcp.flags[12]; 11; tcp.flags has bits 0 to 11, found '12'",
        "tcp.flags[3..1]; 11; the lower bit comes first",
        "tcp.flags[1; 12; expected ']', found the end",
        "tcp.dst == {}; 12; a set holds at least one value",
        "tcp.dst == {80; 12; this '{' is not closed",
        "tcp.dst < {80, 443}; 9; '<' compares with one value",
        "tcp.dst < 0; 11; no value of tcp.dst is < 0",
        "tcp.dst > 65535; 11; no value of tcp.dst is > 65535",
        "5 < tcp.dst > 2; 13; a range is written LOW <= FIELD <= HIGH",
        "5 <= tcp.dst <= 3; 1; no value of tcp.dst is in this range",
        "5 < tcp.dst < 6; 1; no value of tcp.dst is in this range",
        "80; 3; expected a relation such as '==', found the end",
        "inport == \"a b\"; 11; expected a name of letters",
        "inport == \"a; 11; this name has no closing '\"'",
        "ip4.src == $-x; 12; expected a name of letters",
        "/* open; 1; this comment has no '*/' in its line",
        "ip4 # x; 5; '#' is no part of an expression",
      })
  void whatIsWrongIsSaidWithItsPlace(String text, int column, String sentence) {
    assertThatThrownBy(() -> Expressions.parse(text))
        .isInstanceOfSatisfying(
            ExpressionException.class,
            e -> {
              assertThat(e.line()).isEqualTo(1);
              assertThat(e.column()).as(e.getMessage()).isEqualTo(column);
            })
        .hasMessageContaining(sentence);
  }

  @Test
  void placesAreCountedInLines() {
    assertThatThrownBy(() -> Expressions.parse("ip4 &&\n  // two\n  tcp.dst == x"))
        .hasMessageStartingWith("line 3, column 14: expected a value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "!", "!("})
  void nestingIsBounded(String opening) {
    String closing = opening.contains("(") ? ")" : "";
    int most = Expressions.MOST_DEPTH / opening.length();
    assertThat(Expressions.parse(nested(opening, closing, most))).isNotNull();
    assertThatThrownBy(() -> Expressions.parse(nested(opening, closing, most + 1)))
        .hasMessageContaining("nested at most 100 deep");
    assertThatThrownBy(() -> Expressions.parse(nested(opening, closing, 8_000 / opening.length())))
        .hasMessageContaining("nested at most 100 deep");
  }

  private static String nested(String opening, String closing, int times) {
    return opening.repeat(times) + "ip4" + closing.repeat(times);
  }

  @Test
  void lengthIsBounded() {
    String most = "ip4" + " ".repeat(Expressions.MOST_CHARACTERS - 3);
    assertThat(Expressions.parse(most)).hasToString("ip4");
    assertThatThrownBy(() -> Expressions.parse(most + " "))
        .hasMessageContaining("at most 65536 characters, not 65537");
    assertThatThrownBy(() -> Expressions.parse("ip4&&".repeat(10_000) + "ip4"))
        .hasMessageContaining("at most 16384 words and signs");
    assertThatThrownBy(() -> Expressions.parse("tcp.dst == " + "9".repeat(60_000)))
        .hasMessageContaining("expected a number");
    assertThatThrownBy(() -> Expressions.parse("a".repeat(60_000)))
        .hasMessageContaining("is not known");
  }

  @Test
  void aThousandAddressesAreOneSet() {
    String all =
        IntStream.range(0, 1000)
            .mapToObj(i -> "10.0." + i / 250 + "." + i % 250)
            .collect(Collectors.joining(", ", "ip4.src == {", "}"));
    assertThat(((Expression.In) Expressions.parse(all)).values()).hasSize(1000);
  }

  @Property(tries = 2000)
  void brokenTextsAreRefusedAndNothingElseHappens(@ForAll Random random) {
    StringBuilder text = new StringBuilder(new Samples(random).expression(2).toString());
    List<String> junk =
        List.of(
            "(",
            ")",
            "!",
            "&&",
            "||",
            "{",
            "}",
            "[",
            "]",
            "..",
            "/",
            "$",
            "@",
            "\"",
            "\n",
            ":",
            "0x",
            "\u0000",
            "\u00e9",
            "\ud83d",
            "\u0661",
            "99999999999",
            "==",
            "<",
            "ip4",
            "1");
    for (int i = 0; i <= random.nextInt(4); i++) {
      int at = random.nextInt(text.length() + 1);
      if (random.nextBoolean()) {
        text.insert(at, junk.get(random.nextInt(junk.size())));
      } else {
        text.delete(at, Math.min(text.length(), at + random.nextInt(4)));
      }
    }
    Throwable thrown =
        catchThrowable(() -> Normal.clauses(Expressions.parse(text.toString()), 10_000));
    if (thrown instanceof ExpressionException e) {
      assertThat(e.column()).isBetween(1, text.length() + 1);
    } else if (thrown != null) {
      assertThat(thrown).as(text.toString()).isInstanceOf(ExplosionException.class);
    }
  }
}
