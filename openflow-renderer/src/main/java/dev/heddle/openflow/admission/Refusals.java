package dev.heddle.openflow.admission;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Names each refused peer in the log once for each reason in an hour, however often it tries again.
 * What is kept for that is bounded. Safe to call from any thread.
 */
public final class Refusals {

  public static final int MOST_ADDRESSES = 1_024;
  public static final int MOST_REASONS = Told.MOST;

  private final Consumer<String> log;
  private final LongSupplier nanos;
  private final Map<InetAddress, Told> told = new HashMap<>();
  private long unnamed;

  public Refusals(Consumer<String> log) {
    this(log, System::nanoTime);
  }

  Refusals(Consumer<String> log, LongSupplier nanos) {
    this.log = log;
    this.nanos = nanos;
  }

  /** {@code why} begins with "it" or "its" and ends without a point. */
  public void tell(InetAddress peer, String why) {
    note(peer, "is refused: " + why);
  }

  /** Something else about a peer, within the same bounds; {@code what} follows its address. */
  public synchronized void note(InetAddress peer, String what) {
    if (!told.containsKey(peer) && told.size() >= MOST_ADDRESSES) {
      told.values().removeIf(Told::isOver);
    }
    if (!told.containsKey(peer) && told.size() >= MOST_ADDRESSES) {
      unnamed++;
      if (Long.bitCount(unnamed) == 1) {
        log.accept(
            unnamed
                + " connections of further peers were refused; "
                + MOST_ADDRESSES
                + " addresses are named above, these not");
      }
      return;
    }
    if (told.computeIfAbsent(peer, p -> new Told(nanos)).isNews(what)) {
      log.accept(peer.getHostAddress() + " " + what);
    }
  }

  /** A peer at this address is in order now: the next refusal there is news. */
  public synchronized void forget(InetAddress peer) {
    told.remove(peer);
  }
}
