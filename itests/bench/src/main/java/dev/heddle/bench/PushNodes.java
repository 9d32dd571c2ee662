package dev.heddle.bench;

import dev.heddle.engine.Controller;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.openflow.session.Renderer;
import dev.heddle.store.MemoryStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Real Open vSwitches, each a node that has joined a real renderer by its database, and what may be
 * asked of them. Ends whatever it started.
 */
final class PushNodes implements AutoCloseable {

  static final String OURS = "br-int";

  /** Where ovs-ofctl writes: a bridge of the same switch that no controller knows. */
  static final String THEIRS = "br-ofctl";

  /** What a session maps on its bridge before it sends flows that name the option. */
  private static final String OPTION = "{class=0xff48,type=0x80,len=8}->tun_metadata0";

  private static final long PATIENCE_SECONDS = 300;
  private static final Pattern COUNT = Pattern.compile("flow_count=(\\d+)");

  private final List<RealOvs> switches = new ArrayList<>();
  private final Controller model = new Controller(new MemoryStore());
  private final Renderer renderer;

  PushNodes(PushPlan plan, int nodes) {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    renderer = new Renderer(anyPort, anyPort, Optional.empty(), model, plan);
    try {
      for (int n = 0; n < nodes; n++) {
        switches.add(RealOvs.start(Datapath.DUMMY));
        join(switches.get(n), n);
      }
      switches.get(0).vsctl("add-br", THEIRS, "--", "set-fail-mode", THEIRS, "secure");
      switches.get(0).ofctl("add-tlv-map", THEIRS, OPTION);
      await(all(), 0); // connected, whatever the revision
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void join(RealOvs ovs, int number) {
    ovs.vsctl(
        "--no-wait",
        "set-manager",
        "tcp:127.0.0.1:" + renderer.ovsdbPort(),
        "--",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:system-id=" + PushPlan.node(number).name(),
        "external_ids:heddle-encap-ip=192.0.2." + (number + 1));
  }

  List<RealOvs> switches() {
    return List.copyOf(switches);
  }

  Set<Id<Node>> all() {
    return first(switches.size());
  }

  Set<Id<Node>> first(int nodes) {
    Set<Id<Node>> ids = new HashSet<>();
    for (int n = 0; n < nodes; n++) {
      ids.add(PushPlan.node(n));
    }
    return ids;
  }

  /** Waits until the nodes have confirmed a revision; returns when that was, as nanoTime. */
  long await(Collection<Id<Node>> nodes, long revision) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Runnable look =
        () -> {
          var states = renderer.nodes();
          if (nodes.stream()
              .allMatch(
                  n ->
                      states.containsKey(n)
                          && states.get(n).connected()
                          && states.get(n).installed() >= revision)) {
            done.complete(System.nanoTime());
          }
        };
    try (AutoCloseable watch = renderer.watch(look)) {
      look.run();
      return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("revision " + revision + ": " + renderer.nodes(), e);
    }
  }

  /** Fails unless a bridge of a node holds exactly so many flows. */
  void require(int node, String bridge, long flows) {
    require(switches.get(node), bridge, flows);
  }

  static void require(RealOvs ovs, String bridge, long flows) {
    String answer = ovs.ofctl("-O", "OpenFlow13", "dump-aggregate", bridge);
    Matcher count = COUNT.matcher(answer);
    if (!count.find() || Long.parseLong(count.group(1)) != flows) {
      throw new IllegalStateException(
          bridge + " of " + ovs.dir() + ": wanted " + flows + " flows, has " + answer);
    }
  }

  /** The flows of a bridge of the first node as lines that ovs-ofctl reads, in a file. */
  Path text(String bridge) {
    Path file = switches.get(0).dir().resolve("flows.txt");
    try {
      Files.write(file, lines(bridge));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return file;
  }

  /**
   * Fails unless the two bridges of the first node hold the same matches with the same cookies.
   * Actions are read from our own text but come back in other words where ovs-ofctl splits a masked
   * write.
   */
  void requireAlike() {
    if (!matches(OURS).equals(matches(THEIRS))) {
      throw new IllegalStateException("ovs-ofctl has put in other flows than the session");
    }
  }

  private Set<String> matches(String bridge) {
    return lines(bridge).stream()
        .map(l -> l.substring(0, l.indexOf("actions=")))
        .collect(Collectors.toSet());
  }

  private List<String> lines(String bridge) {
    return switches
        .get(0)
        .ofctl("-O", "OpenFlow13", "--no-stats", "--no-names", "dump-flows", bridge)
        .lines()
        .filter(l -> l.contains("actions="))
        .map(String::strip)
        .toList();
  }

  /** What the session is measured against; the whole run of the program, as an operator's. */
  void addBundle(Path flows) {
    switches.get(0).ofctl("-O", "OpenFlow13", "--bundle", "add-flows", THEIRS, flows.toString());
  }

  void emptyTheirs() {
    switches.get(0).ofctl("-O", "OpenFlow13", "del-flows", THEIRS);
  }

  @Override
  public void close() {
    try {
      renderer.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      model.close();
      switches.forEach(RealOvs::close);
    }
  }
}
