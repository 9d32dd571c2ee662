package dev.heddle.pipeline;

/** Where a unit puts its flows. */
@FunctionalInterface
public interface FlowSink {

  void add(DesiredFlow flow);
}
