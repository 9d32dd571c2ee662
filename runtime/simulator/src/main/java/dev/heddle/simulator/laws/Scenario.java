package dev.heddle.simulator.laws;

import dev.heddle.engine.Controller;
import dev.heddle.model.Network;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Owner;
import dev.heddle.pipeline.StageFlows;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A network that somebody builds step by step, to be held to the laws when it is done. {@link Laws}
 * hears of it as soon as it exists.
 */
public final class Scenario implements AutoCloseable {

  private final RecordingStore store = new RecordingStore();
  private final Controller controller = new Controller(store);
  private final List<Feature> features;
  private boolean exempt;
  private long heldAt = -1;
  private boolean closed;

  public Scenario(List<Feature> features) {
    this.features = List.copyOf(features);
    features.forEach(controller::add);
    Laws.opened(this);
  }

  public Controller controller() {
    return controller;
  }

  /** It is held to no law from here on: breaking one is what it is about. */
  public void exempt() {
    exempt = true;
  }

  /**
   * Holds what was built so far to the laws; costs nothing if nothing was done since the last time.
   *
   * @throws AssertionError with every law that does not hold, and the history
   */
  public void hold() {
    long revision = store.load().revision();
    if (closed || exempt || heldAt == revision) {
      return;
    }
    heldAt = revision;
    Trial trial = Trial.of(store.history(), this::anew);
    List<String> breaches = new ArrayList<>();
    Set<String> mine = features.stream().map(Feature::name).collect(Collectors.toSet());
    Set<String> here = live();
    if (here.equals(mine)) {
      Full.broken(controller, store.load(), anew())
          .ifPresent(how -> breaches.add(Law.FULL.told("in this controller, " + how)));
    } else if (!mine.containsAll(here)) {
      throw new IllegalStateException(
          "the laws know of the features " + mine + ", not of all that are here: " + here);
    }
    breaches.addAll(trial.breaches());
    trial.require(breaches);
  }

  /** Features that came and did not leave, but for the engine's own. */
  private Set<String> live() {
    Set<String> live = new TreeSet<>();
    for (Network.State s : controller.list(Owner.KIND.name())) {
      if (controller.read(r -> r.owner(s.key())) == Ownership.LIVE) {
        live.add(s.document().name());
      }
    }
    live.remove(StageFlows.NAME);
    return live;
  }

  private List<Feature> anew() {
    return features.stream().map(Scenario::anew).toList();
  }

  /**
   * As a restart makes a feature: with nothing it remembers. The same one, if it needs anything.
   */
  private static Feature anew(Feature feature) {
    try {
      Constructor<?> plain = feature.getClass().getConstructor();
      return (Feature) plain.newInstance();
    } catch (ReflectiveOperationException e) {
      return feature;
    }
  }

  /** Holds it to the laws a last time and ends it. */
  @Override
  public void close() {
    try {
      hold();
    } finally {
      if (!closed) {
        closed = true;
        controller.close();
      }
    }
  }
}
