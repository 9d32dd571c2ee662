package dev.heddle.fleet;

import dev.heddle.openflow.ovsdb.OvsdbValue;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.Text;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.json.JsonObjectDecoder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * One simulated node: a database, a switch, and what ovs-vswitchd does between the two. Confined to
 * its event loop, but for what says otherwise.
 */
final class FleetNode {

  /** As long as Open vSwitch waits at most when told to ask every second. */
  private static final long BACKOFF_MILLIS = 1_000;

  private static final int FIRST_PORT = 2;

  /** What concerns the whole fleet. */
  interface Watcher {
    /** The interface of this port has been told that it is installed. */
    void installed(String node, String port);

    /** Something arrived that a switch would not have understood. */
    void failed(String node, Throwable cause);
  }

  private final String name;
  private final long datapathId;
  private final InetSocketAddress own;
  private final InetSocketAddress manager;
  private final EventLoop loop;
  private final Watcher watcher;
  private final Rows rows = new Rows();
  private final Flows flows = new Flows();
  private final List<byte[]> tlvs = new ArrayList<>();
  private final List<String> plugged = new ArrayList<>();
  private final Set<String> told = new HashSet<>();
  private final LongAdder flowMods = new LongAdder();
  private final LongAdder switchBytes = new LongAdder();
  private final LongAdder databaseBytes = new LongAdder();
  private final LongAdder undone = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private Optional<Uuid> bridge = Optional.empty();
  private Optional<DatabaseSide> database = Optional.empty();
  private Optional<Channel> databaseChannel = Optional.empty();
  private Optional<Channel> switchChannel = Optional.empty();
  private boolean on;
  private boolean connecting;
  private int lastPort = FIRST_PORT;
  private volatile Faults faults = Faults.NONE;

  /**
   * @param number from 1; makes the datapath id, the address and the tunnel's address
   * @param manager where the controller listens for databases
   */
  FleetNode(int number, InetSocketAddress manager, EventLoop loop, Watcher watcher) {
    this.name = "n" + number;
    this.datapathId = 0x0002_0000_0000_0000L | number;
    // Each node has an address of its own, as in a network: all of 127/8 is this machine.
    this.own =
        new InetSocketAddress(String.format("127.1.%d.%d", number >> 8 & 0xff, number & 0xff), 0);
    this.manager = manager;
    this.loop = loop;
    this.watcher = watcher;
    Map<String, String> ids = new TreeMap<>();
    ids.put("system-id", name);
    ids.put("heddle-encap-ip", String.format("10.1.%d.%d", number >> 8 & 0xff, number & 0xff));
    rows.insert(
        "Open_vSwitch",
        Map.of("external_ids", OvsdbValue.map(ids), "ovs_version", OvsdbValue.text("3.5.0")));
  }

  String name() {
    return name;
  }

  long datapathId() {
    return datapathId;
  }

  EventLoop loop() {
    return loop;
  }

  /** Readable by any thread. */
  Faults faults() {
    return faults;
  }

  /** May be called from any thread. */
  void faults(Faults now) {
    faults = now;
  }

  /** Flow-mods that took effect; readable by any thread. */
  long flowMods() {
    return flowMods.sum();
  }

  /** Bytes the switch was sent; readable by any thread. */
  LongAdder switchBytes() {
    return switchBytes;
  }

  /** Bytes the database was sent; readable by any thread. */
  LongAdder databaseBytes() {
    return databaseBytes;
  }

  /** Messages read and not acted on while it hung; readable by any thread. */
  long undone() {
    return undone.sum();
  }

  /** OpenFlow connections made so far; readable by any thread. */
  long connections() {
    return connections.sum();
  }

  Flows flows() {
    return flows;
  }

  List<byte[]> tlvs() {
    return tlvs;
  }

  void tlv(byte[] mapping) {
    tlvs.add(mapping);
  }

  void apply(List<byte[]> changes) {
    changes.forEach(flows::apply);
    flowMods.add(changes.size());
  }

  void leftUndone() {
    undone.increment();
  }

  void failed(Throwable cause) {
    watcher.failed(name, cause);
  }

  /** The database connects; the switch does when the database says where to. */
  void boot() {
    on = true;
    connectDatabase();
  }

  /** Power off: connections end, flows are lost, the database stays on its disk. */
  void halt() {
    on = false;
    databaseChannel.ifPresent(Channel::close);
    switchChannel.ifPresent(Channel::close);
    flows.clear();
    tlvs.clear();
  }

  /** Both connections are cut; the node comes back by itself, with its flows. */
  void cut() {
    databaseChannel.ifPresent(Channel::close);
    switchChannel.ifPresent(Channel::close);
  }

  /** An interface with this iface-id. */
  void plug(List<String> ports) {
    plugged.addAll(ports);
    bridge.ifPresent(b -> add(b, ports));
    database.ifPresent(DatabaseSide::tellChanges);
  }

  void unplug(String port) {
    plugged.remove(port);
    told.remove(port);
    rows.named("Port", port)
        .ifPresent(row -> rows.remove("Bridge", bridge.orElseThrow(), "ports", row));
    rows.collect();
    database.ifPresent(DatabaseSide::tellChanges);
  }

  private void add(Uuid to, List<String> ports) {
    List<Atom> added = new ArrayList<>();
    for (String port : ports) {
      Uuid device =
          rows.insert(
              "Interface",
              Map.of(
                  "name", OvsdbValue.text(port),
                  "external_ids", OvsdbValue.map(Map.of("iface-id", port)),
                  "ofport", OvsdbValue.whole(lastPort++)));
      added.add(rows.insert("Port", Map.of("name", OvsdbValue.text(port), "interfaces", device)));
    }
    rows.add("Bridge", to, "ports", OvsdbValue.set(added));
  }

  /** What ovs-vswitchd does when its database has changed, and whoever plugged interfaces in. */
  void databaseChanged() {
    if (bridge.isEmpty()) {
      bridge = rows.named("Bridge", "br-int");
      bridge.ifPresent(this::made);
    }
    bridge.ifPresent(b -> connectSwitch());
    rows.table("Interface").values().forEach(this::readAnswer);
  }

  private void made(Uuid fresh) {
    rows.set("Bridge", fresh, "datapath_id", OvsdbValue.text(String.format("%016x", datapathId)));
    for (var device : List.copyOf(rows.table("Interface").entrySet())) {
      OvsdbValue request = device.getValue().get("ofport_request");
      rows.set(
          "Interface",
          device.getKey(),
          "ofport",
          request.elements().isEmpty() ? OvsdbValue.whole(0xfffe) : request);
    }
    add(fresh, plugged);
  }

  private void readAnswer(Map<String, OvsdbValue> device) {
    Map<Atom, Atom> ids = ((MapOf) device.get("external_ids")).entries();
    if (ids.containsKey(OvsdbValue.text("heddle-installed"))
        && ids.get(OvsdbValue.text("iface-id")) instanceof Text port
        && told.add(port.value())) {
      watcher.installed(name, port.value());
    }
  }

  private void connectDatabase() {
    Rows fresh = rows;
    DatabaseSide side = new DatabaseSide(this, fresh);
    connect(manager, new JsonObjectDecoder(16 << 20), side)
        .addListener(
            (ChannelFuture done) -> {
              if (done.isSuccess()) {
                databaseChannel = Optional.of(done.channel());
                database = Optional.of(side);
                done.channel()
                    .closeFuture()
                    .addListener(
                        closed -> {
                          database = Optional.empty();
                          databaseChannel = Optional.empty();
                          later(this::connectDatabase);
                        });
              } else {
                later(this::connectDatabase);
              }
            });
  }

  private void connectSwitch() {
    if (!on || connecting || switchChannel.isPresent()) {
      return;
    }
    Optional<InetSocketAddress> target =
        rows.table("Controller").values().stream()
            .map(row -> ((Text) row.get("target")).value())
            .map(t -> t.split(":"))
            .map(t -> new InetSocketAddress(t[1], Integer.parseInt(t[2])))
            .findFirst();
    if (target.isEmpty()) {
      return;
    }
    connecting = true;
    connect(
            target.get(),
            new LengthFieldBasedFrameDecoder(0xffff, 2, 2, -4, 0),
            new SwitchSide(this))
        .addListener(
            (ChannelFuture done) -> {
              connecting = false;
              if (done.isSuccess()) {
                connections.increment();
                switchChannel = Optional.of(done.channel());
                done.channel()
                    .closeFuture()
                    .addListener(
                        closed -> {
                          switchChannel = Optional.empty();
                          later(this::connectSwitch);
                        });
              } else {
                later(this::connectSwitch);
              }
            });
  }

  private void later(Runnable again) {
    if (on && !loop.isShuttingDown()) {
      loop.schedule(
          () -> {
            if (on) {
              again.run();
            }
          },
          BACKOFF_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  private ChannelFuture connect(
      InetSocketAddress to, ChannelHandler framing, ChannelHandler speaking) {
    return new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(framing, speaking);
              }
            })
        .connect(to, own);
  }
}
