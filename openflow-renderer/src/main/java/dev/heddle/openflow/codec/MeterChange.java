package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Meter;

/**
 * One step from the meters a switch has to those it is to have. Open vSwitch takes none of them in
 * a bundle: a meter comes before the flows that use it and goes after them, since flows that use it
 * go with it.
 */
public sealed interface MeterChange {

  /** Refused if there is one with its number. */
  record Add(Meter meter) implements MeterChange {}

  /** Replaces the one with its number; refused if there is none. */
  record Modify(Meter meter) implements MeterChange {}

  /** No error if there is none. */
  record Remove(long id) implements MeterChange {}
}
