package dev.heddle.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heddle.expression.ExplosionException;
import dev.heddle.expression.ExpressionException;
import dev.heddle.expression.Expressions;
import dev.heddle.expression.Flag;
import dev.heddle.expression.Normal;
import dev.heddle.expression.Symbol;
import dev.heddle.plain.GeneratedSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/match-language.md lists the names that are in the code; its examples are read. */
class MatchLanguageDocumentTest {

  private static final String DOCUMENT = "docs/match-language.md";

  private static final List<String> WRONG =
      List.of(
          "ip4 && tcp.dts == 80",
          "ip4 && tcp || udp",
          "!tcp.dst == 80",
          "tcp.dst == 70000",
          "ip4.src == fd00::1",
          "ip4.src == 10.0.0.1/8",
          "ip4.src != $bad",
          "inport != @web",
          "tcp.dst",
          "(ip4 && tcp",
          "ct.est && ip4");

  @Test
  void fieldsAreThoseOfTheCode() {
    Stream<String> rows =
        Arrays.stream(Symbol.values())
            .map(
                s ->
                    row(
                        "`" + s + "`",
                        Integer.toString(s.width()),
                        s.type().words(),
                        s.requires().map(f -> "`" + f + "`").orElse("-"),
                        s.isMaskable() ? "yes" : "no"));
    table(
        "symbols", "| field | bits | compared with | needs | masks |\n|---|---|---|---|---|", rows);
  }

  @Test
  void flagsAreThoseOfTheCode() {
    Stream<String> rows =
        Arrays.stream(Flag.values())
            .map(f -> row("`" + f + "`", "`" + f.meaning().replace("|", "\\|") + "`"));
    table("flags", "| flag | short for |\n|---|---|", rows);
  }

  @Test
  void errorsAreWhatTheCodeSays() {
    Stream<String> lines =
        WRONG.stream()
            .flatMap(
                text ->
                    Stream.of(
                        text,
                        "    "
                            + catchThrowableOfType(
                                    ExpressionException.class, () -> Expressions.parse(text))
                                .getMessage()));
    Stream<String> large =
        Stream.of("!tcp", "arp.op != 1")
            .flatMap(
                text ->
                    Stream.of(
                        text,
                        "    "
                            + catchThrowableOfType(
                                    ExplosionException.class,
                                    () -> Normal.clauses(Expressions.parse(text), 4096))
                                .getMessage()));
    new GeneratedSection(DOCUMENT, "errors")
        .mustBe(
            Stream.of(Stream.of("```"), lines, large, Stream.of("```")).flatMap(l -> l).toList());
  }

  @Test
  void everyExampleIsRead() throws IOException {
    Path page = Path.of(System.getProperty("heddle.checkout")).resolve(DOCUMENT);
    List<String> all = Files.readAllLines(page);
    int begin = all.indexOf("```match");
    List<String> examples =
        all.subList(begin + 1, begin + 1 + all.subList(begin + 1, all.size()).indexOf("```"));
    assertThat(examples).hasSizeGreaterThan(5);
    examples.forEach(e -> assertThat(Normal.clauses(Expressions.parse(e), 4096)).isNotEmpty());
  }

  @Test
  void costsAreWhatThePageSays() {
    assertThat(cost("ip4.src == {10.0.0.1, 10.0.0.2, 10.0.0.3} && tcp.dst == {80, 443}"))
        .isEqualTo(5);
    assertThat(cost("ip4 && 1 <= tcp.dst <= 65534")).isEqualTo(30);
    assertThat(cost("ip4 && tcp.dst != 80")).isEqualTo(16);
    assertThat(cost("ip4.src != 10.0.0.0/8")).isEqualTo(8);
    assertThat(cost("ip4 && !tcp")).isEqualTo(255);
  }

  private static int cost(String text) {
    return Normal.clauses(Expressions.parse(text), 4096).stream().mapToInt(c -> c.size()).sum();
  }

  private static void table(String section, String head, Stream<String> rows) {
    new GeneratedSection(DOCUMENT, section).mustBe(Stream.concat(head.lines(), rows).toList());
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
