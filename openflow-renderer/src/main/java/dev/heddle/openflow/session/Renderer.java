package dev.heddle.openflow.session;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.openflow.ovsdb.OvsdbConnection;
import dev.heddle.openflow.ovsdb.OvsdbListener;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.openflow.tls.TlsGate;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes every switch equal to what is wanted of it. Listens for the databases and the switches of
 * nodes, brings the two of one node together by datapath id, and tells what was confirmed.
 */
@Component(
    service = Confirmations.class,
    immediate = true,
    configurationPid = "dev.heddle.openflow",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Renderer implements Confirmations, AutoCloseable {

  /** etc/dev.heddle.openflow.cfg: where nodes reach us, and how they prove who they are. */
  public @interface Configuration {
    String ovsdb_address();

    int ovsdb_port();

    String openflow_address();

    int openflow_port();

    /** "on", or "off" for plain TCP: no other word is taken for either. */
    String tls() default "on";

    String tls_key() default "";

    String tls_certificate() default "";

    String tls_authorities() default "";
  }

  private static final Logger LOG = LoggerFactory.getLogger(Renderer.class);

  /** A switch whose database is not known yet waits here; more than this many are let go. */
  private static final int MOST_UNCLAIMED = 1_024;

  private static final int MOST_NODES = 8_192;

  /** Nothing waits for a switch on them: they share computing. */
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private final Network network;
  private final DesiredFlows desired;

  /** Of two controllers the one that started later has the switches. */
  private final long generation = System.currentTimeMillis();

  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(THREADS, new DefaultThreadFactory("heddle-sessions", true));
  private final Executor executor = new Serial(threads);
  private final NioEventLoopGroup loops =
      new NioEventLoopGroup(2, new DefaultThreadFactory("heddle-ovsdb", true));
  private final Map<Id<Node>, NodeSession> sessions = new ConcurrentHashMap<>();
  private final Whereabouts whereabouts = new Whereabouts();
  private final Reports reports = new Reports();
  private final Map<Id<Node>, Long> datapaths = new HashMap<>();
  private final Map<Long, Set<NodeSession>> owners = new HashMap<>();
  private final Map<Claim, SwitchConnection> unclaimed = new HashMap<>();
  private final Optional<TlsGate> gate;
  private final Optional<PlainSwitches> plain;
  private final Map<Id<Node>, Set<Id<LogicalPort>>> lastBound;
  private final Peers peers;
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private final SwitchListener switches;
  private final OvsdbListener databases;
  private final AutoCloseable listening;
  private final AutoCloseable confirming;

  @Activate
  public Renderer(
      Configuration configuration, @Reference Network network, @Reference DesiredFlows desired) {
    this(
        new InetSocketAddress(configuration.ovsdb_address(), configuration.ovsdb_port()),
        new InetSocketAddress(configuration.openflow_address(), configuration.openflow_port()),
        gate(configuration),
        network,
        desired);
    FastThreadLocal.removeAll(); // the container's thread outlives us and would keep our classes
  }

  /**
   * Listens on these addresses; a port of 0 takes a free one.
   *
   * @param gate which nodes must come through by TLS; empty for plain TCP
   */
  public Renderer(
      InetSocketAddress ovsdb,
      InetSocketAddress openflow,
      Optional<TlsGate> gate,
      Network network,
      DesiredFlows desired) {
    this.gate = gate;
    this.network = network;
    this.desired = desired;
    // A certificate says which node a switch is of: where they are asked for, plain ones are not.
    plain = gate.isPresent() ? Optional.empty() : Optional.of(plainSwitches());
    lastBound = Inventory.bound(network.list(Binding.KIND.name()));
    peers = new Peers(network);
    listening = desired.listen(this::published);
    threads.scheduleWithFixedDelay(() -> later(this::tick), 1, 1, TimeUnit.SECONDS);
    switches =
        SwitchListener.open(
            openflow,
            gate,
            dev.heddle.openflow.channel.Limits.DEFAULT,
            c -> later(() -> connected(c)));
    databases =
        new OvsdbListener(
            loops,
            ovsdb,
            dev.heddle.openflow.ovsdb.Limits.defaults(),
            gate,
            this::databaseConnected);
    confirming = desired.confirmedBy(this);
  }

  private PlainSwitches plainSwitches() {
    return new PlainSwitches(
        network,
        desired,
        executor,
        id -> new PlainSession(id, generation, desired, new Serial(threads), this::changed));
  }

  private void changed() {
    watchers.forEach(Runnable::run);
  }

  private static Optional<TlsGate> gate(Configuration c) {
    return TlsGate.configured(c.tls(), c.tls_key(), c.tls_certificate(), c.tls_authorities());
  }

  /** Where nodes' databases connect. */
  public int ovsdbPort() {
    return databases.localAddress().getPort();
  }

  /** Where nodes' switches connect. */
  public int openFlowPort() {
    return switches.port();
  }

  /** Connections refused since the start, or ended for what came over them. */
  public long refused() {
    return databases.refused() + switches.refused();
  }

  /** Connections open now, whoever they are. */
  public int connections() {
    return databases.open() + switches.open();
  }

  /** Each second, by way of {@link #later}: a clock forgets a task that throws. */
  private void tick() {
    sessions.values().forEach(NodeSession::tick);
    gate.ifPresent(TlsGate::refresh);
    plain.ifPresent(p -> unclaimed.values().removeAll(p.tick(List.copyOf(unclaimed.values()))));
  }

  /** A revision is about to be readable. */
  private void published(DesiredFlows.Revision revision) {
    sessions.values().forEach(s -> s.heard(revision));
    plain.ifPresent(p -> p.heard(revision));
    later(() -> follow(revision));
  }

  private void follow(DesiredFlows.Revision revision) {
    whereabouts.tell(revision, sessions);
    if (peers.follow(revision.objects())) {
      sessions.values().forEach(s -> s.watch(peers.of(s.id())));
    }
    plain.ifPresent(p -> p.published(revision));
    changed(); // whom it does not concern has confirmed it
  }

  private void later(Runnable task) {
    executor.execute(task);
  }

  private void databaseConnected(OvsdbConnection connection) {
    Arrival.of(connection, gate, switches.port(), new Arrivals());
  }

  /** Whoever proves nothing cannot take the name of a node that is here, nor all there are. */
  private Optional<String> whyNot(Id<Node> said, OvsdbConnection connection) {
    NodeSession known = sessions.get(said);
    if (known == null && sessions.size() >= MOST_NODES) {
      return Optional.of("it is a new node, and there are " + MOST_NODES + " already");
    }
    InetAddress from = ((InetSocketAddress) connection.peer()).getAddress();
    return !connection.identity().equals(Identity.UNPROVED)
            || known == null
            || known.mayMoveTo(from)
        ? Optional.empty()
        : Optional.of(
            "it calls itself " + said.name() + ", which is connected from another address");
  }

  /** A switch has said who it is; whose it is, its node's database says. */
  private void connected(SwitchConnection connection) {
    long datapathId = connection.datapathId();
    Set<NodeSession> claimants = owners.getOrDefault(datapathId, Set.of());
    Optional<NodeSession> owner = claimants.stream().filter(s -> mayBe(connection, s)).findFirst();
    if (owner.isPresent()) {
      hand(connection, owner.get());
    } else if (!claimants.isEmpty()) {
      Claim.turnAway(connection, claimants.iterator().next().id(), switches, gate);
    } else if (unclaimed.size() >= MOST_UNCLAIMED) {
      switches.refuse(connection, "it is one of too many switches that wait for their databases");
      connection.close();
    } else {
      Claim claim = new Claim(datapathId, connection.identity());
      Optional.ofNullable(unclaimed.put(claim, connection)).ifPresent(SwitchConnection::close);
      connection.onClose(() -> later(() -> unclaimed.remove(claim, connection)));
    }
  }

  /** Whoever proves nothing must at least come from where the node's database does. */
  private static boolean mayBe(SwitchConnection connection, NodeSession session) {
    return connection.identity().mayBe(session.id().name())
        && (!connection.identity().equals(Identity.UNPROVED)
            || session.isAt(connection.address().getAddress()));
  }

  private void hand(SwitchConnection connection, NodeSession owner) {
    gate.ifPresent(g -> g.accepted(connection.address()));
    LOG.info("node {}: its switch connected from {}", owner.id().name(), connection.peer());
    owner.connected(connection);
  }

  private void seen(NodeDatabase database, NodeSnapshot snapshot) {
    NodeSession session = sessions.computeIfAbsent(Node.KIND.id(snapshot.name()), this::session);
    session.watch(peers.of(session.id()));
    session.seen(database, snapshot);
    own(session, snapshot.datapathId());
  }

  /** A node's database says which switch is the node's. */
  private void own(NodeSession session, OptionalLong datapathId) {
    Id<Node> node = session.id();
    Long before =
        datapathId.isPresent()
            ? datapaths.put(node, datapathId.getAsLong())
            : datapaths.remove(node);
    if (before != null) {
      owners.get(before).remove(session);
      owners.computeIfPresent(before, (id, left) -> left.isEmpty() ? null : left);
    }
    datapathId.ifPresent(
        id -> {
          plain.ifPresent(p -> p.release(id));
          owners.computeIfAbsent(id, d -> new LinkedHashSet<>()).add(session);
          claim(id, session);
        });
  }

  /** The switches that waited for a database to say whose they are. */
  private void claim(long datapathId, NodeSession session) {
    for (Claim claim : List.copyOf(unclaimed.keySet())) {
      if (claim.datapathId() == datapathId) {
        SwitchConnection connection = unclaimed.remove(claim);
        if (mayBe(connection, session)) {
          hand(connection, session);
        } else {
          Claim.turnAway(connection, session.id(), switches, gate);
        }
      }
    }
  }

  private NodeSession session(Id<Node> node) {
    LOG.info("node {} is here for the first time since the start", node.name());
    Set<Id<LogicalPort>> bound = lastBound.getOrDefault(node, new HashSet<>());
    return new NodeSession(
        node,
        generation,
        bound,
        network,
        desired,
        whereabouts,
        new Serial(threads),
        reports,
        this::changed);
  }

  @Override
  public Map<Id<Node>, NodeState> nodes() {
    return new States(sessions, plain.map(PlainSwitches::states).orElse(Map.of()));
  }

  @Override
  public Map<Id<Node>, String> refusing(Id<?> object) {
    Map<Id<Node>, String> said = whereabouts.refusing(object);
    plain.ifPresent(p -> said.putAll(p.refusing(object)));
    return said;
  }

  @Override
  public Map<Reported, Long> reported() {
    return reports.counts();
  }

  @Override
  public CompletableFuture<Map<Id<Node>, Counted>> counted(long cookie, Set<Id<Node>> nodes) {
    return Counts.of(cookie, nodes, sessions);
  }

  @Override
  public AutoCloseable watch(Runnable onChange) {
    watchers.add(onChange);
    return () -> watchers.remove(onChange);
  }

  /** Lets go of all nodes; their switches keep what they have. */
  @Override
  @Deactivate
  public void close() throws Exception {
    try {
      confirming.close();
      listening.close();
      databases.close();
      switches.close();
      threads.shutdown();
      loops.shutdownGracefully();
    } finally {
      FastThreadLocal.removeAll();
    }
  }

  private final class Arrivals implements Arrival.Host {
    @Override
    public void later(Runnable task) {
      Renderer.this.later(task);
    }

    @Override
    public Optional<String> whyNot(Id<Node> node, OvsdbConnection connection) {
      return Renderer.this.whyNot(node, connection);
    }

    @Override
    public void seen(NodeDatabase database, NodeSnapshot snapshot) {
      Renderer.this.seen(database, snapshot);
    }

    @Override
    public void left(Id<Node> node, NodeDatabase database, String why) {
      sessions.get(node).left(database, why);
    }
  }
}
