package dev.heddle.pipeline;

import dev.heddle.model.Id;
import dev.heddle.model.Network;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks into the pipeline for people: consoles and REST. Safe for use by many threads. */
public interface Inspection {

  /**
   * A stage in use.
   *
   * @param held its feature is away and its flows stay
   * @param beside it has no joint: only flows that name it lead there
   * @param flows how many it holds over all scopes, its joint's and its last flow included
   */
  record StageState(
      String name,
      int table,
      String feature,
      boolean held,
      boolean mandatory,
      boolean beside,
      long flows) {}

  /** The bundle a feature came from; both are empty where that is not known. */
  record Origin(String bundle, String version) {

    /** {@code dev.heddle.l2-switching 0.1.0}. */
    @Override
    public String toString() {
      return bundle.isEmpty() ? "" : (bundle + " " + version).strip();
    }
  }

  /**
   * A feature that owns flows.
   *
   * @param number in its cookies
   * @param held it is away and its flows stay
   * @param origin of a feature that is away, the last it had since the controller started
   * @param stages that it fills, in packet order
   */
  record FeatureState(String name, int number, boolean held, Origin origin, List<String> stages) {}

  /**
   * Why a flow exists.
   *
   * @param unit feature, function and key
   * @param origin of its feature
   * @param objects the objects its flows exist for
   * @param reads what the unit read
   * @param flows what it gave
   * @param failure why its last call failed; its flows are then those of the call before
   */
  record Why(
      String unit,
      boolean held,
      Origin origin,
      List<Id<?>> objects,
      List<String> reads,
      List<DesiredFlow> flows,
      String failure) {}

  /**
   * Counters of the engine since its start.
   *
   * @param runs how many computations have run: facts, index sources, units
   * @param unitRuns how many of them were units
   */
  record Work(long revision, long units, long flows, long runs, long unitRuns, long conflicts) {}

  /**
   * What auditing has found since the start.
   *
   * @param checked how many functions were called again
   * @param differences how many of them gave something else, and were repaired
   * @param found the newest hundred of those, by name
   */
  record Audited(long checked, long differences, List<String> found) {}

  /**
   * One step of the computation.
   *
   * @param reads what it read, empty for an object or a bucket
   * @param readers who read it: facts, index sources, units
   */
  record Reads(String name, List<String> reads, List<String> readers) {}

  /** In table order. */
  List<StageState> stages();

  /** By name. */
  List<FeatureState> features();

  /** The units whose flows carry this cookie: one, save for a collision of hashes. */
  default List<Why> why(long cookie) {
    return why(Set.of(cookie)).getOrDefault(cookie, List.of());
  }

  /** The same for several cookies in one look; a cookie that no unit has is left out. */
  Map<Long, List<Why>> why(Set<Long> cookies);

  /** The cookies of the flows of an object's own units, by unit, of features that are here. */
  Map<String, Long> cookies(Id<?> object);

  Work work();

  /** Units, and indexes for one object, whose last call failed, with the reason. */
  Map<String, String> failures();

  /** Audits that many units and index sources now, none for 0, and tells all that was found. */
  Audited audit(int count);

  /** A unit, fact, bucket or object by the name that {@link #why} or this call tells. */
  Optional<Reads> reads(String name);

  /** Removes a feature that is away, with its flows and stages. Empty if done, else why not. */
  Optional<String> retire(String feature);

  /**
   * Puts the version of a feature that waits beside it in its place, node by node, and back if one
   * of them does not take it; returns when that is done. Transactions wait meanwhile.
   */
  SwapReport swap(SwapOrder order);

  /**
   * What would be if a user made a transaction. Costs what computing the whole model costs.
   *
   * @param most how many objects the model may have
   * @throws dev.heddle.model.RefusedException if the transaction would be refused; or, for the path
   *     {@code model}, if nothing can be said: there are more objects, a feature is away or being
   *     swapped, or a unit could not be computed, so that switches have other flows than follow
   *     from the model
   */
  Supposition suppose(List<Network.Change> changes, int most);

  /** Features of which another version waits beside the one that is here. */
  List<String> waiting();
}
