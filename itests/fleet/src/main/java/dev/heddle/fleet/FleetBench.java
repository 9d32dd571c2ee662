package dev.heddle.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;

/**
 * What a controller costs that has many nodes: boot storm, nodes that all come back, ports one by
 * one. Each figure is of a run at whose end every node held exactly what was wanted of it; a run
 * where one did not is a failure, not a figure.
 */
public final class FleetBench {

  private FleetBench() {}

  /** {@code [--nodes N] [--ports P] [--port-ups N] [--json]}. */
  public static void main(String[] arguments) {
    List<String> given = Arrays.asList(arguments);
    int nodes = number(given, "--nodes", 1_000);
    int ports = number(given, "--ports", nodes * 50);
    ObjectNode figures = measure(nodes, ports, number(given, "--port-ups", 300));
    System.out.println(given.contains("--json") ? figures.toString() : figures.toPrettyString());
  }

  static ObjectNode measure(int nodes, int ports, int portUps) {
    try (FleetRun run = new FleetRun(nodes, ports)) {
      run.bootStorm();
      run.portUps(portUps);
      run.reconnect();
      return run.figures();
    }
  }

  private static int number(List<String> given, String option, int otherwise) {
    int at = given.indexOf(option);
    return at < 0 ? otherwise : Integer.parseInt(given.get(at + 1));
  }
}
