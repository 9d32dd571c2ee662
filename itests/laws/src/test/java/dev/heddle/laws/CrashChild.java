package dev.heddle.laws;

import dev.heddle.engine.Controller;
import dev.heddle.store.FileStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A controller in a process of its own that writes each acknowledgement into a pipe. */
final class CrashChild {

  /** How many transactions are on their way at most. */
  static final int UNDERWAY = 4;

  private CrashChild() {}

  static Process start(Path directory, int from) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:-UsePerfData",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            CrashChild.class.getName(),
            directory.toString(),
            Integer.toString(from))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static BufferedReader output(Process child) {
    return new BufferedReader(
        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Acknowledged is what stands in the pipe with its line end. */
  static List<Integer> acknowledged(String text) {
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Integer::valueOf).toList();
  }

  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Semaphore room = new Semaphore(UNDERWAY);
    try (Controller controller = ChangeStream.controller(new FileStore(Path.of(arguments[0])))) {
      for (int n = Integer.parseInt(arguments[1]); n <= ChangeStream.LENGTH; n++) {
        int number = n;
        room.acquire();
        ChangeStream.apply(controller, n)
            .whenComplete(
                (result, failure) -> {
                  if (failure != null) {
                    throw new AssertionError("transaction " + number, failure);
                  }
                  out.print(number + "\n");
                  out.flush();
                  room.release();
                });
      }
      room.acquire(UNDERWAY);
    }
  }
}
