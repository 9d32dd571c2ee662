package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.Change;
import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.MeterChange;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PacketOut;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.pipeline.Confirmations.Counted;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Meter;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One switch that has said hello. Safe to call from any thread. A request that the switch does not
 * answer in time fails, and the connection is closed with it, because what the switch then has is
 * not known; a request after that fails at once. Failures are {@link SwitchFailure}s.
 */
public interface SwitchConnection extends AutoCloseable {

  /** The 64 bits by which the switch names itself. */
  long datapathId();

  /** Where it connects from, for people. */
  String peer();

  /** The other end, to name it if it is refused. */
  InetSocketAddress address();

  /** Who the switch has proved to be. */
  Identity identity();

  /**
   * Becomes the one controller that may change the switch; another one that was so before is told
   * no from then on. Fails if somebody has claimed a later generation. From then on flows see the
   * ports of a first fragment.
   */
  CompletableFuture<Void> claim(long generation);

  /**
   * Makes sure that the switch knows the Geneve option. Changes nothing if it does; fails if option
   * or field are in use for something else, since changing that would break somebody's flows.
   */
  CompletableFuture<Void> ensureTlvMap(TlvMapping mapping);

  /**
   * The flows of all tables whose cookies are {@code cookie} in the bits of {@code cookieMask}, in
   * no order; all flows if that is 0.
   */
  CompletableFuture<List<Installed>> dump(long cookie, long cookieMask);

  /** All flows of all tables, in no order. */
  default CompletableFuture<List<Installed>> dump() {
    return dump(0, 0);
  }

  /**
   * Hears from now on of each change of flows that is not this connection's own, in the order in
   * which the switch makes them, between the answers to requests. To be called once.
   *
   * @param heard runs on the connection's own thread
   * @return true if so, false if the switch cannot do it (Open vSwitch before 3.0)
   */
  CompletableFuture<Boolean> monitor(Consumer<List<FlowUpdate>> heard);

  /**
   * What there is of one kind.
   *
   * @param known in no order
   * @param foreign numbers of those that hold something outside our values
   */
  record Numbered<T>(List<T> known, List<Long> foreign) {}

  /** What the flows with exactly this cookie have counted together. */
  CompletableFuture<Counted> counted(long cookie);

  /** All groups. */
  CompletableFuture<Numbered<Group>> dumpGroups();

  /** All meters. */
  CompletableFuture<Numbered<Meter>> dumpMeters();

  /**
   * Applies all changes in order and at once, or none. Commits of one connection run one after the
   * other. If the connection is lost meanwhile it is not known which it was: dump and compare.
   */
  CompletableFuture<BundleOutcome> commit(List<? extends Change> changes);

  /**
   * Changes meters, in order; no bundle of Open vSwitch takes them, so each stands alone: those
   * that are not refused are in force. Completes when the switch has done them all.
   *
   * @return {@link BundleOutcome.Rejected} if some were refused, by their index in the list
   */
  CompletableFuture<BundleOutcome> changeMeters(List<? extends MeterChange> changes);

  /**
   * All ports as they are. From now on {@code changed} hears of each change, before or after the
   * answer as it happens; to be called once. It runs on the channel's thread.
   */
  CompletableFuture<List<PhysicalPort>> ports(Consumer<PhysicalPort> changed);

  /**
   * From now on {@code receiver} gets the packets that flows send here; one of an earlier call gets
   * none any more. Runs on the channel's thread: must be quick and must not wait.
   */
  void onPacketIn(Consumer<PacketIn> receiver);

  /**
   * Has the switch run actions on a packet. An error about it is logged.
   *
   * @throws IllegalArgumentException if it is longer than a message
   */
  void send(PacketOut packet);

  /** The switch forgets every connection it tracks in these zones. */
  CompletableFuture<Void> emptyZones(Collection<Integer> zones);

  /** Completes when the switch has done all that was asked of it before. */
  CompletableFuture<Void> barrier();

  /** Flow-mods written to this connection since it began. */
  long flowModsSent();

  boolean isOpen();

  /** Why the connection ended, as a sentence; empty while it is open. */
  String whyClosed();

  /** Runs {@code r} once when the connection is gone, at once if it already is. */
  void onClose(Runnable r);

  @Override
  void close();
}
