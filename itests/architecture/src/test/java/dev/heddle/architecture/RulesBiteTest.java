package dev.heddle.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.heddle.architecture.planted.l2.Gambles;
import dev.heddle.architecture.planted.l2.ReadsAFile;
import dev.heddle.architecture.planted.l2.ReadsTheClock;
import dev.heddle.architecture.planted.l2.Remembers;
import dev.heddle.architecture.planted.l2.SeesAnotherFeature;
import dev.heddle.architecture.planted.l2.SeesTheEngine;
import dev.heddle.architecture.planted.l2.StartsAThread;
import dev.heddle.architecture.planted.l2.WritesALog;
import dev.heddle.architecture.planted.model.LooksUp;
import dev.heddle.architecture.planted.rest.Injects;
import dev.heddle.architecture.planted.rest.KnowsTheContainer;
import dev.heddle.architecture.planted.rest.KnowsTheRenderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every rule, run over classes planted to break it. Each test names all the guilty: a planted class
 * that is innocent of a rule must pass it, so a rule that refuses everything fails here as well.
 */
class RulesBiteTest {

  private static final String ROOT = "dev.heddle.architecture.planted";
  private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(ROOT);
  private static final Arrows ARROWS = new Arrows(ROOT);
  private static final Purity PURITY = new Purity(ARROWS);

  @Test
  void theModelMayNotKnowThePipeline() {
    onlyTheseBreak(ARROWS.core(), LooksUp.class);
  }

  @Test
  void aFeatureMaySeeNeitherTheEngineNorAnotherFeature() {
    onlyTheseBreak(ARROWS.features(), SeesAnotherFeature.class, SeesTheEngine.class);
  }

  @Test
  void nothingMayKnowTheRenderer() {
    onlyTheseBreak(ARROWS.renderer(), KnowsTheRenderer.class);
  }

  @Test
  void guiceMayNotLeavePlain() {
    onlyTheseBreak(ARROWS.guice(), Injects.class);
  }

  @Test
  void theContainerMayNotBeKnown() {
    onlyTheseBreak(ARROWS.osgi(), KnowsTheContainer.class);
  }

  @Test
  void packagesMayNotFormACycle() {
    assertThat(complaints(ARROWS.cycles())).singleElement().asString().contains("LooksUp");
  }

  @Test
  void aFeatureMayUseNoClockChanceFileThreadOrLog() {
    onlyTheseBreak(
        PURITY.vocabulary(),
        Gambles.class,
        ReadsAFile.class,
        ReadsTheClock.class,
        StartsAThread.class,
        WritesALog.class);
    assertThat(complaints(PURITY.vocabulary()))
        .anyMatch(text -> text.contains("java.time.Instant"))
        .anyMatch(text -> text.contains("java.lang.System"))
        .anyMatch(text -> text.contains("java.util.Random"))
        .anyMatch(text -> text.contains("java.lang.Thread"))
        .anyMatch(text -> text.contains("java.util.concurrent.Executor"));
  }

  @Test
  void aFeatureMayCallNothingThatDependsOnChanceOrThreads() {
    onlyTheseBreak(PURITY.calls(), Gambles.class, StartsAThread.class);
    assertThat(complaints(PURITY.calls()))
        .anyMatch(text -> text.contains("Math.random"))
        .anyMatch(text -> text.contains("shuffle"))
        .anyMatch(text -> text.contains("parallelStream"));
  }

  @Test
  void aFeatureMayRememberNothing() {
    onlyTheseBreak(PURITY.state(), Remembers.class);
    assertThat(complaints(PURITY.state()))
        .anyMatch(text -> text.contains("Remembers.COUNTS"))
        .anyMatch(text -> text.contains("Remembers.kept"))
        .anyMatch(text -> text.contains("Remembers.last"))
        .anyMatch(text -> text.contains("java.util.HashMap.<init>"));
  }

  @Test
  void aFileMayHave400LinesAndNoMore(@TempDir Path checkout) throws IOException {
    write(checkout, "a/src/main/java/Fits.java", 400);
    write(checkout, "a/src/main/java/TooLong.java", 401);
    write(checkout, "a/src/test/java/LongTest.java", 900);
    write(checkout, "a/target/src/main/java/Copied.java", 900);
    assertThat(SourceFiles.below(checkout).tooLong())
        .containsExactly("a/src/main/java/TooLong.java has 401 lines, at most 400");
  }

  @Test
  void aFileMayNotBeNamedForItsConstruction(@TempDir Path checkout) throws IOException {
    List<String> refused =
        List.of(
            "FlowManager",
            "FlowUtil",
            "FlowUtils",
            "FlowHelper",
            "FlowImpl",
            "AbstractFlow",
            "BaseFlow",
            "Base");
    List<String> accepted = List.of("Flow", "Baseline", "Abstraction", "Implied", "Utility");
    for (String name : Stream.concat(refused.stream(), accepted.stream()).toList()) {
      write(checkout, "a/src/main/java/" + name + ".java", 1);
    }
    assertThat(SourceFiles.below(checkout).badlyNamed())
        .hasSameSizeAs(refused)
        .allMatch(text -> refused.stream().anyMatch(name -> text.contains("/" + name + ".java")));
  }

  @Test
  void aTestMayNotBeNamedSoThatItNeverRuns(@TempDir Path checkout) throws IOException {
    Path tests = Files.createDirectories(checkout.resolve("a/src/test/java"));
    for (String name : List.of("ATest", "SomeLaws", "BootIT", "Forgotten")) {
      Files.writeString(tests.resolve(name + ".java"), "class X {\n  @Test\n  void a() {}\n}\n");
    }
    Files.writeString(tests.resolve("Net.java"), "/** Builds networks for a {@code @Test}. */");
    assertThat(SourceFiles.below(checkout).unreached())
        .singleElement()
        .asString()
        .contains("Forgotten.java");
  }

  private static void write(Path checkout, String name, int lines) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, Collections.nCopies(lines, "//"));
  }

  private static List<String> complaints(ArchRule rule) {
    return rule.evaluate(PLANTED).getFailureReport().getDetails();
  }

  private static void onlyTheseBreak(ArchRule rule, Class<?>... guilty) {
    Pattern planted = Pattern.compile("<" + Pattern.quote(ROOT) + "\\.\\w+\\.(\\w+)");
    TreeSet<String> accused = new TreeSet<>();
    for (String complaint : complaints(rule)) {
      var name = planted.matcher(complaint);
      assertThat(name.find()).as(complaint).isTrue();
      accused.add(name.group(1));
    }
    assertThat(accused)
        .containsExactlyElementsOf(Stream.of(guilty).map(Class::getSimpleName).sorted().toList());
  }
}
