package dev.heddle.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How fast a session brings flows into a real Open vSwitch, beside {@code ovs-ofctl --bundle
 * add-flows} of the same flows: the two alternate in one run, since what a machine can do changes
 * by the minute. Figures are medians; a round whose flows are not all there is a failure, not a
 * figure.
 */
public final class PushBench {

  private static final int WARM_UP = 3;

  private final PushPlan plan;
  private final PushNodes nodes;
  private final int flows;
  private long revision;

  private PushBench(PushPlan plan, PushNodes nodes, int flows) {
    this.plan = plan;
    this.nodes = nodes;
    this.flows = flows;
  }

  /** {@code --flows N [--rounds N] [--switches N] [--json]}. */
  public static void main(String[] arguments) throws Exception {
    List<String> given = Arrays.asList(arguments);
    ObjectNode figures =
        measure(
            EngineBench.number(given, "--flows", 100_000),
            EngineBench.number(given, "--rounds", 9),
            EngineBench.number(given, "--switches", 10));
    if (given.contains("--json")) {
      System.out.println(
          new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures));
    } else {
      figures.properties().forEach(e -> System.out.println(e.getKey() + " " + e.getValue()));
    }
    System.exit(0); // openflowjava leaves threads behind
  }

  /** What one push took, allocation in bytes. */
  private record Push(double seconds, double cpuSeconds, double allocated) {}

  static ObjectNode measure(int flows, int rounds, int switches) throws Exception {
    try (PushPlan plan = new PushPlan(flows, switches);
        PushNodes nodes = new PushNodes(plan, switches)) {
      return new PushBench(plan, nodes, flows).measure(rounds, switches);
    }
  }

  private ObjectNode measure(int rounds, int switches) throws Exception {
    ours(1);
    Path text = nodes.text(PushNodes.OURS);
    nodes.addBundle(text);
    nodes.requireAlike();
    empty();
    for (int i = 1; i < WARM_UP; i++) {
      ours(1);
      empty();
    }
    Push[] ours = new Push[rounds];
    double[] theirs = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      if (i % 2 == 0) {
        ours[i] = ours(1);
        empty();
        theirs[i] = theirs(text);
      } else {
        theirs[i] = theirs(text);
        empty();
        ours[i] = ours(1);
      }
      empty();
    }
    ObjectNode figures = JsonNodeFactory.instance.objectNode();
    double seconds = median(Arrays.stream(ours).mapToDouble(Push::seconds).toArray());
    double bundleSeconds = median(theirs);
    figures.put("flows", flows).put("rounds", rounds);
    figures.put("ratio_to_bundle", rounded(bundleSeconds / seconds));
    figures.put("flows_per_s", Math.round(flows / seconds));
    figures.put("bundle_flows_per_s", Math.round(flows / bundleSeconds));
    figures.put(
        "cpu_us_per_flow",
        rounded(median(Arrays.stream(ours).mapToDouble(Push::cpuSeconds).toArray()) * 1e6 / flows));
    figures.put(
        "alloc_bytes_per_flow",
        Math.round(median(Arrays.stream(ours).mapToDouble(Push::allocated).toArray()) / flows));
    many(figures, rounds, switches);
    shared(figures, rounds, switches);
    ObjectNode each = figures.putObject("rounds_seconds");
    Arrays.stream(ours).forEach(p -> each.withArray("ours").add(rounded(p.seconds())));
    Arrays.stream(theirs).forEach(s -> each.withArray("bundle").add(rounded(s)));
    return figures;
  }

  private void many(ObjectNode figures, int rounds, int switches) {
    int few = Math.max(1, rounds / 3);
    Push[] pushes = new Push[few];
    for (int i = 0; i < few; i++) {
      pushes[i] = ours(switches);
      empty();
    }
    double seconds = median(Arrays.stream(pushes).mapToDouble(Push::seconds).toArray());
    figures.put("switches", switches);
    figures.put("flows_per_s_all_switches", Math.round(flows * (double) switches / seconds));
    figures.put(
        "cpu_us_per_flow_all_switches",
        rounded(
            median(Arrays.stream(pushes).mapToDouble(Push::cpuSeconds).toArray())
                * 1e6
                / flows
                / switches));
  }

  /** The same flows to one switch and to many, in turn. */
  private void shared(ObjectNode figures, int rounds, int switches) throws Exception {
    SharedEncoding encoding = new SharedEncoding(nodes.switches(), plan.common());
    encoding.push(switches); // warm
    int few = Math.max(1, rounds / 3);
    double[] one = new double[few];
    double[] many = new double[few];
    long encodings = 0;
    for (int i = 0; i < few; i++) {
      one[i] = encoding.push(1).cpuSeconds();
      SharedEncoding.Work work = encoding.push(switches);
      many[i] = work.cpuSeconds();
      encodings += work.encodings();
    }
    figures.put("encode_cpu_ratio_" + switches + "_to_1", rounded(median(many) / median(one)));
    figures.put("encode_cpu_us_per_flow", rounded(median(one) * 1e6 / flows));
    figures.put("encodings_per_flow", rounded((double) encodings / few / flows));
  }

  /** From the wish to the last confirmation, into {@code switches} empty bridges. */
  private Push ours(int switches) {
    Set<dev.heddle.model.Id<dev.heddle.model.Node>> which = nodes.first(switches);
    long allocated = allocated();
    long cpu = cpu();
    long start = System.nanoTime();
    revision = plan.want(which);
    long end = nodes.await(which, revision);
    Push push =
        new Push((end - start) / 1e9, (cpu() - cpu) / 1e9, (double) (allocated() - allocated));
    for (int n = 0; n < switches; n++) {
      nodes.require(n, PushNodes.OURS, flows);
    }
    return push;
  }

  private double theirs(Path text) {
    long start = System.nanoTime();
    nodes.addBundle(text);
    double seconds = (System.nanoTime() - start) / 1e9;
    nodes.require(0, PushNodes.THEIRS, flows);
    return seconds;
  }

  private void empty() {
    revision = plan.want(Set.of());
    nodes.await(nodes.all(), revision);
    nodes.emptyTheirs();
    nodes.require(0, PushNodes.OURS, 0);
    nodes.require(0, PushNodes.THEIRS, 0);
  }

  /** Nanoseconds of CPU of this process, collections of garbage included. */
  private static long cpu() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static long allocated() {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
