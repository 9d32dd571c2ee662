package dev.heddle.openflow.codec;

/** What a switch tells unasked about a flow that somebody else has changed. */
public sealed interface FlowUpdate {

  /** It has this flow now; one with the same table, priority and match is replaced. */
  record Present(Installed flow) implements FlowUpdate {}

  /** It no longer has this flow; what it did is not told. */
  record Gone(Installed.Foreign flow) implements FlowUpdate {}
}
