package dev.heddle.engine;

import dev.heddle.engine.FeatureFunctions.Function;
import dev.heddle.pipeline.DesiredFlow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a feature's function for one key, and the flows it gave last. */
final class Unit extends Computation implements Wisher {

  private static final Logger LOG = LoggerFactory.getLogger(Unit.class);
  final Function function;
  final Object key;
  final long cookie;
  private Wish[] wishes = Wish.NONE;
  private String failure;

  Unit(Function function, Object key, long cookie) {
    this.function = function;
    this.key = key;
    this.cookie = cookie;
  }

  UnitKey name() {
    return new UnitKey(function.feature().name(), function.name(), key);
  }

  @Override
  public Object key() {
    return key;
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
  public long cookie() {
    return cookie;
  }

  @Override
  public Wish[] wishes() {
    return wishes;
  }

  @Override
  public void wishes(Wish[] now) {
    wishes = now;
  }

  @Override
  void run(Reading reading) {
    List<DesiredFlow> now = List.of();
    if (!isDying()) {
      try {
        now = flowsNow(reading);
        failure = null;
      } catch (RuntimeException | Error e) { // an Error too: a refreshed bundle misses classes
        failure = e.toString(); // the last output stays: a fault must not open or cut anything
        LOG.warn("unit {} failed and keeps its last flows", this, e);
        return;
      }
    }
    if (!wants(now)) {
      reading.graph().flowsChanged(this, now);
    }
  }

  private boolean wants(List<DesiredFlow> flows) {
    boolean same = wishes.length == flows.size();
    for (int i = 0; same && i < wishes.length; i++) {
      same = wishes[i].is(flows.get(i));
    }
    return same;
  }

  private List<DesiredFlow> flowsNow(Reading reading) {
    List<DesiredFlow> out = new ArrayList<>(6);
    function.flows().flows(key, reading, flow -> out.add(function.feature().checked(flow)));
    return Board.distinct(out);
  }

  @Override
  boolean isStale(Reading reading) {
    try {
      return !wants(flowsNow(reading)) || failure != null;
    } catch (RuntimeException | Error e) {
      return failure == null;
    }
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
