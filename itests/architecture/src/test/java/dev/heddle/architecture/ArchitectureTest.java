package dev.heddle.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules, applied to the product. That each can fail is shown by {@link RulesBiteTest}. */
class ArchitectureTest {

  private static final Path CHECKOUT = Path.of(System.getProperty("heddle.checkout")).normalize();

  @TestFactory
  Stream<DynamicTest> theProductKeepsTheRules() {
    JavaClasses product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.heddle");
    Arrows arrows = new Arrows("dev.heddle");
    return Stream.concat(arrows.all().stream(), new Purity(arrows).all().stream())
        .map(rule -> dynamicTest(rule.getDescription(), () -> rule.check(product)));
  }

  @Test
  void noProductionFileIsTooLongToReadInOneSitting() {
    SourceFiles sources = SourceFiles.below(CHECKOUT);
    sources.files().stream()
        .findFirst()
        .ifPresent(file -> System.out.println("Longest: " + file.path() + ", " + file.lines()));
    assertThat(sources.tooLong()).isEmpty();
  }

  @Test
  void productionFilesAreNamedForWhatTheyDo() {
    assertThat(SourceFiles.below(CHECKOUT).badlyNamed()).isEmpty();
  }

  @Test
  void everyTestIsRun() {
    assertThat(SourceFiles.below(CHECKOUT).unreached()).isEmpty();
  }
}
