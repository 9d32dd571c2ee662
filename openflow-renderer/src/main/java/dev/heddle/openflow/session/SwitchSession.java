package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.BundleOutcome.Refusal;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one switch equal to what is wanted of it. A new connection is dumped, compared and patched,
 * never flushed; after that only keys that changed are looked at. One commit is in flight at a
 * time: what changes meanwhile only marks keys, and the next difference is taken from the newest
 * revision, so a slow switch skips what it was too slow for. Runs on one executor thread.
 */
final class SwitchSession {

  /** Told on the executor. */
  interface Listener {
    /** The state has changed; a revision may have been confirmed. */
    void changed();
  }

  /** Our Geneve option; the class is one of those for experiments (RFC 8926 section 6.2). */
  static final TlvMapping OPTION = new TlvMapping(0xff48, 0x80, 8, 0);

  /** OVS applies a bundle in its main thread: this keeps it from being away for long. */
  private static final int MOST_CHANGES = 5_000;

  private static final Logger LOG = LoggerFactory.getLogger(SwitchSession.class);

  private final Id<Node> node;
  private final DesiredFlows desired;
  private final Executor executor;
  private final Listener listener;
  private final Set<FlowKey> dirty = new HashSet<>();
  private SwitchConnection connection;
  private FlowTable table;
  private boolean inFlight;

  /** Flows that the switch would not take, and why. */
  private final Map<FlowKey, String> refused = new HashMap<>();

  private long sentBefore;
  private String nodeTrouble = "";
  private String switchTrouble = "";
  private volatile NodeState state = new NodeState(false, -1, 0, 0, "");

  SwitchSession(Id<Node> node, DesiredFlows desired, Executor executor, Listener listener) {
    this.node = node;
    this.desired = desired;
    this.executor = executor;
    this.listener = listener;
  }

  /** Readable by any thread. */
  NodeState state() {
    return state;
  }

  /** Whether a commit is in flight; when it has ended the listener is told. */
  boolean isBusy() {
    return inFlight;
  }

  /** Another connection of this node's switch; an older one is given up. */
  void connected(SwitchConnection fresh) {
    if (connection != null) {
      connection.close();
      lost(connection, "it connected anew");
    }
    connection = fresh;
    table = null;
    inFlight = false;
    say("its flows are being read");
    fresh.onClose(() -> executor.execute(() -> lost(fresh, "the connection was lost")));
    fresh
        .ensureTlvMap(OPTION)
        .thenCompose(ok -> fresh.dump())
        .whenComplete((dump, error) -> executor.execute(() -> dumped(fresh, dump, error)));
  }

  private void dumped(SwitchConnection from, List<Installed> dump, Throwable error) {
    if (from != connection) {
      return;
    }
    if (error != null) {
      LOG.warn("node {}: {}", node.name(), error.getMessage());
      say(error.getMessage());
      from.close();
      return;
    }
    table = new FlowTable(dump);
    dirty.addAll(table.flows().keySet());
    dirty.addAll(desired.read(s -> s.keys(node)));
    LOG.info(
        "node {}: has {} flows, {} are to be compared", node.name(), table.size(), dirty.size());
    say("");
    step();
  }

  /** What is wrong with the node beside its flows, as sentences; none if nothing is. */
  void troubled(List<String> sentences) {
    String text = String.join(" ", sentences);
    if (!text.equals(nodeTrouble)) {
      nodeTrouble = text;
      say(switchTrouble);
    }
  }

  /** These keys may have changed. */
  void mark(Collection<FlowKey> keys) {
    dirty.addAll(keys);
    dirty.addAll(refused.keySet());
    step();
  }

  /** A feature is retired: whatever carries its number is looked at again. */
  void retired() {
    if (table != null) {
      dirty.addAll(table.flows().keySet());
    }
    step();
  }

  /** A feature has come: what it left in the switch before is compared with what it wants now. */
  void arrived(Set<Integer> owners) {
    if (table != null) {
      dirty.addAll(table.ownedBy(owners));
    }
    step();
  }

  private void step() {
    if (table == null || inFlight) {
      return;
    }
    Difference difference = desired.read(s -> Difference.between(s, node, table.flows(), dirty));
    List<FlowChange> all = new ArrayList<>(strangers());
    all.addAll(difference.changes());
    if (!difference.strangers().isEmpty()) {
      LOG.warn(
          "node {}: removes {} flows that no feature owns, such as {}",
          node.name(),
          difference.strangers().size(),
          difference.strangers().get(0));
    }
    // What was refused and is wanted no longer, or as it is, needs nothing.
    refused.keySet().removeIf(k -> dirty.contains(k) && !difference.puts(k));
    dirty.clear();
    if (all.isEmpty()) {
      confirm(difference.revision(), false);
    } else {
      inFlight = true;
      send(connection, all, 0, difference.revision());
    }
  }

  /**
   * Flows we cannot even say, unless a feature that is away left them or the switch learned them.
   */
  private List<FlowChange> strangers() {
    List<FlowChange> removals = new ArrayList<>();
    for (Installed.Foreign f : table.foreign()) {
      boolean held = desired.read(s -> s.owner(Cookie.owner(f.cookie()))) == Ownership.HELD;
      boolean replaced =
          f.key().isPresent() && desired.read(s -> s.flow(node, f.key().get())).isPresent();
      if (!held && !replaced && !Cookie.isLearned(f.table(), f.cookie())) {
        LOG.warn("node {}: removes a flow that is not ours: {}", node.name(), f);
        removals.add(new FlowChange.RemoveForeign(f));
      }
    }
    return removals;
  }

  private void send(SwitchConnection to, List<FlowChange> all, int from, long revision) {
    List<FlowChange> part = all.subList(from, Math.min(all.size(), from + MOST_CHANGES));
    to.commit(part)
        .whenComplete(
            (outcome, error) ->
                executor.execute(() -> sent(to, all, from, part, revision, outcome, error)));
  }

  private void sent(
      SwitchConnection to,
      List<FlowChange> all,
      int from,
      List<FlowChange> part,
      long revision,
      BundleOutcome outcome,
      Throwable error) {
    if (to != connection) {
      return;
    }
    if (error != null) {
      LOG.warn("node {}: {}", node.name(), error.getMessage());
      to.close(); // what the switch has is not known: the next connection is dumped
      return;
    }
    if (outcome instanceof BundleOutcome.Rejected rejected) {
      refused(to, all, from, part, revision, rejected);
      return;
    }
    table.confirmed(part);
    part.forEach(this::taken);
    int next = from + part.size();
    if (next < all.size()) {
      send(to, all, next, revision);
      return;
    }
    finished(revision);
  }

  /**
   * The switch takes none of a part because of some of its flows: goes on without those. They are
   * tried again with the next change; until they are taken no revision is confirmed.
   */
  private void refused(
      SwitchConnection to,
      List<FlowChange> all,
      int from,
      List<FlowChange> part,
      long revision,
      BundleOutcome.Rejected rejected) {
    Set<FlowChange> bad = new HashSet<>();
    for (Refusal r : rejected.refusals()) {
      if (r.index() >= 0 && part.get(r.index()) instanceof FlowChange.Put put) {
        bad.add(put);
        if (refused.put(put.flow().key(), r.text()) == null) {
          LOG.error("node {}: the switch refuses {}: {}", node.name(), put.flow(), r.text());
        }
      }
    }
    List<FlowChange> rest = new ArrayList<>(all.subList(from, all.size()));
    rest.removeAll(bad);
    if (bad.isEmpty()) {
      LOG.error(
          "node {}: the switch refuses a bundle: {}",
          node.name(),
          rejected.refusals().get(0).text());
      to.close(); // it is not known why: the next connection is dumped and compared
    } else if (rest.isEmpty()) {
      finished(revision);
    } else {
      send(to, rest, 0, revision);
    }
  }

  private void taken(FlowChange change) {
    if (change instanceof FlowChange.Put put) {
      refused.remove(put.flow().key());
    } else if (change instanceof FlowChange.Remove remove) {
      refused.remove(remove.key());
    }
  }

  private void finished(long revision) {
    inFlight = false;
    confirm(revision, true);
    step();
  }

  private void confirm(long revision, boolean patched) {
    long installed = refused.isEmpty() ? Math.max(revision, state.installed()) : state.installed();
    NodeState before = state;
    state = new NodeState(true, installed, table.size(), sent(), trouble());
    if (patched
        || installed > before.installed()
        || !before.connected()
        || !before.trouble().equals(state.trouble())) {
      listener.changed();
    }
  }

  private void say(String trouble) {
    switchTrouble = trouble;
    state =
        new NodeState(
            connection != null && table != null,
            state.installed(),
            table == null ? state.flows() : table.size(),
            sent(),
            trouble());
    listener.changed();
  }

  private String trouble() {
    String flows =
        refused.isEmpty()
            ? ""
            : "The switch refuses "
                + refused.size()
                + " flows, such as "
                + refused.entrySet().iterator().next()
                + ".";
    return String.join(" ", nodeTrouble, switchTrouble, flows).strip().replaceAll(" +", " ");
  }

  private long sent() {
    return sentBefore + (connection == null ? 0 : connection.flowModsSent());
  }

  private void lost(SwitchConnection which, String why) {
    if (which != connection) {
      return;
    }
    sentBefore += which.flowModsSent();
    connection = null;
    table = null;
    inFlight = false;
    dirty.clear(); // all is compared at the next connection
    refused.clear();
    LOG.info("node {}: {}", node.name(), why);
    say(why);
  }

  void close() {
    if (connection != null) {
      connection.close();
    }
  }
}
