package dev.heddle.openflow.admission;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Names each refused peer in the log once for each reason, however often it tries again. What is
 * kept for that is bounded. Safe to call from any thread.
 */
public final class Refusals {

  public static final int MOST_ADDRESSES = 1_024;
  public static final int MOST_REASONS = 8;

  private final Consumer<String> log;
  private final Map<InetAddress, Set<String>> told = new HashMap<>();
  private long unnamed;

  public Refusals(Consumer<String> log) {
    this.log = log;
  }

  /** {@code why} begins with "it" or "its" and ends without a point. */
  public synchronized void tell(InetAddress peer, String why) {
    Set<String> reasons = told.get(peer);
    if (reasons == null && told.size() >= MOST_ADDRESSES) {
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
    Set<String> known = told.computeIfAbsent(peer, p -> new HashSet<>());
    if (known.size() < MOST_REASONS && known.add(why)) {
      log.accept(peer.getHostAddress() + " is refused: " + why);
    }
  }

  /** A peer at this address is in order now: the next refusal there is news. */
  public synchronized void forget(InetAddress peer) {
    told.remove(peer);
  }
}
