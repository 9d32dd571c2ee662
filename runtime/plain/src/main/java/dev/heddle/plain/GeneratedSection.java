package dev.heddle.plain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A part of a document that the code knows better than a writer: the lines between {@code <!--
 * generated: NAME -->} and {@code <!-- end: NAME -->}. A test works them out and calls {@link
 * #mustBe}, so that the document cannot drift; run with {@code -Dheddle.docs=write}, the same test
 * writes them.
 *
 * @param document path below the root of the checkout
 */
public record GeneratedSection(String document, String name) {

  /** What brings all documents up to date. */
  public static final String COMMAND =
      "mvn -q test -pl itests/architecture -am -Dtest='*DocumentTest'"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dheddle.docs=write";

  /**
   * Compares, or writes.
   *
   * @param lines without line ends
   * @throws AssertionError with the first line that differs and {@link #COMMAND}
   */
  public void mustBe(List<String> lines) {
    Path file = checkout().resolve(document);
    try {
      List<String> all = Files.readAllLines(file);
      int begin = marker(all, "<!-- generated: " + name + " -->") + 1;
      int end = marker(all, "<!-- end: " + name + " -->");
      if ("write".equals(System.getProperty("heddle.docs"))) {
        List<String> now = new java.util.ArrayList<>(all.subList(0, begin));
        now.addAll(lines);
        now.addAll(all.subList(end, all.size()));
        if (!now.equals(all)) {
          Files.write(file, now);
        }
      } else {
        compare(all.subList(begin, Math.max(begin, end)), lines, begin + 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compare(List<String> written, List<String> wanted, int first) {
    for (int i = 0; i < Math.max(written.size(), wanted.size()); i++) {
      String is = i < written.size() ? written.get(i) : "(end of the section)";
      String shouldBe = i < wanted.size() ? wanted.get(i) : "(end of the section)";
      if (!is.equals(shouldBe)) {
        throw new AssertionError(
            String.format(
                "%s is not what the code says, from line %d on.%n"
                    + "  there:    %s%n  the code: %s%nIf the code is right: %s",
                document, first + i, is, shouldBe, COMMAND));
      }
    }
  }

  private int marker(List<String> all, String line) {
    int at = all.indexOf(line);
    if (at < 0 || all.lastIndexOf(line) != at) {
      throw new AssertionError(document + " must have the line " + line + " once");
    }
    return at;
  }

  /** Tests run in their module's folder; the checkout is the folder above that has the script. */
  private static Path checkout() {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.exists(p.resolve("CHANGELOG.md"))) {
        return p;
      }
    }
    throw new AssertionError("not in a checkout: " + Path.of("").toAbsolutePath());
  }
}
