package dev.heddle.engine;

import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.FlowKey;

/** One unit's wish for a key, and the next of those that others have for the same key. */
final class Wish {

  final long cookie;
  final DesiredFlow flow;
  Wish next;

  /** Its place among those of its scope. */
  int place;

  Wish(long cookie, DesiredFlow flow) {
    this.cookie = cookie;
    this.flow = flow;
  }

  FlowKey key() {
    return flow.key();
  }

  boolean is(long otherCookie, DesiredFlow otherFlow) {
    return cookie == otherCookie && flow.equals(otherFlow);
  }
}
