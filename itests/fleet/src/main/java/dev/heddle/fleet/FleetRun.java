package dev.heddle.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.openflow.session.Renderer;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.plain.PlainRuntime;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One size: a controller in this process, a fleet in another, and what came of it. */
final class FleetRun implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 900;

  /** So long without a revision, nothing is on its way any more. */
  private static final long QUIET_MILLIS = 1_000;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final int nodes;
  private final Cloud cloud;
  private final Controller controller;
  private final Renderer renderer;
  private final Process fleet;
  private final BufferedWriter commands;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  FleetRun(int nodes, int ports) {
    this.nodes = nodes;
    cloud = new Cloud(nodes, ports);
    figures.put("nodes", nodes).put("ports", ports).put("tenants", cloud.tenants());
    figures.put("nodes_per_tenant", Cloud.SPREAD);
    long start = System.nanoTime();
    controller = PlainRuntime.controller(cloud.store(), new L2Switching(), new Placement());
    controller.transact(Writer.SYSTEM, List.of()).join();
    figures.put("model_seconds", seconds(start));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    renderer = new Renderer(any, any, Optional.empty(), controller, controller);
    try {
      fleet = start(renderer.ovsdbPort(), nodes, ports);
      commands =
          new BufferedWriter(
              new OutputStreamWriter(fleet.getOutputStream(), StandardCharsets.UTF_8));
      Thread reader = new Thread(this::listen, "fleet-said");
      reader.setDaemon(true);
      reader.start();
      await("ready");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process start(int manager, int nodes, int ports) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx6g",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            FleetProcess.class.getName(),
            String.valueOf(manager),
            String.valueOf(nodes),
            String.valueOf(ports))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void listen() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(fleet.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        said.add(line);
      }
    } catch (IOException e) {
      said.add("gone " + e);
    }
  }

  private void tell(String line) {
    try {
      commands.write(line + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String next() {
    try {
      String line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new IllegalStateException("the fleet says nothing; " + unsettled());
      }
      return line;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String unsettled() {
    return renderer.nodes().entrySet().stream()
        .filter(e -> !isSettled(e.getValue()) || e.getValue().installed() < revision())
        .limit(5)
        .toList()
        .toString();
  }

  private void await(String line) {
    while (!next().equals(line)) {
      // what else is said was waited for before
    }
  }

  /** From power on until each port has been answered and no node has anything to come. */
  void bootStorm() {
    long cpu = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    tell("boot");
    for (int left = cloud.ports(); left > 0; ) {
      left -= next().startsWith("installed ") ? 1 : 0;
    }
    figures.put("boot_seconds", (settle() - start) / 1e9);
    figures.put("boot_cpu_seconds", (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
    check("boot");
    weigh();
  }

  /** All nodes come back with the flows that they have: nothing is to be sent. */
  void reconnect() {
    long sent = figures.get("port_ups_flow_mods").asLong();
    long cpu = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    tell("cut");
    awaitAway();
    figures.put("reconnect_seconds", (settle() - start) / 1e9);
    figures.put("reconnect_cpu_seconds", (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
    check("reconnect");
    figures.put("reconnect_flow_mods", figures.get("reconnect_flow_mods").asLong() - sent);
  }

  private static boolean isSettled(NodeState s) {
    return s.connected() && s.waiting() == 0;
  }

  private void awaitAway() {
    awaitNodes(states -> states.anyMatch(s -> !s.connected()));
  }

  /**
   * Waits until every node has confirmed the newest revision, and none has followed for a while;
   * returns when that began to be so.
   */
  private long settle() {
    while (true) {
      long revision = revision();
      awaitNodes(
          states -> states.filter(s -> isSettled(s) && s.installed() >= revision).count() == nodes);
      long since = System.nanoTime();
      if (revision() == revision && isQuiet(revision)) {
        return since;
      }
    }
  }

  private long revision() {
    return controller.read(DesiredFlows.Snapshot::revision);
  }

  private boolean isQuiet(long revision) {
    BlockingQueue<Long> news = new LinkedBlockingQueue<>();
    try (AutoCloseable watch = controller.listen(r -> news.add(r.number()))) {
      return news.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS) == null && revision() == revision;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitNodes(Predicate<Stream<NodeState>> holds) {
    BlockingQueue<Boolean> news = new LinkedBlockingQueue<>(1);
    try (AutoCloseable watch = renderer.watch(() -> news.offer(true))) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!holds.test(renderer.nodes().values().stream())) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("not settled: " + unsettled());
        }
        Boolean unused = news.poll(50, TimeUnit.MILLISECONDS);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds ports one after the other, each to a tenant that is there, and waits for each. */
  void portUps(int count) {
    long[] took = new long[count];
    long cpu = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < count; i++) {
      int like = (int) ((long) i * 7_919 % cloud.ports());
      String name = "up" + i;
      long start = System.nanoTime();
      controller
          .transact(
              Writer.USER,
              List.of(new Change.Put(Cloud.port(name, like / Cloud.PORTS_PER_TENANT, 1_000 + i))))
          .join();
      tell("plug " + cloud.node(like) + " " + name);
      await("installed " + name);
      took[i] = System.nanoTime() - start;
    }
    figures.put("port_up_cpu_ms", (SYSTEM.getProcessCpuTime() - cpu) / 1e6 / count);
    Arrays.sort(took);
    figures.put("port_up_p50_ms", took[count / 2] / 1e6);
    figures.put("port_up_p99_ms", took[Math.min(count - 1, count * 99 / 100)] / 1e6);
    settle();
    check("port_ups");
  }

  /** Every node must hold exactly what is wanted of it. */
  private void check(String phase) {
    tell("digest");
    long flows = 0;
    for (String line = next(); ; line = next()) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("digest")) {
        Flows.Digest has = new Flows.Digest(Integer.parseInt(words[2]), Long.parseLong(words[3]));
        Flows.Digest wanted = Wish.of(controller, Node.KIND.id(words[1]));
        if (!has.equals(wanted)) {
          throw new IllegalStateException(
              phase + ": " + words[1] + " has " + has + " and should have " + wanted);
        }
        flows += has.flows();
      } else if (words[0].equals("end")) {
        figures.put(phase + "_flow_mods", Long.parseLong(words[1]));
        figures.put("flows", flows);
        if (words.length > 2 && !words[2].isEmpty()) {
          throw new IllegalStateException("the fleet complains: " + line);
        }
        return;
      }
    }
  }

  private void weigh() {
    System.gc();
    System.gc();
    figures.put(
        "heap_mib", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      lines
          .filter(l -> l.startsWith("VmRSS:"))
          .forEach(l -> figures.put("rss_mib", Long.parseLong(l.split("\\s+")[1]) >> 10));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  ObjectNode figures() {
    return figures;
  }

  @Override
  public void close() {
    try {
      commands.close();
      if (!fleet.waitFor(20, TimeUnit.SECONDS)) {
        fleet.destroyForcibly();
      }
      renderer.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      controller.close();
    }
  }
}
