package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.acl.AccessControl;
import dev.heddle.engine.Controller;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.openflow.session.Frames;
import dev.heddle.openflow.session.Rig;
import dev.heddle.pipeline.Feature;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One real Open vSwitch with its own connection tracker, driven by the real renderer; all ports are
 * on it. It stays from one story to the next: rules go, connections are forgotten.
 *
 * <p>Packets really go in, and what comes out of every port is read. Behind each goes an ARP reply
 * for each port, which no rule is about: when that has come out, nothing from before it will.
 * Stateful SCTP is left out, for the tracker of the userspace datapath keeps no SCTP ports.
 */
final class RealSwitch implements AutoCloseable {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  /** Bytes of UDP in a first fragment, its header among them. */
  private static final int FIRST = 1208;

  private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());
  private final Map<String, Frames> frames = new HashMap<>();
  private int markers;

  RealSwitch() {
    this(new AccessControl());
  }

  /**
   * @param acl acl, or what takes its place
   */
  RealSwitch(Feature acl) {
    rig.controller.add(acl);
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    rig.apply(Rig.network("s"));
    for (String port : PolicyTrial.PORTS) {
      Document document = Rig.port(port, "s", PolicyTrial.number(port));
      var spec = document.spec();
      spec.withArray("addresses").add("fd00::" + PolicyTrial.number(port));
      rig.apply(new Document(document.kind(), port, Map.of(), spec));
      ovs.addPort("br-int", port, port);
    }
    for (String port : PolicyTrial.PORTS) {
      rig.awaitRealized("LogicalPort", port);
      frames.put(port, Frames.outOf(ovs, port));
    }
  }

  RealOvs ovs() {
    return ovs;
  }

  Controller controller() {
    return rig.controller;
  }

  World begin() {
    ovs.appctl("dpctl/flush-conntrack");
    return new Story();
  }

  /** One story; what it has put goes with it. */
  private final class Story implements World {

    private final Map<String, Change> undo = new TreeMap<>();

    /** Put, but not confirmed yet. */
    private boolean due = true;

    /** What the cache holds is of another story. */
    private boolean stale = true;

    @Override
    public void put(Document document) {
      rig.apply(document);
      undo.put(
          document.kind() + "/" + document.name(),
          new Change.Remove(document.kind(), document.name(), true));
      due = true;
    }

    @Override
    public void remove(String kind, String name) {
      rig.delete(kind, name);
      undo.remove(kind + "/" + name);
      due = true;
    }

    @Override
    public boolean takesEquals() {
      return true;
    }

    @Override
    public boolean speaks(Datagram datagram) {
      return datagram.protocol() == Datagram.UDP || datagram.protocol() == Datagram.TCP;
    }

    @Override
    public void send(Step.Send send, boolean arrives, Told told) {
      if (due) {
        confirmed();
        ovs.appctl(stale ? "revalidator/purge" : "revalidator/wait");
        due = false;
        stale = false;
      }
      Datagram d = send.datagram();
      ovs.appctl("netdev-dummy/receive", send.from(), flow(send));
      Map<String, List<String>> seen = new TreeMap<>();
      for (String port : PolicyTrial.PORTS) {
        if (!port.equals(send.from())) {
          List<String> came = untilMarked(send.from(), port);
          if (!came.isEmpty()) {
            seen.put(port, came);
          }
        }
      }
      assertThat(seen.keySet())
          .as(() -> send + " on a real switch, whose caches say\n" + caches())
          .containsExactlyElementsOf(arrives ? List.of(send.to()) : List.of());
      assertThat(seen.values()).allMatch(came -> came.size() == 1 && isOf(came.get(0), d));
      told(send, told);
    }

    /** The controller refuses: what it says comes when it comes, and once. */
    private void told(Step.Send send, Told told) {
      Frames own = frames.get(send.from());
      List<String> refusals = refusals(send, own.fresh());
      if (told == Told.YES) {
        long deadline = System.nanoTime() + PATIENCE;
        while (refusals.isEmpty()) {
          assertThat(System.nanoTime())
              .as(() -> "a refusal of " + send + ", caches:\n" + caches())
              .isLessThan(deadline);
          Thread.onSpinWait();
          refusals = refusals(send, own.fresh());
        }
      } else if (told == Told.NO) {
        assertThat(refusals).as(() -> "refusals of " + send).isEmpty();
      }
    }

    private String caches() {
      return ovs.appctl("dpctl/dump-flows") + ovs.appctl("dpctl/dump-conntrack");
    }

    @Override
    public void close() {
      rig.controller.transact(Writer.USER, List.copyOf(undo.values())).join();
    }
  }

  /** Returns when all that is wanted is in the switch. */
  void confirmed() {
    long revision = rig.controller.inspection().work().revision();
    rig.await("revision " + revision, () -> rig.node("n1").installed() >= revision);
  }

  /** What came out of {@code to} up to a frame that is sent now. */
  private List<String> untilMarked(String from, String to) {
    String end = String.format("%08x", ++markers) + "00".repeat(14);
    String arp = "0806" + "0001080006040002" + mac(from) + "0a00000" + PolicyTrial.number(from);
    String marker = arp + mac(to) + "0a00000" + PolicyTrial.number(to) + end;
    ovs.appctl("netdev-dummy/receive", from, mac(to) + mac(from) + marker);
    List<String> came = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE;
    while (came.isEmpty() || !came.get(came.size() - 1).endsWith(marker)) {
      assertThat(System.nanoTime())
          .as("a marker from %s to %s after %s", from, to, came)
          .isLessThan(deadline);
      came.addAll(frames.get(to).fresh());
      Thread.onSpinWait();
    }
    came.remove(came.size() - 1);
    return came;
  }

  /** Those of {@code frames} by which the sender is told, of TCP by a reset, else by ICMP. */
  private static List<String> refusals(Step.Send send, List<String> frames) {
    Datagram d = send.datagram();
    int header = d.v6() ? 2 * (14 + 40) : 2 * (14 + 20);
    String reset = String.format("%04x%04x", d.to(), d.from());
    String unreachable = d.v6() ? "0101" : "030d";
    return frames.stream()
        .filter(f -> f.startsWith(mac(send.from()) + mac(send.to())))
        .filter(f -> !f.startsWith("0806", 24))
        .filter(f -> f.startsWith(d.protocol() == Datagram.TCP ? reset : unreachable, header))
        .toList();
  }

  private static boolean isOf(String frame, Datagram d) {
    int l4 = d.v6() ? 2 * (14 + 40) : 2 * (14 + 20);
    return frame.startsWith(d.v6() ? "86dd" : "0800", 24)
        && frame.startsWith(String.format("%04x%04x", d.from(), d.to()), l4);
  }

  /** As ovs-dpctl(8) writes a packet: the switch fills in lengths and checksums. */
  static String flow(Step.Send send) {
    Datagram d = send.datagram();
    String ports = "(src=" + d.from() + ",dst=" + d.to() + ")";
    String ends = "src=" + d.source() + ",dst=" + d.destination();
    return "in_port(1),eth(src="
        + colons(send.from())
        + ",dst="
        + colons(send.to())
        + "),"
        + (d.v6()
                ? "eth_type(0x86dd),ipv6(" + ends + ",label=0,proto=%d,tclass=0,hlimit=64,frag=no),"
                : "eth_type(0x0800),ipv4(" + ends + ",proto=%d,tos=0,ttl=64,frag=no),")
            .formatted(d.protocol())
        // Of TCP the middle of a connection, which the tracker takes for a beginning, too.
        + (d.protocol() == Datagram.TCP ? "tcp" + ports + ",tcp_flags(ack)" : "udp" + ports);
  }

  /**
   * Sends the fragments of one datagram of IPv4 and UDP.
   *
   * @param which 0 is the first, which shows the ports, 1 the last
   * @return how many came out at {@code to}
   */
  int fragments(String from, String to, int port, int id, int... which) {
    for (int one : which) {
      // The tracker takes no fragment below 1,200 bytes but a last one.
      String udp = String.format("03e8%04x%04x0000", port, FIRST + 16) + "11".repeat(FIRST - 8);
      String part = one == 0 ? udp : "22".repeat(16);
      String header =
          String.format(
              "4500%04x%04x%04x4011", 20 + part.length() / 2, id, one == 0 ? 0x2000 : FIRST / 8);
      String ends = "0a00000" + PolicyTrial.number(from) + "0a00000" + PolicyTrial.number(to);
      String ip = header + String.format("%04x", checksum(header + ends)) + ends;
      ovs.appctl("netdev-dummy/receive", from, mac(to) + mac(from) + "0800" + ip + part);
    }
    return untilMarked(from, to).size();
  }

  /** Of a header in hexadecimal whose own checksum is left out (RFC 1071). */
  private static int checksum(String header) {
    int sum = 0;
    for (int at = 0; at < header.length(); at += 4) {
      sum += Integer.parseInt(header.substring(at, at + 4), 16);
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return ~(sum + (sum >> 16)) & 0xffff;
  }

  private static String mac(String port) {
    return "0a000000000" + PolicyTrial.number(port);
  }

  private static String colons(String port) {
    return "0a:00:00:00:00:0" + PolicyTrial.number(port);
  }

  @Override
  public void close() {
    rig.close();
    ovs.close();
  }
}
