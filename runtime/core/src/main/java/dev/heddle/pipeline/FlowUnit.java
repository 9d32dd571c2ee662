package dev.heddle.pipeline;

import dev.heddle.model.View;

/** A pure function from one key, and what it reads, to flows. */
@FunctionalInterface
public interface FlowUnit<K> {

  void flows(K key, View view, FlowSink out);
}
