package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.store.FileStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A controller ends at random instants of a stream of {@link ChangeStream#LENGTH} transactions. The
 * next one begins where its store says, until the stream is through; then another stream begins.
 */
class CrashTest {

  /** How often it ends. */
  private static final int TIMES = Integer.getInteger("heddle.crashes", 10);

  /** So near the end another stream begins: a process that runs ahead is not to reach it. */
  private static final int NEAR = 200;

  private static final Path DIRECTORY = Path.of("/var", "heddle", "store");

  @TempDir Path directory;

  private final Random random = new Random(seed());
  private Control control = new Control();
  private int streams;
  private int held;

  private static long seed() {
    long seed = Long.getLong("heddle.seed", 20261126);
    System.out.println("CrashTest: seed " + seed);
    return seed;
  }

  @Test
  void everyAcknowledgedTransactionOutlivesKillMinusNine() throws Exception {
    for (int kills = 0; kills < TIMES; kills++) {
      Path here = directory.resolve("stream" + streams);
      int acknowledged = killedDuring(here);
      FileStore opened = new FileStore(here);
      int atMost = Math.min(acknowledged + CrashChild.UNDERWAY, ChangeStream.LENGTH);
      held = control.assertSurvived(opened, acknowledged, atMost);
      nextStreamIfThrough();
    }
    control.close();
  }

  /** What was acknowledged by a process that was killed, its ancestors' work included. */
  private int killedDuring(Path here) throws IOException, InterruptedException {
    Process child = CrashChild.start(here, held + 1);
    int wait = some();
    int acknowledged = held;
    try (BufferedReader lines = CrashChild.output(child)) {
      while (acknowledged < held + wait) {
        acknowledged = next(lines.readLine(), acknowledged);
      }
      LockSupport.parkNanos(random.nextInt(3_000_000)); // anywhere within the next ones
      child.toHandle().destroyForcibly(); // of the handle: its output stays readable
      StringWriter rest = new StringWriter();
      lines.transferTo(rest);
      for (int n : CrashChild.acknowledged(rest.toString())) {
        acknowledged = next(Integer.toString(n), acknowledged);
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    return acknowledged;
  }

  private static int next(String line, int before) {
    assertThat(line).as("acknowledgements come in order").isEqualTo(Integer.toString(before + 1));
    return before + 1;
  }

  @Test
  void everyAcknowledgedTransactionOutlivesALossOfPower() {
    TornDisk disk = new TornDisk(random).until(calls());
    for (int cuts = 0; cuts < TIMES; cuts++) {
      int acknowledged = cutDuring(disk);
      TornDisk found = disk.afterPowerCut();
      int submitted = Math.min(acknowledged + 1, ChangeStream.LENGTH);
      held = control.assertSurvived(new FileStore(DIRECTORY, found), acknowledged, submitted);
      disk = nextStreamIfThrough() ? new TornDisk(random).until(calls()) : found.until(calls());
    }
    control.close();
  }

  /** How many transactions from here to the next end: never to the end of the stream. */
  private int some() {
    return random.nextInt(Math.min(ChangeStream.LENGTH / 4, ChangeStream.LENGTH - held - NEAR / 2));
  }

  /**
   * Each transaction is two calls of the disk; opening the store and two features are some more.
   */
  private long calls() {
    return random.nextInt(16) + 2L * some();
  }

  private int cutDuring(TornDisk disk) {
    int acknowledged = held;
    try (Controller controller = ChangeStream.controller(new FileStore(DIRECTORY, disk))) {
      while (acknowledged < ChangeStream.LENGTH) {
        ChangeStream.apply(controller, acknowledged + 1).join();
        acknowledged++;
      }
    } catch (TornDisk.PowerCut e) {
      return acknowledged;
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(TornDisk.PowerCut.class);
    }
    return acknowledged;
  }

  private boolean nextStreamIfThrough() {
    assertThat(held).as("ended within the stream").isLessThan(ChangeStream.LENGTH);
    if (held < ChangeStream.LENGTH - NEAR) {
      return false;
    }
    control.close();
    control = new Control();
    streams++;
    held = 0;
    return true;
  }
}
