package dev.heddle.pipeline;

import dev.heddle.pipeline.DesiredFlows.Snapshot;
import java.util.function.Function;

/** The flows that are wanted, by node, to be read. Safe for use by many threads. */
@FunctionalInterface
public interface WantedFlows {

  /** Calls {@code reader} on the newest revision while no other is made. */
  <R> R read(Function<Snapshot, R> reader);
}
