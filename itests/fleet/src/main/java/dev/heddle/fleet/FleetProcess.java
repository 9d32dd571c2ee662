package dev.heddle.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The fleet in a process of its own, so that what the controller costs can be told from what the
 * simulation costs. Does what lines on its standard input say and ends when they do:
 *
 * <pre>
 * boot                  all nodes come up at once, with their ports of the cloud plugged in
 * plug NODE PORT        one interface more
 * cut                   every node loses both connections and comes back by itself
 * digest                answers "digest NODE FLOWS SUM" for each node, then
 *                       "end MODS SWITCH-BYTES DATABASE-BYTES FAILURES"
 * </pre>
 *
 * It says "installed PORT" when an interface has been told so.
 */
final class FleetProcess {

  private FleetProcess() {}

  /** {@code MANAGER-PORT NODES PORTS}. */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    int nodes = Integer.parseInt(arguments[1]);
    Cloud cloud = new Cloud(nodes, Integer.parseInt(arguments[2]));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    InetSocketAddress manager =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Fleet fleet =
        new Fleet(nodes, 1, manager, (node, port) -> say(out, "installed " + port))) {
      say(out, "ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "boot" -> boot(fleet, cloud);
          case "plug" ->
              fleet.on(fleet.node(Integer.parseInt(words[1])), n -> n.plug(List.of(words[2])));
          case "cut" -> fleet.nodes().forEach(n -> fleet.on(n, FleetNode::cut));
          case "digest" -> digest(fleet, out);
          default -> throw new IllegalArgumentException(line);
        }
      }
    }
  }

  private static void boot(Fleet fleet, Cloud cloud) {
    List<List<String>> byNode = cloud.portsByNode(fleet.nodes().size());
    for (int n = 1; n <= byNode.size(); n++) {
      List<String> ports = byNode.get(n - 1);
      fleet.on(fleet.node(n), node -> node.plug(ports));
    }
    fleet.bootAll();
  }

  private static void digest(Fleet fleet, PrintStream out) {
    for (FleetNode node : fleet.nodes()) {
      Flows.Digest digest = fleet.digest(node);
      say(out, "digest " + node.name() + " " + digest.flows() + " " + digest.sum());
    }
    long toSwitches = fleet.nodes().stream().mapToLong(n -> n.switchBytes().sum()).sum();
    long toDatabases = fleet.nodes().stream().mapToLong(n -> n.databaseBytes().sum()).sum();
    say(
        out,
        String.format(
            "end %d %d %d %s",
            fleet.flowMods(), toSwitches, toDatabases, String.join("; ", fleet.failures())));
  }

  private static void say(PrintStream out, String line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }
}
