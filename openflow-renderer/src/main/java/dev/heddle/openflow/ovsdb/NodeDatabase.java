package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.NodeSetup.Plan;
import dev.heddle.openflow.ovsdb.OvsdbException.TransactionFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected node: shows what it is seen to be, and keeps its database as we want it, against
 * whatever else changes there. At most one transaction of ours is in flight; what changes meanwhile
 * is taken together in the next. All work happens on the connection's event loop.
 */
public final class NodeDatabase {

  /** Told on the connection's event loop; must not block. */
  public interface Listener {
    /** The node is now seen like this; only called when it differs from the last time. */
    void seen(NodeSnapshot snapshot);

    /** The node cannot be taken in at all; a sentence. Called again with another one, or seen. */
    void refused(String why);

    /** The last call: the connection is gone; a sentence. */
    void left(String why);
  }

  private static final Logger LOG = LoggerFactory.getLogger(NodeDatabase.class);

  /** A transaction stays small enough that the node's database is not held up by it. */
  private static final int MOST_OPERATIONS = 500;

  static final Map<String, Set<String>> WATCHED =
      Map.of(
          "Open_vSwitch", Set.of("bridges", "external_ids", "ovs_version", "datapath_types"),
          "Bridge",
              Set.of(
                  "name",
                  "datapath_type",
                  "datapath_id",
                  "ports",
                  "controller",
                  "protocols",
                  "fail_mode",
                  "other_config",
                  "external_ids"),
          "Port", Set.of("name", "interfaces", "external_ids"),
          "Interface",
              Set.of(
                  "name",
                  "type",
                  "options",
                  "external_ids",
                  "ofport",
                  "mac_in_use",
                  "error",
                  "bfd",
                  "bfd_status"),
          "Controller",
              Set.of(
                  "target", "max_backoff", "inactivity_probe", "connection_mode", "external_ids"));

  private final OvsdbConnection connection;
  private final Listener listener;
  private Tables tables = new Tables(Map.of());
  private Optional<Desired> desired = Optional.empty();
  private Optional<SortedMap<String, String>> peers = Optional.empty();
  private Map<String, Answer> answers = Map.of();
  private Optional<Zones> zones = Optional.empty();
  private Optional<NodeSnapshot> published = Optional.empty();
  private Optional<String> refusal = Optional.empty();
  private Optional<String> setupFailure = Optional.empty();
  private Optional<Plan> plan = Optional.empty();
  private final InterfaceViews views = new InterfaceViews();
  private final OwnRows own = new OwnRows();
  private final AnsweredRows answered = new AnsweredRows();
  private boolean known;
  private boolean inFlight;

  /** Rows, or what is wanted of them, are others since they were looked at. */
  private boolean unseen;

  /** Rows have not changed since we wrote, so planning from them again would repeat ourselves. */
  private boolean setupTried;

  private boolean answersTried;

  /** Nor have the zones of br-int, and those that are wanted. */
  private boolean zonesTold;

  private NodeDatabase(OvsdbConnection connection, Listener listener) {
    this.connection = connection;
    this.listener = listener;
  }

  /** Begins to watch; call it when the connection is handed over. */
  public static NodeDatabase open(OvsdbConnection connection, Listener listener) {
    NodeDatabase node = new NodeDatabase(connection, listener);
    connection
        .monitor(WATCHED, node::changed)
        .whenComplete(
            (ok, error) -> {
              if (error != null) {
                connection.close("cannot be watched: " + error.getMessage());
              }
            });
    connection.closed().thenAccept(listener::left);
    return node;
  }

  /** From now on the node's bridge, controllers and tunnel port are kept like this. */
  public void keep(Desired wanted) {
    connection
        .executor()
        .execute(
            () -> {
              desired = Optional.of(wanted);
              unseen = true;
              setupTried = false;
              work();
            });
  }

  /**
   * From now on there is BFD with these nodes, by name, where their tunnels end, and no others.
   * Until it is called what is there stays.
   */
  public void watch(SortedMap<String, String> addresses) {
    SortedMap<String, String> copy = new TreeMap<>(addresses);
    connection
        .executor()
        .execute(
            () -> {
              if (!peers.equals(Optional.of(copy))) {
                peers = Optional.of(copy);
                unseen = true;
                setupTried = false;
                work();
              }
            });
  }

  /**
   * From now on the interface of each iface-id says this; replaces what was given before. An
   * iface-id that is left out keeps what its row says; use {@link Answer.Silent} to take that away.
   */
  public void answer(Map<String, Answer> byIfaceId) {
    Map<String, Answer> copy = Map.copyOf(byIfaceId);
    connection
        .executor()
        .execute(
            () -> {
              answers = copy;
              answersTried = false;
              work();
            });
  }

  /**
   * From now on br-int says that these connection tracking zones are given, and no others. Until it
   * is called nothing is changed.
   */
  public void zones(Zones all) {
    connection
        .executor()
        .execute(
            () -> {
              if (!zones.equals(Optional.of(all))) {
                zones = Optional.of(all);
                zonesTold = false;
                work();
              }
            });
  }

  public void close(String why) {
    connection.close(why);
  }

  public OvsdbConnection connection() {
    return connection;
  }

  private void changed(Tables now) {
    zonesTold &= Objects.equals(tables.rows().get("Bridge"), now.rows().get("Bridge"));
    answersTried &= AnsweredRows.areTheSame(tables, now);
    tables = now;
    known = true;
    unseen = true;
    setupTried = false;
    work();
  }

  private void work() {
    if (!known) {
      return;
    }
    if (unseen) {
      unseen = false;
      plan =
          desired
              .map(wanted -> peers.map(wanted::watching).orElse(wanted))
              .map(wanted -> NodeSetup.plan(own.of(tables), wanted));
      setupFailure = setupFailure.filter(failure -> !setup().isEmpty());
      publish();
    }
    List<Operation> setup = setup();
    if (inFlight || published.isEmpty()) {
      return; // Nothing is written to a node that is refused.
    }
    if (!setupTried && !setup.isEmpty()) {
      setupTried = true;
      send(setup, true);
    } else if (!answersTried || !zonesTold) {
      List<Operation> writes = answersTo(published.get());
      if (!writes.isEmpty()) {
        send(writes, false);
      }
    }
  }

  private List<Operation> setup() {
    return plan.map(Plan::operations).orElse(List.of());
  }

  private void publish() {
    List<String> problems = new ArrayList<>(plan.map(Plan::problems).orElse(List.of()));
    setupFailure.ifPresent(problems::add);
    Optional<NodeSnapshot> now = NodeSnapshot.of(tables, views, problems);
    if (now.isEmpty() && refusal.isEmpty()) {
      refusal = Optional.of(NodeSnapshot.NAMELESS);
      connection.remark("its database is not taken in. " + NodeSnapshot.NAMELESS);
      listener.refused(NodeSnapshot.NAMELESS);
    }
    if (now.isPresent() && !now.equals(published)) {
      refusal = Optional.empty();
      published = now;
      listener.seen(now.get());
    }
    published = now;
  }

  /** What is to be written on rows: zones, then answers. */
  private List<Operation> answersTo(NodeSnapshot snapshot) {
    Stream<Operation> zoning =
        zonesTold
            ? Stream.empty()
            : tables.named("Bridge", NodeSetup.BRIDGE).stream()
                .flatMap(bridge -> zones.flatMap(z -> z.operation(bridge)).stream());
    zonesTold = true;
    Stream<Operation> answering =
        answersTried
            ? Stream.empty()
            : answered.operations(
                tables.rows().getOrDefault("Interface", Map.of()), snapshot, answers);
    answersTried = true;
    return Stream.concat(zoning, answering).limit(MOST_OPERATIONS).toList();
  }

  private void send(List<Operation> operations, boolean setup) {
    inFlight = true;
    connection.transact(operations).whenComplete((results, error) -> sent(setup, error));
  }

  private void sent(boolean setup, Throwable error) {
    inFlight = false;
    if (error instanceof TransactionFailed failed) {
      zonesTold = false;
      if (!failed.guardFailed()) {
        connection.note("does not do what it was asked: " + failed.getMessage());
        unseen |= setup;
        setupFailure =
            setup ? Optional.of("the set-up failed: " + failed.getMessage()) : setupFailure;
      }
    } else if (error != null) {
      // Whether it was done is unknown: only a fresh look at the rows can tell.
      connection.close("a transaction did not come back: " + error.getMessage());
      return;
    } else if (setup) {
      LOG.info("{}: {} set up", connection.peer(), NodeSetup.BRIDGE);
      setupFailure = Optional.empty();
      unseen = true;
    }
    work();
  }
}
