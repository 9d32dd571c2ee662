package dev.heddle.engine;

import dev.heddle.model.Kind;
import dev.heddle.model.Network.Change;
import dev.heddle.pipeline.FilledStage;
import dev.heddle.pipeline.KnownKind;
import dev.heddle.pipeline.Owner;
import dev.heddle.pipeline.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What is kept of a feature in the store: that it owns flows, the stages it fills, its kinds. */
record FeatureRecords(Graph graph, Kinds kinds) {

  /** What is to be written when a feature comes. */
  List<Change> arriving(FeatureFunctions feature) {
    List<Change> records = new ArrayList<>();
    records.add(new Change.Put(Owner.document(feature.name())));
    for (Stage s : feature.stages()) {
      records.add(new Change.Put(FilledStage.document(s, feature.name())));
    }
    filledBy(feature.name())
        .filter(name -> feature.stages().stream().noneMatch(s -> s.name().equals(name)))
        .forEach(name -> records.add(new Change.Remove(FilledStage.KIND.name(), name, true)));
    for (Kind<?> kind : feature.kinds()) {
      records.add(new Change.Put(KnownKind.document(kind, feature.name())));
    }
    return records;
  }

  /** What goes when a feature is retired; a kind of which there are objects stays known. */
  List<Change> retired(String feature, Predicate<String> hasObjects) {
    List<Change> gone = new ArrayList<>();
    gone.add(new Change.Remove(Owner.KIND.name(), feature, true));
    filledBy(feature).forEach(s -> gone.add(new Change.Remove(FilledStage.KIND.name(), s, true)));
    kinds
        .broughtBy(feature)
        .filter(hasObjects.negate())
        .forEach(k -> gone.add(new Change.Remove(KnownKind.KIND.name(), k, true)));
    return gone;
  }

  /** All stages that a feature fills, or filled before it went away. */
  Stream<FilledStage> filled() {
    return graph.objects(FilledStage.KIND.name()).map(c -> (FilledStage) c.value());
  }

  private Stream<String> filledBy(String feature) {
    return filled().filter(s -> s.feature().equals(feature)).map(s -> s.id().name());
  }
}
