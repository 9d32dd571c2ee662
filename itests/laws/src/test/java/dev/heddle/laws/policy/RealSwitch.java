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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Fragments are held back for 15 s; then they come out with any other packet (lib/ipf.c). */
  private static final long YOUNG = TimeUnit.SECONDS.toNanos(10);

  /** Milliseconds after which they are dropped instead. */
  private static final String AGES = "40000";

  private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());
  private final Map<String, Frames> frames = new HashMap<>();
  private int markers;
  private int datagrams;

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

    /** Whose senders may be told of a refusal, at any time, or not. */
    private final List<Step.Packet> open = new ArrayList<>();

    /** Of TCP, in both directions: a reset has ended them, or may have. */
    private final Set<Datagram> ended = new HashSet<>();

    /** When the first fragments of this story were sent, zero if none were. */
    private long fragmentsSince;

    @Override
    public void put(Document document) {
      rig.apply(document);
      undo.put(
          document.kind() + "/" + document.name(),
          document.kind().equals("LogicalSwitch")
              ? new Change.Put(Rig.network(document.name()))
              : new Change.Remove(document.kind(), document.name(), true));
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

    /**
     * Fragments that are held back must not grow old while the story lasts. What a reset has ended
     * is to the tracker another connection than to the oracle.
     */
    @Override
    public boolean speaks(Step.Packet packet) {
      int protocol = packet.datagram().protocol();
      return protocol != Datagram.SCTP
          && !ended.contains(packet.datagram())
          && (!(packet instanceof Step.Unreachable e) || e.quoted().protocol() != Datagram.SCTP)
          && (fragmentsSince == 0 || System.nanoTime() - fragmentsSince < YOUNG);
    }

    @Override
    public void send(Step.Packet packet, Set<Integer> arrive, Told told) {
      if (due) {
        confirmed();
        ovs.appctl(stale ? "revalidator/purge" : "revalidator/wait");
        due = false;
        stale = false;
      }
      if (packet instanceof Step.Fragments && fragmentsSince == 0) {
        fragmentsSince = System.nanoTime();
      }
      List<String> sent = Encoded.frames(packet, ++datagrams & 0xffff);
      sent.forEach(frame -> ovs.appctl("netdev-dummy/receive", packet.from(), frame));
      Map<String, List<String>> seen = new TreeMap<>();
      for (String port : PolicyTrial.PORTS) {
        if (!port.equals(packet.from())) {
          List<String> came = untilMarked(packet.from(), port);
          open.stream()
              .filter(p -> p.from().equals(port))
              .forEach(p -> came.removeAll(refusals(p, came)));
          if (!came.isEmpty()) {
            seen.put(port, came);
          }
        }
      }
      List<String> wanted =
          arrive.stream().map(p -> sent.get(packet.pieces().indexOf(p))).sorted().toList();
      seen.replaceAll((port, came) -> came.stream().sorted().toList());
      assertThat(seen)
          .as(() -> packet + " on a real switch, whose caches say\n" + caches())
          .isEqualTo(wanted.isEmpty() ? Map.of() : Map.of(packet.to(), wanted));
      told(packet, told);
    }

    /** The controller refuses: what it says comes when it comes, and once. */
    private void told(Step.Packet send, Told told) {
      if (told != Told.NO && send.datagram().protocol() == Datagram.TCP) {
        ended.addAll(List.of(send.datagram(), send.datagram().answer()));
      }
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
      } else {
        open.add(send);
      }
    }

    private String caches() {
      return ovs.appctl("dpctl/dump-flows") + ovs.appctl("dpctl/dump-conntrack");
    }

    @Override
    public void close() {
      rig.controller.transact(Writer.USER, List.copyOf(undo.values())).join();
      if (fragmentsSince != 0) {
        ovs.appctl("time/warp", AGES); // what is held back must not come out in another story
      }
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
    String arp =
        "0806" + "0001080006040002" + Encoded.mac(from) + "0a00000" + PolicyTrial.number(from);
    String marker = arp + Encoded.mac(to) + "0a00000" + PolicyTrial.number(to) + end;
    ovs.appctl("netdev-dummy/receive", from, Encoded.mac(to) + Encoded.mac(from) + marker);
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
  private static List<String> refusals(Step.Packet send, List<String> frames) {
    Datagram d = send.datagram();
    int header = d.v6() ? 2 * (14 + 40) : 2 * (14 + 20);
    String reset = String.format("%04x%04x", d.to(), d.from());
    String unreachable = d.v6() ? "0101" : "030d";
    return frames.stream()
        .filter(f -> f.startsWith(Encoded.mac(send.from()) + Encoded.mac(send.to())))
        .filter(f -> !f.startsWith("0806", 24))
        .filter(f -> f.startsWith(d.protocol() == Datagram.TCP ? reset : unreachable, header))
        .toList();
  }

  @Override
  public void close() {
    rig.close();
    ovs.close();
  }
}
