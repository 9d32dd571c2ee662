package dev.heddle.engine;

import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.FlowUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a feature's function for one key, and the flows it gave last. */
final class Unit extends Computation {

  private static final Logger LOG = LoggerFactory.getLogger(Unit.class);

  final UnitKey name;
  final long cookie;
  private final FeatureFunctions feature;
  private final FlowUnit<Object> function;
  private List<DesiredFlow> flows;
  private String failure;

  Unit(
      UnitKey name,
      long cookie,
      FeatureFunctions feature,
      FlowUnit<Object> function,
      List<DesiredFlow> flows) {
    this.name = name;
    this.cookie = cookie;
    this.feature = feature;
    this.function = function;
    this.flows = flows;
  }

  @Override
  int level() {
    return Levels.UNIT;
  }

  @Override
  void run(Reading reading) {
    List<DesiredFlow> before = flows;
    if (isDead()) {
      flows = List.of();
    } else {
      List<DesiredFlow> out = new ArrayList<>(4);
      try {
        function.flows(name.key(), reading, flow -> out.add(feature.checked(flow)));
        flows = List.copyOf(out);
        failure = null;
      } catch (RuntimeException e) {
        failure = e.toString(); // the last output stays: a fault must not open or cut anything
        LOG.warn("unit {} failed and keeps its last flows", name, e);
        return;
      }
    }
    if (!flows.equals(before)) {
      reading.graph().flowsChanged(this, before, flows);
    }
  }

  List<DesiredFlow> flows() {
    return flows;
  }

  /** Why the last call failed, if it did; its flows are then those of the call before. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }
}
