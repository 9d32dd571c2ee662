package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;

/** One step from what a switch has to what it is to have. */
public sealed interface FlowChange extends Change {

  /**
   * Adds the flow or replaces the one with its key. OFPFC_ADD in both cases: OVS then keeps packet
   * and byte counters and takes the new cookie, while OFPFC_MODIFY_STRICT would keep the old
   * cookie.
   */
  record Put(Flow flow) implements FlowChange {}

  /** Takes away the flow with exactly this key, whoever owns it; no error if there is none. */
  record Remove(FlowKey key) implements FlowChange {}

  /** Takes away this flow if it still has its cookie; no error if not. */
  record RemoveForeign(Installed.Foreign flow) implements FlowChange {}
}
