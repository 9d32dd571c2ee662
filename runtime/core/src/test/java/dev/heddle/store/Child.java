package dev.heddle.store;

import dev.heddle.store.Store.Commit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A store in a process of its own, that may be killed or kept from writing. */
final class Child {

  private Child() {}

  /** The size of what {@link Commits#stored} gets in the run that fills its file up. */
  static final int LARGE = 4096;

  /** Starts {@code main} with a limit on the size of files, in blocks of 512 bytes. */
  static Process start(String fileLimit, String... arguments) throws IOException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-XX:-UsePerfData", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
    java.add(System.getProperty("java.class.path"));
    java.add(Child.class.getName());
    java.addAll(Arrays.asList(arguments));
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -f " + fileLimit + " && exec \"$@\"", "sh"));
    command.addAll(java);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  static BufferedReader output(Process child) {
    return new BufferedReader(
        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
  }

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (FileStore store = new FileStore(Path.of(arguments[1]))) {
      switch (arguments[0]) {
        case "for-ever" -> commitForEver(store, out);
        case "until-full" -> commitUntilFull(store, out);
        case "open" -> out.println("opened");
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    } catch (StoreException e) {
      out.println("refused " + e.getMessage());
    }
  }

  /** Says each revision when it is acknowledged. */
  private static void commitForEver(FileStore store, PrintStream out) {
    for (long r = store.load().revision() + 1; ; r++) {
      store.commit(Commits.put(r));
      out.println(r);
    }
  }

  /** Large commits until one is refused, then small ones where it was, until they are too. */
  private static void commitUntilFull(FileStore store, PrintStream out) {
    long revision = fill(store, 0, "x".repeat(LARGE), out);
    out.println("small");
    fill(store, revision, "", out);
  }

  private static long fill(FileStore store, long from, String text, PrintStream out) {
    long r = from;
    try {
      while (true) {
        Commit commit =
            new Commit(
                r + 1, List.of(Commits.stored("s" + (r + 1), text, 1, r + 1)), List.of(), Map.of());
        store.commit(commit);
        r++;
        out.println(r);
      }
    } catch (StoreException e) {
      out.println("full " + e.getMessage());
      return r;
    }
  }
}
