package dev.heddle.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Cookie;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.rest.RestComponent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How long {@code heddle get}, {@code describe}, {@code why} and their like take, as whole
 * commands: the shell, curl, HTTP and the controller, beside a network of many ports.
 */
public final class RestBench {

  private RestBench() {}

  /** {@code --ports N [--nodes N] [--rounds N] [--heddle SCRIPT] [--json]}. */
  public static void main(String[] arguments) throws Exception {
    List<String> given = Arrays.asList(arguments);
    int at = given.indexOf("--heddle");
    ObjectNode figures =
        measure(
            EngineBench.number(given, "--ports", 10_000),
            EngineBench.number(given, "--nodes", 50),
            EngineBench.number(given, "--rounds", 11),
            Path.of(at < 0 ? "heddle" : given.get(at + 1)).toAbsolutePath());
    if (given.contains("--json")) {
      System.out.println(
          new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures));
    } else {
      figures.properties().forEach(e -> System.out.println(e.getKey() + " " + e.getValue()));
    }
    System.exit(0); // the server's threads have nothing left to do
  }

  static ObjectNode measure(int ports, int nodes, int rounds, Path script) throws Exception {
    Path directory = Files.createTempDirectory("heddle-bench");
    Fabric fabric = new Fabric(ports, nodes, 1, true);
    ObjectNode figures = JsonNodeFactory.instance.objectNode();
    figures.put("ports", ports).put("nodes", nodes).put("rounds", rounds);
    try (Controller controller =
        PlainRuntime.controller(fabric.store(), new L2Switching(), new Placement())) {
      controller.confirmedBy(allConfirmed(nodes));
      int port = freePort();
      new RestComponent(config(directory, port), controller, controller, controller.inspection());
      ObjectNode times = figures.putObject("milliseconds");
      for (Map.Entry<String, List<String>> c : commands(controller).entrySet()) {
        double[] taken = new double[rounds];
        long size = 0;
        long cpu = cpuTime();
        for (int i = 0; i < rounds; i++) {
          long begin = System.nanoTime();
          size = run(script, directory, port, c.getValue());
          taken[i] = (System.nanoTime() - begin) / 1e6;
        }
        ObjectNode one = times.putObject(c.getKey()).put("first", Math.round(taken[0]));
        Arrays.sort(taken);
        one.put("median", Math.round(taken[rounds / 2])).put("max", Math.round(taken[rounds - 1]));
        one.put("controller_cpu", Math.round((cpuTime() - cpu) / 1e6 / rounds));
        one.put("bytes", size);
      }
      figures.put("flows", controller.inspection().work().flows());
    } finally {
      remove(directory);
    }
    return figures;
  }

  /** Every node is connected and has confirmed whatever there is. */
  private static Confirmations allConfirmed(int nodes) {
    Map<Id<Node>, Confirmations.NodeState> states = new HashMap<>();
    for (int i = 0; i < nodes; i++) {
      states.put(
          Node.KIND.id("n" + i), new Confirmations.NodeState(true, Long.MAX_VALUE, 0, 0, ""));
    }
    return new Confirmations() {
      @Override
      public Map<Id<Node>, NodeState> nodes() {
        return states;
      }

      @Override
      public AutoCloseable watch(Runnable onChange) {
        return () -> {};
      }
    };
  }

  private static Map<String, List<String>> commands(Controller controller) {
    Id<Node> node = Node.KIND.id("n1");
    String cookie =
        controller.read(
            now ->
                now.keys(node).stream()
                    .filter(k -> k.table() == 4 && k.priority() > 0)
                    .findFirst()
                    .flatMap(k -> now.flow(node, k))
                    .map(f -> Cookie.text(f.cookie()))
                    .orElseThrow());
    Map<String, List<String>> commands = new LinkedHashMap<>();
    for (String words :
        List.of(
            "get LogicalPort",
            "get LogicalPort p1",
            "get LogicalSwitch",
            "get LogicalSwitch s1",
            "nodes",
            "features",
            "describe LogicalPort p1",
            "describe LogicalSwitch s1",
            "describe Node n1",
            "why " + cookie,
            "trace p0 --to p1",
            "get LogicalPort -o json")) {
      commands.put(words.replace(cookie, "COOKIE"), List.of(words.split(" ")));
    }
    return commands;
  }

  private static long run(Path script, Path directory, int port, List<String> words)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HEDDLE_URL", "http://127.0.0.1:" + port);
    builder.environment().put("HEDDLE_TOKEN", Files.readString(directory.resolve("token")).strip());
    Process process = builder.start();
    process.getOutputStream().close();
    byte[] said = process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          words + " failed: " + new String(said, java.nio.charset.StandardCharsets.UTF_8));
    }
    return said.length;
  }

  private static RestComponent.Config config(Path directory, int port) {
    Map<String, Object> values =
        Map.of(
            "address",
            "127.0.0.1",
            "tls",
            "off",
            "port",
            port,
            "token_file",
            directory.resolve("token").toString(),
            "tokens_file",
            directory.resolve("tokens").toString());
    return (RestComponent.Config)
        Proxy.newProxyInstance(
            RestBench.class.getClassLoader(),
            new Class<?>[] {RestComponent.Config.class},
            (proxy, method, arguments) ->
                values.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  /** Of this process, which the controller is: a busy machine spoils it less than time. */
  private static long cpuTime() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
