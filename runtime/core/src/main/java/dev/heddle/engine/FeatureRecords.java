package dev.heddle.engine;

import dev.heddle.model.FilledStage;
import dev.heddle.model.FilledStage.Away;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.pipeline.KnownKind;
import dev.heddle.pipeline.Owner;
import dev.heddle.pipeline.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What is kept of a feature in the store: that it owns flows, the stages it fills, its kinds. */
record FeatureRecords(Graph graph, Kinds kinds) {

  /** What is to be written when a feature comes. */
  List<Change> arriving(FeatureFunctions feature) {
    List<Change> records = new ArrayList<>();
    records.add(new Change.Put(Owner.document(feature.name())));
    for (Stage s : feature.stages()) {
      records.add(new Change.Put(filled(s, feature.name()).document()));
    }
    filledBy(feature.name())
        .filter(name -> feature.stages().stream().noneMatch(s -> s.name().equals(name)))
        .forEach(name -> records.add(new Change.Remove(FilledStage.KIND.name(), name, true)));
    for (Kind<?> kind : feature.kinds()) {
      records.add(new Change.Put(KnownKind.document(kind, feature.name())));
    }
    return records;
  }

  private static FilledStage filled(Stage s, String feature) {
    return new FilledStage(
        FilledStage.KIND.id(s.name()),
        s.table(),
        feature,
        s.mandatory(),
        s.beside(),
        Optional.empty());
  }

  /** What is to be written when a feature goes: what its stages know stays known. */
  List<Change> left(String feature, long since) {
    int lastPort =
        graph
            .objects(LogicalPort.KIND.name())
            .mapToInt(c -> ((LogicalPort) c.value()).key())
            .max()
            .orElse(0);
    List<Change> records = new ArrayList<>();
    filled()
        .filter(s -> s.feature().equals(feature))
        .forEach(s -> records.add(new Change.Put(s.left(new Away(since, lastPort)).document())));
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
