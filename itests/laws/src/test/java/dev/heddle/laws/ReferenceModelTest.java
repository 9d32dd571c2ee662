package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A reference is worth something while it can be read in one sitting and knows no flows. */
class ReferenceModelTest {

  private static final int MOST_LINES = 150;

  @Test
  void itIsShortAndKnowsNothingOfFlows() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src/test/java/dev/heddle/laws/WhoHears.java"));
    assertThat(lines).hasSizeLessThanOrEqualTo(MOST_LINES);
    assertThat(lines.stream().filter(l -> l.startsWith("import ")))
        .isNotEmpty()
        .allMatch(
            l ->
                l.startsWith("import java.util.")
                    || l.startsWith("import com.fasterxml.jackson.databind.")
                    || l.startsWith("import dev.heddle.model."));
    assertThat(lines)
        .noneMatch(l -> l.contains("dev.heddle.") && !l.matches("(import|package) .*"));
  }
}
