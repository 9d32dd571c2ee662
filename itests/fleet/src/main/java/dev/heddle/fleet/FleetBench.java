package dev.heddle.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a controller costs that has many nodes: boot storm, ports one by one, nodes that all come
 * back. Each figure is of a run at whose end every node held exactly what was wanted of it; a run
 * where one did not is a failure, not a figure.
 */
public final class FleetBench {

  private static final List<Integer> SIZES = List.of(100, 300, 1_000, 3_000);
  private static final int PORTS_PER_NODE = 50;
  private static final String BEGIN = "<!-- measured: fleet -->";
  private static final String END = "<!-- end: fleet -->";

  /** Column and figure. */
  private static final List<List<String>> COLUMNS =
      List.of(
          List.of("nodes", "nodes"),
          List.of("ports", "ports"),
          List.of("flows", "flows"),
          List.of("boot s", "boot_seconds"),
          List.of("CPU s", "boot_cpu_seconds"),
          List.of("the fleet's CPU s", "boot_simulator_cpu_seconds"),
          List.of("units run", "boot_unit_runs"),
          List.of("flow-mods", "boot_flow_mods"),
          List.of("bytes to switches", "boot_switch_bytes"),
          List.of("port-up p50 ms", "port_up_p50_ms"),
          List.of("p99 ms", "port_up_p99_ms"),
          List.of("CPU ms", "port_up_cpu_ms"),
          List.of("units run", "port_ups_unit_runs"),
          List.of("flow-mods", "port_ups_flow_mods"),
          List.of("all come back s", "reconnect_seconds"),
          List.of("CPU s", "reconnect_cpu_seconds"),
          List.of("flow-mods then", "reconnect_flow_mods"),
          List.of("heap MiB", "boot_heap_mib"),
          List.of("RSS MiB", "boot_rss_mib"));

  private FleetBench() {}

  /** {@code [--nodes N] [--ports P] [--port-ups N] [--sweep] [--json]}. */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    List<String> given = Arrays.asList(arguments);
    int portUps = number(given, "--port-ups", 300);
    if (given.contains("--sweep")) {
      sweep(portUps);
      return;
    }
    int nodes = number(given, "--nodes", 1_000);
    int ports = number(given, "--ports", nodes * PORTS_PER_NODE);
    ObjectNode figures = measure(nodes, ports, portUps);
    System.out.println(given.contains("--json") ? figures.toString() : figures.toPrettyString());
  }

  private static ObjectNode measure(int nodes, int ports, int portUps) {
    try (FleetRun run = new FleetRun(nodes, ports)) {
      run.bootStorm();
      run.portUps(portUps);
      run.reconnect();
      return run.figures();
    }
  }

  /** Measures all sizes, and writes table and drawing into the documents of the checkout. */
  private static void sweep(int portUps) throws IOException {
    List<ObjectNode> all = new ArrayList<>();
    measure(100, 1_000, portUps); // the JVM is to have compiled what the smallest size runs, too
    for (int nodes : SIZES) {
      all.add(measure(nodes, nodes * PORTS_PER_NODE, portUps));
      System.out.println(all.get(all.size() - 1));
      write(all); // a larger size may fail; what is measured is measured
    }
  }

  private static void write(List<ObjectNode> all) throws IOException {
    List<Plot.Line> lines = new ArrayList<>();
    lines.add(line("boot, CPU us per flow", all, "boot_cpu_seconds", "flows", 1e6));
    lines.add(line("port-up, CPU ms", all, "port_up_cpu_ms", "", 1));
    lines.add(line("port-up p50, ms", all, "port_up_p50_ms", "", 1));
    Path docs = checkout().resolve("docs");
    Files.writeString(docs.resolve("fleet.svg"), Plot.svg(SIZES.subList(0, all.size()), lines));
    List<String> text = new ArrayList<>(Files.readAllLines(docs.resolve("performance.md")));
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    text.subList(begin + 1, end).clear();
    text.addAll(begin + 1, table(all));
    Files.write(docs.resolve("performance.md"), text);
  }

  private static Plot.Line line(
      String name, List<ObjectNode> all, String figure, String per, double times) {
    return new Plot.Line(
        name,
        all.stream()
            .map(
                f ->
                    Math.max(
                        1e-3,
                        times
                            * f.get(figure).asDouble()
                            / (per.isEmpty() ? 1 : f.get(per).asDouble())))
            .toList());
  }

  private static List<String> table(List<ObjectNode> all) {
    List<String> rows = new ArrayList<>();
    rows.add(row(COLUMNS.stream().map(c -> c.get(0)).toList()));
    rows.add(row(COLUMNS.stream().map(c -> "---").toList()));
    for (ObjectNode figures : all) {
      rows.add(row(COLUMNS.stream().map(c -> shown(figures.get(c.get(1)))).toList()));
    }
    return rows;
  }

  private static String shown(JsonNode figure) {
    return figure.isIntegralNumber()
        ? String.format(Locale.ROOT, "%,d", figure.asLong())
        : String.format(Locale.ROOT, "%.1f", figure.asDouble());
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static Path checkout() {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.exists(p.resolve("CHANGELOG.md"))) {
        return p;
      }
    }
    throw new IllegalStateException("not in a checkout: " + Path.of("").toAbsolutePath());
  }

  private static int number(List<String> given, String option, int otherwise) {
    int at = given.indexOf(option);
    return at < 0 ? otherwise : Integer.parseInt(given.get(at + 1));
  }
}
