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
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
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

  /** etc/dev.heddle.openflow.cfg: where nodes reach us. Port 0 takes a free one. */
  public @interface Configuration {
    String ovsdb_address();

    int ovsdb_port();

    String openflow_address();

    int openflow_port();
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
  private final Map<Long, NodeSession> owners = new HashMap<>();
  private final Map<Long, SwitchConnection> unclaimed = new HashMap<>();
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
        network,
        desired);
  }

  /** Listens on these addresses; a port of 0 takes a free one. */
  public Renderer(
      InetSocketAddress ovsdb, InetSocketAddress openflow, Network network, DesiredFlows desired) {
    this.network = network;
    this.desired = desired;
    lastBound = NodeSession.bound(network.list(Binding.KIND.name()));
    listening = desired.listen(r -> later(() -> sessions.values().forEach(s -> s.published(r))));
    threads.scheduleWithFixedDelay(
        () -> sessions.values().forEach(NodeSession::tick), 1, 1, TimeUnit.SECONDS);
    switches =
        SwitchListener.open(
            openflow,
            Optional.empty(),
            dev.heddle.openflow.channel.Limits.DEFAULT,
            c -> later(() -> connected(c)));
    databases =
        new OvsdbListener(
            loops,
            ovsdb,
            dev.heddle.openflow.ovsdb.Limits.defaults(),
            Optional.empty(),
            this::databaseConnected);
    confirming = desired.confirmedBy(this);
  }

  /** Where nodes' databases connect. */
  public int ovsdbPort() {
    return databases.localAddress().getPort();
  }

  private void later(Runnable task) {
    executor.execute(task);
  }

  private void databaseConnected(OvsdbConnection connection) {
    new Database(connection).open();
  }

  /** A switch has said who it is; whose it is, its node's database says. */
  private void connected(SwitchConnection connection) {
    long datapathId = connection.datapathId();
    NodeSession owner = owners.get(datapathId);
    if (owner != null) {
      owner.connected(connection);
    } else if (unclaimed.size() >= MOST_UNCLAIMED) {
      LOG.warn("{} is let go: too many switches wait for their databases", connection.peer());
      connection.close();
    } else {
      Optional.ofNullable(unclaimed.put(datapathId, connection)).ifPresent(SwitchConnection::close);
      connection.onClose(() -> later(() -> unclaimed.remove(datapathId, connection)));
    }
  }

  private void seen(NodeDatabase database, NodeSnapshot snapshot) {
    NodeSession session = sessions.computeIfAbsent(NodeSession.idOf(snapshot), this::session);
    session.seen(database, snapshot);
    OptionalLong id = snapshot.datapathId();
    owners
        .entrySet()
        .removeIf(e -> e.getValue() == session && !id.equals(OptionalLong.of(e.getKey())));
    id.ifPresent(
        datapath -> {
          owners.put(datapath, session);
          Optional.ofNullable(unclaimed.remove(datapath)).ifPresent(session::connected);
        });
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
      database.keep(Desired.of("tcp:" + connection.localHost() + ":" + switches.port()));
    }

    @Override
    public void seen(NodeSnapshot snapshot) {
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
