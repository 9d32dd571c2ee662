package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.admission.Admission;
import java.time.Duration;

/**
 * What one OVSDB listener and its peers may use.
 *
 * @param bounds on connections at a time; further ones are closed at once
 * @param maxMessageBytes longest JSON message accepted; a node with 10,000 ports sends about 5 MB
 * @param maxDepth deepest nesting of JSON arrays and objects accepted; real messages stay below 15
 * @param maxOutstanding requests of ours without an answer, per connection
 * @param requestTimeout after this a request fails, its effect unknown
 * @param introduction within this a peer must have said which node it is
 * @param inactivityProbe silence after which we send an echo; after twice that we close
 * @param maxRows monitored rows kept per connection
 * @param maxRowBytes approximate size of all monitored rows of a connection
 */
public record Limits(
    Admission.Bounds bounds,
    int maxMessageBytes,
    int maxDepth,
    int maxOutstanding,
    Duration requestTimeout,
    Duration introduction,
    Duration inactivityProbe,
    int maxRows,
    long maxRowBytes) {

  public Limits {
    if (maxMessageBytes < 2
        || maxDepth < 1
        || maxOutstanding < 1
        || maxRows < 1
        || maxRowBytes < 1
        || requestTimeout.isNegative()
        || requestTimeout.isZero()
        || introduction.isNegative()
        || introduction.isZero()
        || inactivityProbe.isNegative()
        || inactivityProbe.isZero()) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  /** Room for 4,000 nodes with thousands of ports each. */
  public static Limits defaults() {
    return new Limits(
        new Admission.Bounds(4_096, 512, 1_024, 64),
        8 << 20,
        32,
        64,
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        100_000,
        64L << 20);
  }
}
