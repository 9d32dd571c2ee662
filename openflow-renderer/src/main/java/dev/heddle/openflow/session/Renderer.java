package dev.heddle.openflow.session;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.openflow.ovsdb.OvsdbConnection;
import dev.heddle.openflow.ovsdb.OvsdbListener;
import dev.heddle.openflow.tls.CertificateFiles;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.openflow.tls.TlsGate;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
  private final Map<Id<Node>, Long> datapaths = new HashMap<>();
  private final Map<Long, Set<NodeSession>> owners = new HashMap<>();
  private final Map<Claim, SwitchConnection> unclaimed = new HashMap<>();
  private final Optional<TlsGate> gate;
  private final Map<Id<Node>, Set<Id<LogicalPort>>> lastBound;
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
    lastBound = NodeSession.bound(network.list(Binding.KIND.name()));
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

  private static Optional<TlsGate> gate(Configuration c) {
    return switch (c.tls()) {
      case "on" ->
          Optional.of(
              new TlsGate(
                  new CertificateFiles(
                      Path.of(c.tls_key()),
                      Path.of(c.tls_certificate()),
                      Path.of(c.tls_authorities()))));
      case "off" -> {
        LOG.warn("TLS is off: whoever reaches the ports can be any node, and read what nodes get");
        yield Optional.empty();
      }
      default ->
          throw new IllegalArgumentException("tls must be \"on\" or \"off\", not " + c.tls());
    };
  }

  /** Where nodes' databases connect. */
  public int ovsdbPort() {
    return databases.localAddress().getPort();
  }

  /** Each second, by way of {@link #later}: a clock forgets a task that throws. */
  private void tick() {
    sessions.values().forEach(NodeSession::tick);
    gate.ifPresent(TlsGate::refresh);
  }

  private void later(Runnable task) {
    executor.execute(task);
  }

  private void published(DesiredFlows.Revision revision) {
    sessions.values().forEach(s -> s.heard(revision));
    later(() -> sessions.values().forEach(s -> s.published(revision)));
  }

  private void databaseConnected(OvsdbConnection connection) {
    new Database(connection).open();
  }

  /** A switch has said who it is; whose it is, its node's database says. */
  private void connected(SwitchConnection connection) {
    long datapathId = connection.datapathId();
    Set<NodeSession> claimants = owners.getOrDefault(datapathId, Set.of());
    Optional<NodeSession> owner =
        claimants.stream().filter(s -> connection.identity().mayBe(s.id().name())).findFirst();
    if (owner.isPresent()) {
      hand(connection, owner.get());
    } else if (!claimants.isEmpty()) {
      turnAway(connection, claimants.iterator().next().id());
    } else if (unclaimed.size() >= MOST_UNCLAIMED) {
      LOG.warn("{} is let go: too many switches wait for their databases", connection.peer());
      connection.close();
    } else {
      Claim claim = new Claim(datapathId, connection.identity());
      Optional.ofNullable(unclaimed.put(claim, connection)).ifPresent(SwitchConnection::close);
      connection.onClose(() -> later(() -> unclaimed.remove(claim, connection)));
    }
  }

  private void hand(SwitchConnection connection, NodeSession owner) {
    gate.ifPresent(g -> g.accepted(connection.address()));
    LOG.info("node {}: its switch connected from {}", owner.id().name(), connection.peer());
    owner.connected(connection);
  }

  private void turnAway(SwitchConnection connection, Id<Node> owner) {
    gate.ifPresent(
        g ->
            g.refuse(
                connection.address(),
                String.format(
                    "its certificate is for %s, and its switch says it is %016x, which is %s's",
                    connection.identity(), connection.datapathId(), owner.name())));
    connection.close();
  }

  private void seen(NodeDatabase database, NodeSnapshot snapshot) {
    NodeSession session = sessions.computeIfAbsent(NodeSession.idOf(snapshot), this::session);
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
          owners.computeIfAbsent(id, d -> new LinkedHashSet<>()).add(session);
          claim(id, session);
        });
  }

  /** The switches that waited for a database to say whose they are. */
  private void claim(long datapathId, NodeSession session) {
    for (Claim claim : List.copyOf(unclaimed.keySet())) {
      if (claim.datapathId() == datapathId) {
        SwitchConnection connection = unclaimed.remove(claim);
        if (claim.identity().mayBe(session.id().name())) {
          hand(connection, session);
        } else {
          turnAway(connection, session.id());
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
        new Serial(threads),
        () -> watchers.forEach(Runnable::run));
  }

  @Override
  public Map<Id<Node>, NodeState> nodes() {
    return sessions.values().stream()
        .collect(Collectors.toMap(NodeSession::id, NodeSession::state));
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
    confirming.close();
    listening.close();
    databases.close();
    switches.close();
    threads.shutdown();
    loops.shutdownGracefully();
  }

  /** A switch of which no database has spoken: two with one id keep apart by who they are. */
  private record Claim(long datapathId, Identity identity) {}

  /** One connected database, until it says which node it is, and after. */
  private final class Database implements NodeDatabase.Listener {
    private final OvsdbConnection connection;
    private NodeDatabase database;
    private Id<Node> node;

    Database(OvsdbConnection connection) {
      this.connection = connection;
    }

    void open() {
      database = NodeDatabase.open(connection, this);
      String protocol = gate.isPresent() ? "ssl:" : "tcp:";
      database.keep(Desired.of(protocol + connection.localHost() + ":" + switches.port()));
    }

    @Override
    public void seen(NodeSnapshot snapshot) {
      if (!connection.identity().mayBe(snapshot.name())) {
        String why =
            "its certificate is for "
                + connection.identity()
                + ", and it calls itself "
                + snapshot.name();
        gate.ifPresent(g -> g.refuse(connection.peer(), why));
        connection.close(why); // at once, on the connection's own thread: nothing is written to it
        return;
      }
      gate.ifPresent(g -> g.accepted(connection.peer()));
      later(
          () -> {
            node = NodeSession.idOf(snapshot);
            Renderer.this.seen(database, snapshot);
          });
    }

    @Override
    public void refused(String why) {
      // NodeDatabase has said so in the log; there is no object yet to say it on.
    }

    @Override
    public void left(String why) {
      later(
          () ->
              Optional.ofNullable(sessions.get(node == null ? Node.KIND.id("?") : node))
                  .ifPresent(s -> s.left(database, why)));
    }
  }
}
