package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.openflow.tls.Identity;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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
   * Makes sure that the switch knows the Geneve option. Changes nothing if it does; fails if option
   * or field are in use for something else, since changing that would break somebody's flows.
   */
  CompletableFuture<Void> ensureTlvMap(TlvMapping mapping);

  /** All flows of all tables, in no order. */
  CompletableFuture<List<Installed>> dump();

  /**
   * Applies all changes in order and at once, or none. Commits of one connection run one after the
   * other. If the connection is lost meanwhile it is not known which it was: dump and compare.
   */
  CompletableFuture<BundleOutcome> commit(List<FlowChange> changes);

  /** Completes when the switch has done all that was asked of it before. */
  CompletableFuture<Void> barrier();

  /** Flow-mods written to this connection since it began. */
  long flowModsSent();

  boolean isOpen();

  /** Runs {@code r} once when the connection is gone, at once if it already is. */
  void onClose(Runnable r);

  @Override
  void close();
}
