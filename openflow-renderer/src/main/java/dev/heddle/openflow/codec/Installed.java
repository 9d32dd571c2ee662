package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.Optional;

/** A flow as a switch reports it. */
public sealed interface Installed {

  /** A flow that a {@link Flow} says all about. */
  record Known(Flow flow) implements Installed {}

  /**
   * A flow that somebody else made, or that a later version of us made: it matches, does or carries
   * (a timeout, a flag) something outside our values. It can be shown and taken away.
   *
   * @param key the key, if its match at least is understood: a flow put there replaces this one
   * @param matchFields the OXM fields of its match as the switch reported them, in hexadecimal
   */
  record Foreign(int table, int priority, long cookie, Optional<FlowKey> key, String matchFields)
      implements Installed {

    @Override
    public String toString() {
      return Cookie.text(cookie)
          + " table="
          + table
          + " priority="
          + priority
          + " "
          + key.map(k -> k.match().toString()).orElse("oxm:" + matchFields)
          + " -> not understood";
    }
  }
}
