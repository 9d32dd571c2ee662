package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.openflow.session.FlowTable.Slice;
import dev.heddle.openflow.session.FlowTable.Surprise;
import dev.heddle.pipeline.Confirmations.Drift;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.FlowKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one switch equal to what is wanted of it. A new connection is dumped, compared and patched,
 * never flushed; after that only keys that changed are looked at. One commit is in flight at a
 * time: what changes meanwhile only marks keys, and the next difference is taken from the newest
 * revision, so a slow switch skips what it was too slow for. Runs on one executor thread.
 */
final class SwitchSession {

  /** Our Geneve option; the class is one of those for experiments (RFC 8926 section 6.2). */
  static final TlvMapping OPTION = new TlvMapping(0xff48, 0x80, 8, 0);

  /** More changes by others than this, told and not looked at yet, are not kept. */
  private static final int MOST_UNHEARD = 100_000;

  private static final int RETRY_SECONDS = 30;

  private static final Logger LOG = LoggerFactory.getLogger(SwitchSession.class);

  private final Id<Node> node;
  private final long generation;
  private final DesiredFlows desired;
  private final LongSupplier followed;
  private final Executor executor;
  private final Runnable changed;
  private Set<FlowKey> dirty = new HashSet<>();
  private final Heard heard = new Heard();
  private final Surprises surprises = new Surprises();
  private final Rounds rounds = new Rounds();
  private final AtomicInteger unheard = new AtomicInteger();
  private SwitchConnection connection;
  private FlowTable table;
  private boolean inFlight;
  private int underWay;

  /** Of this revision and those before it all changes are marked or done; newer may be readable. */
  private long marked = -1;

  private Map<String, Integer> healing = Map.of();
  private Drift drift = Drift.NONE;

  private final Refusals refused = new Refusals();
  private boolean turnedAway;
  private int sinceRetry;
  private long sentBefore;
  private String nodeTrouble = "";
  private String switchTrouble = "";
  private volatile boolean settled;
  private volatile NodeState state = new NodeState(false, -1, 0, 0, "");

  /**
   * @param generation orders claims on the switch: one with a lower number is refused
   * @param followed the newest revision up to which it has been told all that concerns the node; -1
   *     if it is being told
   * @param changed called on the executor when the state has changed; a revision may have been
   *     confirmed
   */
  SwitchSession(
      Id<Node> node,
      long generation,
      DesiredFlows desired,
      LongSupplier followed,
      Executor executor,
      Runnable changed) {
    this.followed = followed;
    this.node = node;
    this.generation = generation;
    this.desired = desired;
    this.executor = executor;
    this.changed = changed;
  }

  /** Readable by any thread. */
  NodeState state() {
    return state;
  }

  /** Nothing is to be done for any revision it was told of; readable by any thread. */
  boolean isSettled() {
    return settled;
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
    unsettle();
    table = null;
    inFlight = false;
    underWay = 0;
    turnedAway = false;
    say("its flows are being read");
    fresh.onClose(() -> executor.execute(() -> lost(fresh, fresh.whyClosed())));
    fresh
        .claim(generation)
        .thenCompose(ok -> fresh.ensureTlvMap(OPTION))
        .thenCompose(ok -> fresh.monitor(updates -> told(fresh, updates)))
        .thenCompose(tells -> fresh.dump().thenApply(dump -> new Read(dump, tells)))
        .whenComplete((read, error) -> executor.execute(() -> read(fresh, read, error)));
  }

  /**
   * What a switch had when it was read.
   *
   * @param tells it tells of each change since
   */
  private record Read(List<Installed> dump, boolean tells) {}

  private void read(SwitchConnection from, Read read, Throwable error) {
    if (from != connection) {
      return;
    }
    if (error != null) {
      Throwable cause = error.getCause() == null ? error : error.getCause();
      LOG.warn("node {}: {}", node.name(), cause.getMessage());
      say(cause.getMessage());
      turnedAway = true;
      sinceRetry = 0;
      return; // it is tried again with a new connection, but not at once
    }
    table = new FlowTable(read.dump());
    rounds.begin(read.tells() ? Rounds.SLOWLY : Duration.ZERO, System.nanoTime());
    dirty.addAll(table.flows().keySet());
    long wanted =
        desired.read(
            s -> {
              dirty.addAll(s.keys(node));
              return s.revision();
            });
    marked = Math.max(marked, wanted);
    LOG.info(
        "node {}: has {} flows, {} are to be compared; {}",
        node.name(),
        table.size(),
        dirty.size(),
        read.tells()
            ? "it tells of changes by others"
            : "it cannot tell of changes by others and is asked all the time");
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

  /**
   * These keys may have changed with a revision. Only now can it be confirmed: that it can be read
   * already says nothing of what has changed.
   */
  void mark(Collection<FlowKey> keys, long revision) {
    if (settled) {
      state = state.confirming(revision - 1); // what came before did not concern the node
    }
    marked = Math.max(marked, revision);
    dirty.addAll(heard.take(node, table));
    dirty.addAll(keys);
    dirty.addAll(refused.keys());
    step();
    if (inFlight) { // who looks sees how much waits; nobody need be told
      state = state(true, state.installed());
    }
  }

  /**
   * A revision is about to be readable; may be told on any thread. Whoever reads it from then on
   * compares all that it changes together: a part of it alone could take a way out before the new
   * one is there.
   */
  void heard(Revision revision) {
    heard.add(revision);
  }

  /** The switch tells what others did; on the connection's thread. */
  private void told(SwitchConnection from, List<FlowUpdate> updates) {
    if (unheard.addAndGet(updates.size()) > MOST_UNHEARD) {
      LOG.warn("node {}: more is changed by others than can be followed", node.name());
      from.close(); // the next connection is dumped
    }
    executor.execute(
        () -> {
          unheard.addAndGet(-updates.size());
          if (from == connection && table != null) {
            for (FlowUpdate u : updates) {
              table.told(u).ifPresent(s -> surprised(List.of(s)));
            }
          }
        });
  }

  private void surprised(Collection<Surprise> found) {
    surprises.note(found);
    rounds.changing(found.stream().map(Surprise::place));
  }

  /**
   * To be called every second: heals what others did, all of one second at once, so that whoever
   * insists on his flows does not keep us busy; and looks at the next slice.
   */
  void tick() {
    if (table == null) {
      if (turnedAway && connection != null && ++sinceRetry >= RETRY_SECONDS) {
        connection.close();
      }
      return;
    }
    boolean retry = !refused.isEmpty() && ++sinceRetry >= RETRY_SECONDS;
    if (retry) {
      sinceRetry = 0;
      dirty.addAll(refused.keys());
    }
    dirty.addAll(surprises.keys());
    if (retry || !surprises.isEmpty()) {
      step();
    }
    if (!inFlight) {
      SwitchConnection to = connection;
      rounds.slice(table.size(), System.nanoTime()).ifPresent(slice -> look(to, slice));
    }
  }

  private void look(SwitchConnection at, Slice slice) {
    at.dump(slice.cookie(), slice.mask())
        .whenComplete((dump, error) -> executor.execute(() -> seen(at, slice, dump, error)));
  }

  private void seen(SwitchConnection at, Slice slice, List<Installed> dump, Throwable error) {
    if (at != connection || table == null) {
      return;
    }
    if (error != null) {
      LOG.warn("node {}: {}", node.name(), error.getMessage());
      at.close();
      return;
    }
    surprises.note(table.compare(dump, slice, rounds.answered()));
  }

  private void step() {
    if (table == null || inFlight) {
      return;
    }
    Difference difference =
        desired.read(
            s -> {
              dirty.addAll(heard.take(node, table));
              return Difference.between(s, node, table, dirty, surprises);
            });
    long revision = Math.min(difference.revision(), marked);
    if (!difference.strangers().isEmpty()) {
      LOG.warn(
          "node {}: removes {} flows that no feature owns, such as {}",
          node.name(),
          difference.strangers().size(),
          difference.strangers().get(0));
    }
    // What was refused and is wanted no longer, or as it is, needs nothing.
    if (!refused.isEmpty()) {
      Set<FlowKey> puts = difference.puts();
      refused.removeIf(k -> dirty.contains(k) && !puts.contains(k));
    }
    surprises.settled(dirty);
    dirty = new HashSet<>(); // one that was large once is slow to walk and to clear for ever
    healing = difference.healed();
    if (difference.changes().isEmpty()) {
      confirm(revision, false);
    } else {
      unsettle();
      inFlight = true;
      underWay = difference.changes().size();
      SwitchConnection to = connection;
      new Patch(node, to, table, rounds, refused, desired)
          .send(difference.changes(), executor, () -> to == connection, () -> finished(revision));
    }
  }

  private void finished(long revision) {
    inFlight = false;
    underWay = 0;
    if (!healing.isEmpty()) {
      drift = Healing.after(drift, healing, Instant.now());
      LOG.warn(
          "node {}: others had changed flows; put right: {}",
          node.name(),
          String.join(", ", drift.owners()));
      healing = Map.of();
    }
    confirm(revision, true);
    step();
  }

  /** What is confirmed by then stays so while more is done. */
  private void unsettle() {
    if (settled) {
      state = state.confirming(followed.getAsLong());
      settled = false;
    }
  }

  private void confirm(long revision, boolean patched) {
    long installed = refused.isEmpty() ? Math.max(revision, state.installed()) : state.installed();
    NodeState before = state;
    state = state(true, installed);
    settled = refused.isEmpty() && dirty.isEmpty();
    if (patched
        || installed > before.installed()
        || !before.connected()
        || !before.trouble().equals(state.trouble())) {
      changed.run();
    }
  }

  private void say(String trouble) {
    switchTrouble = trouble;
    state = state(connection != null && table != null, state.installed());
    changed.run();
  }

  private NodeState state(boolean connected, long installed) {
    return new NodeState(
        connected,
        installed,
        table == null ? state.flows() : table.size(),
        sent(),
        trouble(),
        drift,
        refused.byObject(),
        dirty.size() + (long) underWay,
        List.of());
  }

  private String trouble() {
    return String.join(" ", nodeTrouble, switchTrouble, refused.sentence())
        .strip()
        .replaceAll(" +", " ");
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
    unsettle();
    table = null;
    inFlight = false;
    underWay = 0;
    dirty.clear(); // all is compared at the next connection
    surprises.clear();
    healing = Map.of();
    refused.clear();
    LOG.info("node {}: {}", node.name(), why);
    say(why);
  }
}
