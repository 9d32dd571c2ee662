package dev.heddle.openflow.admission;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What has been said about one peer lately, so that it is not said again at each try. A peer
 * chooses how often it does what is said of it, and often the words too: both are bounded here. Not
 * thread-safe.
 */
public final class Told {

  /** After so long the same is news again. */
  public static final Duration PERIOD = Duration.ofHours(1);

  public static final int MOST = 8;

  private final LongSupplier nanos;
  private final Set<String> said = new HashSet<>();
  private long began;

  public Told() {
    this(System::nanoTime);
  }

  Told(LongSupplier nanos) {
    this.nanos = nanos;
    began = nanos.getAsLong();
  }

  /** True if the sentence is to be said; at most {@link #MOST} are in a {@link #PERIOD}. */
  public boolean isNews(String sentence) {
    if (isOver()) {
      said.clear();
      began = nanos.getAsLong();
    }
    return said.size() < MOST && said.add(sentence);
  }

  /** Whether nothing that was said counts any more. */
  boolean isOver() {
    return nanos.getAsLong() - began > PERIOD.toNanos();
  }
}
