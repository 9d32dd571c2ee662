package dev.heddle.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.heddle.pipeline.Inspection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What has been spent until now, and by whom: the difference of two is what a phase costs. */
final class Costs {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** The beginning of a thread's name, and what it does. */
  private static final Map<String, String> ROLES =
      Map.of(
          "heddle-model", "model",
          "heddle-sessions", "sessions",
          "heddle-ovsdb", "ovsdb",
          "nioEventLoopGroup", "openflow");

  private final long nanos = System.nanoTime();
  private final long process = SYSTEM.getProcessCpuTime();
  private final Map<String, Long> byRole = byRole();
  private final long simulator;
  private final Inspection.Work work;

  private Costs(ProcessHandle fleet, Inspection inspection) {
    simulator = fleet.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    work = inspection.work();
  }

  /** Now. */
  static Costs now(ProcessHandle fleet, Inspection inspection) {
    return new Costs(fleet, inspection);
  }

  long nanos() {
    return nanos;
  }

  /** What this process has spent until {@code later}, in nanoseconds of CPU. */
  long cpuUntil(Costs later) {
    return later.process - process;
  }

  /** Writes what was spent until {@code later} into {@code figures}, under the phase's name. */
  void tell(Costs later, String phase, ObjectNode figures) {
    figures.put(phase + "_cpu_seconds", cpuUntil(later) / 1e9);
    figures.put(phase + "_simulator_cpu_seconds", (later.simulator - simulator) / 1e9);
    figures.put(phase + "_unit_runs", later.work.unitRuns() - work.unitRuns());
    figures.put(phase + "_runs", later.work.runs() - work.runs());
    figures.put(phase + "_revisions", later.work.revision() - work.revision());
    ObjectNode roles = figures.putObject(phase + "_cpu_seconds_of");
    long known = 0;
    for (Map.Entry<String, Long> role : later.byRole.entrySet()) {
      long spent = role.getValue() - byRole.getOrDefault(role.getKey(), 0L);
      known += spent;
      roles.put(role.getKey(), spent / 1e9);
    }
    roles.put("collector_and_compiler", (cpuUntil(later) - known) / 1e9);
  }

  /** Of the threads that live: one that has ended is the collector's and compiler's. */
  private static Map<String, Long> byRole() {
    Map<String, Long> all = new TreeMap<>();
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      long spent = thread == null ? -1 : THREADS.getThreadCpuTime(thread.getThreadId());
      if (spent > 0) {
        all.merge(role(thread.getThreadName()), spent, Long::sum);
      }
    }
    return all;
  }

  private static String role(String thread) {
    return ROLES.entrySet().stream()
        .filter(r -> thread.startsWith(r.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("others");
  }

  /** In use on the heap now, what is to be collected included; in MiB. */
  static long usedMib() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
  }

  /** In use on the heap once it is collected; in MiB. */
  static long heapMib() {
    System.gc();
    System.gc();
    return usedMib();
  }

  /** Resident memory of this process, in MiB. */
  static long rssMib() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(l -> l.startsWith("VmRSS:"))
          .mapToLong(l -> Long.parseLong(l.split("\\s+")[1]) >> 10)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
