package dev.heddle.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One size: a controller in this process, a fleet in another, and what came of it. */
final class FleetRun implements AutoCloseable {

  /** So long without a revision, nothing is on its way any more. */
  private static final long QUIET_MILLIS = 1_000;

  private final int nodes;
  private final Cloud cloud;
  private final Controller controller;
  private final Renderer renderer;
  private final Process fleet;
  private final BufferedWriter commands;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();
  private final AtomicLong installed = new AtomicLong();
  private final Progress progress;

  /** Of the phases so far: flow-mods, bytes to switches, bytes to databases. */
  private long[] sent = new long[3];

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
    progress = new Progress(nodes + " nodes, " + ports + " ports", this::state);
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
        if (line.startsWith("installed ")) {
          installed.incrementAndGet();
        }
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
      while (true) {
        String line = said.poll(1, TimeUnit.SECONDS);
        if (line != null) {
          return line;
        } else if (progress.isStuck() || !fleet.isAlive()) {
          throw new IllegalStateException("the fleet says nothing; " + unsettled());
        }
      }
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

  private String state() {
    long settled = renderer.nodes().values().stream().filter(FleetRun::isSettled).count();
    return String.format(
        "%d ports installed, %d of %d nodes settled, revision %d, %d MiB of heap",
        installed.get(), settled, nodes, revision(), Costs.usedMib());
  }

  private void await(String line) {
    while (!next().equals(line)) {
      // what else is said was waited for before
    }
  }

  /** From power on until each port has been answered and no node has anything to come. */
  void bootStorm() {
    progress.phase("boot");
    Costs before = costs();
    tell("boot");
    for (int left = cloud.ports(); left > 0; ) {
      left -= next().startsWith("installed ") ? 1 : 0;
    }
    figures.put("boot_seconds", (settle() - before.nanos()) / 1e9);
    end("boot", before);
  }

  /** All nodes come back with the flows that they have: nothing is to be sent. */
  void reconnect() {
    progress.phase("reconnect");
    Costs before = costs();
    tell("cut");
    awaitAway();
    figures.put("reconnect_seconds", (settle() - before.nanos()) / 1e9);
    end("reconnect", before);
  }

  private Costs costs() {
    return Costs.now(fleet.toHandle(), controller.inspection());
  }

  /** Figures of a phase that is over. */
  private void end(String phase, Costs before) {
    before.tell(costs(), phase, figures);
    check(phase);
    figures.put(phase + "_heap_mib", Costs.heapMib());
    figures.put(phase + "_rss_mib", Costs.rssMib());
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
      while (!holds.test(renderer.nodes().values().stream())) {
        if (progress.isStuck()) {
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
    progress.phase("ports one by one");
    long[] took = new long[count];
    Costs before = costs();
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
    settle();
    end("port_ups", before);
    figures.put("port_up_cpu_ms", figures.get("port_ups_cpu_seconds").asDouble() * 1e3 / count);
    Arrays.sort(took);
    figures.put("port_up_p50_ms", took[count / 2] / 1e6);
    figures.put("port_up_p99_ms", took[Math.min(count - 1, count * 99 / 100)] / 1e6);
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
        sentInPhase(phase, words);
        figures.put("flows", flows);
        if (!words[4].isEmpty()) {
          throw new IllegalStateException("the fleet complains: " + line);
        }
        return;
      }
    }
  }

  private void sentInPhase(String phase, String[] words) {
    long[] now = {Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])};
    figures.put(phase + "_flow_mods", now[0] - sent[0]);
    figures.put(phase + "_switch_bytes", now[1] - sent[1]);
    figures.put(phase + "_database_bytes", now[2] - sent[2]);
    sent = now;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  ObjectNode figures() {
    return figures;
  }

  @Override
  public void close() {
    progress.close();
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
