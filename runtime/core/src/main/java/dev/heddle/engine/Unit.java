package dev.heddle.engine;

import dev.heddle.engine.FeatureFunctions.Function;
import dev.heddle.pipeline.DesiredFlow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a feature's function for one key, and the flows it gave last. */
final class Unit extends Computation {

  private static final Logger LOG = LoggerFactory.getLogger(Unit.class);
  private static final DesiredFlow[] NONE = {};

  final Function function;
  final Object key;
  final long cookie;
  private DesiredFlow[] flows;
  private String failure;

  Unit(Function function, Object key, long cookie, List<DesiredFlow> flows) {
    this.function = function;
    this.key = key;
    this.cookie = cookie;
    this.flows = flows.toArray(NONE);
  }

  UnitKey name() {
    return new UnitKey(function.feature().name(), function.name(), key);
  }

  @Override
  int level() {
    return Levels.UNIT;
  }

  @Override
  boolean isForgettable() {
    return false;
  }

  @Override
  void run(Reading reading) {
    DesiredFlow[] before = flows;
    if (isDying()) {
      flows = NONE;
    } else {
      try {
        flows = flowsNow(reading);
        failure = null;
      } catch (RuntimeException | Error e) { // an Error too: a refreshed bundle misses classes
        failure = e.toString(); // the last output stays: a fault must not open or cut anything
        LOG.warn("unit {} failed and keeps its last flows", this, e);
        return;
      }
    }
    if (!Arrays.equals(flows, before)) {
      reading.graph().flowsChanged(this, Arrays.asList(before), Arrays.asList(flows));
    }
  }

  private DesiredFlow[] flowsNow(Reading reading) {
    List<DesiredFlow> out = new ArrayList<>(6);
    function.flows().flows(key, reading, flow -> out.add(function.feature().checked(flow)));
    return out.isEmpty() ? NONE : out.toArray(NONE);
  }

  @Override
  boolean isStale(Reading reading) {
    try {
      return !Arrays.equals(flowsNow(reading), flows) || failure != null;
    } catch (RuntimeException | Error e) {
      return failure == null;
    }
  }

  List<DesiredFlow> flows() {
    return Collections.unmodifiableList(Arrays.asList(flows));
  }

  /** Why the last call failed, if it did; its flows are then those of the call before. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public String toString() {
    return name().toString();
  }
}
