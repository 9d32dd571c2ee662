package dev.heddle.openflow.codec;

/** What a bundle may contain: it takes effect together and in order, or not at all. */
public sealed interface Change permits FlowChange, GroupChange {}
