package dev.heddle.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Inspection;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the engine takes for everything at once and for one port at a time, and what it keeps in
 * memory. Figures are those of a caller: a change is timed from {@code transact} until its future
 * completes.
 */
public final class EngineBench {

  private static final int WARM_UP = 2_000;

  private EngineBench() {}

  /** {@code --ports N [--changes N] [--nodes N] [--seed N] [--no-addresses] [--json]}. */
  public static void main(String[] arguments) throws Exception {
    List<String> given = Arrays.asList(arguments);
    ObjectNode figures =
        measure(
            number(given, "--ports", 100_000),
            number(given, "--nodes", 50),
            number(given, "--changes", 10_000),
            number(given, "--seed", 1),
            !given.contains("--no-addresses"));
    if (given.contains("--json")) {
      System.out.println(
          new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures));
    } else {
      figures.properties().forEach(e -> System.out.println(e.getKey() + " " + e.getValue()));
    }
  }

  static int number(List<String> given, String option, int otherwise) {
    int at = given.indexOf(option);
    return at < 0 ? otherwise : Integer.parseInt(given.get(at + 1));
  }

  static ObjectNode measure(int ports, int nodes, int changes, long seed, boolean addresses) {
    AtomicLong nodesTold = new AtomicLong();
    Fabric fabric = new Fabric(ports, nodes, seed, addresses);
    long empty = heap();
    MemoryStore store = fabric.store();
    long stored = heap();
    long started = System.nanoTime();
    try (Controller controller =
        PlainRuntime.controller(store, new L2Switching(), new Placement())) {
      double full = (System.nanoTime() - started) / 1e9;
      long fullCpu = modelCpu();
      long fullAllocated = modelAllocated();
      Inspection inspection = controller.inspection();
      Inspection.Work work = inspection.work();
      long computed = heap();
      controller.listen(revision -> nodesTold.addAndGet(revision.changed().size()));
      Times times = new Times(controller, fabric);
      times.time(Math.min(WARM_UP, changes));
      double nothing = times.timeNothing(Math.min(WARM_UP, changes));
      long before = modelCpu();
      times.time(changes);
      double changeCpu = (modelCpu() - before) / 1e3 / Math.max(1, changes);
      int counted = Math.max(20, Math.min(200, 2_000_000 / ports)); // counting reads all flows
      times.count(counted);

      ObjectNode figures = JsonNodeFactory.instance.objectNode();
      figures.put("ports", ports).put("switches", fabric.switches()).put("nodes", nodes);
      figures.put("full_seconds", rounded(full));
      figures.put("full_cpu_seconds", rounded(fullCpu / 1e9));
      figures.put("changes", changes);
      figures.put("change_us_p50", rounded(percentile(times.micros, 50)));
      figures.put("change_us_p99", rounded(percentile(times.micros, 99)));
      figures.put("change_us_max", rounded(percentile(times.micros, 100)));
      figures.put("unchanged_us_p50", rounded(nothing));
      figures.put("change_cpu_us_mean", rounded(changeCpu));
      figures.put("runs_per_change", (long) percentile(times.runs, 50));
      figures.put("runs_per_change_max", (long) percentile(times.runs, 100));
      long timed = (long) changes + 2L * Math.min(WARM_UP, changes) + counted;
      figures.put("nodes_told_per_change", rounded((double) nodesTold.get() / timed));
      figures.put("units", work.units()).put("flows", work.flows());
      figures.put("full_allocated_bytes", fullAllocated);
      figures.put("heap_bytes_per_port", (computed - empty) / ports);
      figures.put("heap_bytes_per_port_store", (stored - empty) / ports);
      figures.put("failures", inspection.failures().size());
      ObjectNode jvm = figures.putObject("jvm");
      jvm.put("version", System.getProperty("java.vm.version"));
      jvm.put("processors", Runtime.getRuntime().availableProcessors());
      jvm.put("heap_max_bytes", Runtime.getRuntime().maxMemory());
      ManagementFactory.getRuntimeMXBean()
          .getInputArguments()
          .forEach(jvm.putArray("options")::add);
      return figures;
    }
  }

  /** What single changes cost, one after the other. */
  private static final class Times {
    private final Controller controller;
    private final Fabric fabric;
    double[] micros;
    double[] runs;

    Times(Controller controller, Fabric fabric) {
      this.controller = controller;
      this.fabric = fabric;
    }

    void time(int changes) {
      micros = new double[changes];
      for (int i = 0; i < changes; i++) {
        List<Change> change = fabric.change();
        long start = System.nanoTime();
        controller.transact(Writer.SYSTEM, change).join();
        micros[i] = (System.nanoTime() - start) / 1e3;
      }
      Arrays.sort(micros);
    }

    /** Documents put as they are: the way to the model's thread and back. The median. */
    double timeNothing(int changes) {
      double[] all = new double[changes];
      for (int i = 0; i < changes; i++) {
        List<Change> same = fabric.same();
        long start = System.nanoTime();
        controller.transact(Writer.SYSTEM, same).join();
        all[i] = (System.nanoTime() - start) / 1e3;
      }
      Arrays.sort(all);
      return percentile(all, 50);
    }

    /** Apart from {@link #time}, since asking for the counters takes longer than a change. */
    void count(int changes) {
      Inspection inspection = controller.inspection();
      runs = new double[changes];
      long before = inspection.work().runs();
      for (int i = 0; i < changes; i++) {
        controller.transact(Writer.SYSTEM, fabric.change()).join();
        long now = inspection.work().runs();
        runs[i] = now - before;
        before = now;
      }
      Arrays.sort(runs);
    }
  }

  /** The least value that {@code percent} of the sorted values do not exceed. */
  private static double percentile(double[] sorted, int percent) {
    return sorted.length == 0 ? 0 : sorted[(sorted.length * percent + 99) / 100 - 1];
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** Nanoseconds that the model's thread has run, waiting left out: what a busy machine spares. */
  private static long modelCpu() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(t -> t != null && t.getThreadName().equals("heddle-model"))
        .mapToLong(t -> threads.getThreadCpuTime(t.getThreadId()))
        .sum();
  }

  /** Bytes that the model's thread has asked for: a measure of work that no other load changes. */
  private static long modelAllocated() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(t -> t != null && t.getThreadName().equals("heddle-model"))
        .mapToLong(t -> threads.getThreadAllocatedBytes(t.getThreadId()))
        .sum();
  }

  /** Bytes in use after collections. */
  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
