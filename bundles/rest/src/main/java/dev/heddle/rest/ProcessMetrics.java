package dev.heddle.rest;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import javax.management.JMException;
import javax.management.ObjectName;

/** The process and its Java machine, under the names that Prometheus' own clients give them. */
final class ProcessMetrics {

  private ProcessMetrics() {}

  static void write(Exposition out) {
    out.gauge(
        "process_start_time_seconds",
        "When the process started, seconds since 1970",
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    system("ProcessCpuTime")
        .ifPresent(n -> out.counter("process_cpu_seconds_total", "Processor time taken", n / 1e9));
    system("OpenFileDescriptorCount")
        .ifPresent(n -> out.gauge("process_open_fds", "Files and connections that are open", n));
    resident()
        .ifPresent(n -> out.gauge("process_resident_memory_bytes", "Memory the process has", n));
    memory(out, "jvm_memory_used_bytes", "Memory in use", MemoryUsage::getUsed);
    memory(
        out,
        "jvm_memory_committed_bytes",
        "Memory taken of the machine",
        MemoryUsage::getCommitted);
    collections(out);
    out.gauge(
        "jvm_threads_current", "Threads", ManagementFactory.getThreadMXBean().getThreadCount());
    out.gauge(
        "jvm_classes_currently_loaded",
        "Classes",
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
  }

  private static void memory(
      Exposition out, String name, String help, ToLongFunction<MemoryUsage> value) {
    var memory = ManagementFactory.getMemoryMXBean();
    out.family(name, "gauge", help);
    out.sample(name, value.applyAsLong(memory.getHeapMemoryUsage()), "area", "heap");
    out.sample(name, value.applyAsLong(memory.getNonHeapMemoryUsage()), "area", "nonheap");
  }

  private static void collections(Exposition out) {
    List<GarbageCollectorMXBean> all = ManagementFactory.getGarbageCollectorMXBeans();
    out.family("jvm_gc_collections_total", "counter", "Garbage collections");
    all.forEach(
        g -> out.sample("jvm_gc_collections_total", g.getCollectionCount(), "gc", g.getName()));
    out.family("jvm_gc_seconds_total", "counter", "Time they took");
    all.forEach(
        g -> out.sample("jvm_gc_seconds_total", g.getCollectionTime() / 1e3, "gc", g.getName()));
  }

  /** By name: the type with these is not one that every framework exports. */
  private static Optional<Double> system(String attribute) {
    try {
      Object value =
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), attribute);
      return value instanceof Number n ? Optional.of(n.doubleValue()) : Optional.empty();
    } catch (JMException e) {
      return Optional.empty();
    }
  }

  /** As proc(5) tells it; empty where there is no such file. */
  private static Optional<Double> resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(l -> l.startsWith("VmRSS:"))
          .map(l -> Double.parseDouble(l.replaceAll("[^0-9]", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
