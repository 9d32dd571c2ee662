package dev.heddle.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** The Java files of a checkout, and what is wrong with their size and names. */
record SourceFiles(List<SourceFile> files, List<String> unreached) {

  /** Longer files are two files; about 200 lines is the aim. */
  static final int MOST_LINES = 400;

  /** Words that say how a class is built instead of what it is in the network. */
  private static final Pattern EMPTY_NAME =
      Pattern.compile(".*(Manager|Utils?|Helper|Impl)|(Abstract|Base)(\\p{Upper}.*)?");

  /** What makes a class a test, and the names by which the build finds tests. */
  private static final Pattern TEST = Pattern.compile("(?m)^\\s*@(Test|TestFactory|Property)\\b");

  private static final Pattern FOUND_NAME = Pattern.compile(".*(Test|Laws|IT)\\.java");

  record SourceFile(Path path, int lines) {
    String typeName() {
      return path.getFileName().toString().replaceFirst("\\.java$", "");
    }
  }

  /**
   * Reads every {@code src/main/java} below the checkout; {@code target} and hidden folders are
   * skipped.
   */
  static SourceFiles below(Path checkout) {
    List<SourceFile> found = new ArrayList<>();
    List<String> unreached = new ArrayList<>();
    try {
      Files.walkFileTree(
          checkout,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              String name = folder.equals(checkout) ? "" : folder.getFileName().toString();
              boolean skipped = name.equals("target") || name.startsWith(".");
              return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              String path = checkout.relativize(file).toString().replace('\\', '/');
              if (path.contains("src/main/java/") && path.endsWith(".java")) {
                found.add(new SourceFile(Path.of(path), Files.readAllLines(file).size()));
              }
              boolean named = FOUND_NAME.matcher(path).matches();
              if (path.contains("src/test/java/") && path.endsWith(".java") && !named) {
                if (TEST.matcher(Files.readString(file)).find()) {
                  unreached.add(path + " holds tests that no plugin runs: *Test, *Laws or *IT");
                }
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the sources below " + checkout, e);
    }
    found.sort(Comparator.comparingInt(SourceFile::lines).reversed());
    return new SourceFiles(List.copyOf(found), List.copyOf(unreached));
  }

  List<String> tooLong() {
    return files.stream()
        .filter(file -> file.lines() > MOST_LINES)
        .map(file -> file.path() + " has " + file.lines() + " lines, at most " + MOST_LINES)
        .toList();
  }

  List<String> badlyNamed() {
    return files.stream()
        .filter(file -> EMPTY_NAME.matcher(file.typeName()).matches())
        .map(file -> file.path() + " is named for its construction, not for what it does")
        .toList();
  }
}
