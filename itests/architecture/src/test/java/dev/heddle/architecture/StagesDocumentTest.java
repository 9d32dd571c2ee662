package dev.heddle.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.plain.GeneratedSection;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/stages.md lists the stages and fields that are in the code, and nothing else. */
class StagesDocumentTest {

  private static final String DOCUMENT = "docs/stages.md";

  @Test
  void theListOfStagesIsThatOfTheCode() {
    Stream<String> head =
        Stream.of(
            "| table | joint | stage | what it does | matches | writes | leads to | no flow matches"
                + " | flows |",
            "|---|---|---|---|---|---|---|---|---|");
    new GeneratedSection(DOCUMENT, "stages")
        .mustBe(Stream.concat(head, all().map(StagesDocumentTest::stage)).toList());
  }

  private static Stream<Stage> all() {
    return Stream.concat(Spine.STAGES.stream(), Spine.BESIDE.stream());
  }

  private static String stage(Stage s) {
    Stream<String> others = s.reaches().stream().sorted().map(StagesDocumentTest::nameOf);
    boolean beside = s.beside();
    return row(
        Integer.toString(s.table()),
        beside ? "-" : Integer.toString(s.joint()),
        s.name(),
        s.purpose(),
        names(s.matches()),
        names(s.writes()),
        list(
            Stream.concat(isLast(s) || beside ? Stream.empty() : Stream.of("next"), others)
                .toList()),
        s.mandatory() ? "drop" : beside ? "back" : "next",
        s.placed() ? "by node" : "the same everywhere");
  }

  private static String nameOf(int table) {
    return all()
        .filter(s -> s.table() == table)
        .map(Stage::name)
        .findFirst()
        .orElseGet(() -> "behind " + nameOf(table - 1)); // a joint
  }

  private static boolean isLast(Stage s) {
    return s.equals(Spine.STAGES.get(Spine.STAGES.size() - 1));
  }

  private static String names(Collection<Field> fields) {
    return list(fields.stream().map(Field::name).toList());
  }

  private static String list(List<String> words) {
    return words.isEmpty() ? "-" : String.join(", ", words);
  }

  @Test
  void theListOfRegistersIsThatOfTheCode() {
    fields("registers", Field::isRegister);
  }

  @Test
  void theListOfTunnelFieldsIsThatOfTheCode() {
    fields("tunnel", f -> f.name().startsWith("TUNNEL_"));
  }

  private static void fields(String section, Predicate<Field> which) {
    Stream<String> rows =
        Arrays.stream(Field.values())
            .filter(which)
            .map(
                f ->
                    row(
                        f.name(),
                        f.wire().ovsName(),
                        f.offset() + " to " + (f.offset() + f.width() - 1),
                        Integer.toString(f.width())));
    new GeneratedSection(DOCUMENT, section)
        .mustBe(
            Stream.concat(Stream.of("| role | in | bits | width |", "|---|---|---|---|"), rows)
                .toList());
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  @Test
  void everyStageStandsAtAMultipleOfFourInPacketOrder() {
    List<Integer> tables = Spine.STAGES.stream().map(Stage::table).toList();
    assertThat(tables).isSorted().doesNotHaveDuplicates().allMatch(t -> t % 4 == 0 && t < 100);
  }
}
