package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.FilledStage;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Kind;
import dev.heddle.pipeline.ContractException;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.FlowUnit;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.StageFlows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What one feature declared. */
final class FeatureFunctions implements Declarations {

  /** A function and where its keys come from: a kind, or an index. */
  record Function(
      FeatureFunctions feature,
      String name,
      Kind<?> kind,
      Index<?, ?, ?, ?> index,
      FlowUnit<Object> flows) {

    /** A function is the one that was declared, and no other. */
    @Override
    public boolean equals(Object o) {
      return this == o;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private final Feature source;
  private final String name;
  private final List<Stage> stages = new ArrayList<>();
  private final List<Kind<?>> kinds = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();
  private final Set<Integer> tables = new HashSet<>();

  private final boolean anyTable;

  private FeatureFunctions(Feature source) {
    this.source = source;
    this.name = source.name();
    this.anyTable = source instanceof StageFlows;
  }

  /** Asks {@code feature} for its declarations. */
  static FeatureFunctions of(Feature feature) {
    FeatureFunctions f = new FeatureFunctions(feature);
    feature.declare(f);
    return f;
  }

  Feature source() {
    return source;
  }

  String name() {
    return name;
  }

  List<Stage> stages() {
    return stages;
  }

  List<Kind<?>> kinds() {
    return kinds;
  }

  List<Function> functions() {
    return functions;
  }

  /**
   * Table numbers are permanent and have one owner each; a stage has two, its own and its joint's.
   *
   * @throws ContractException if a stage of this feature has a name or a number of another stage
   */
  void refuseTaken(Collection<? extends Entity<?>> filled) {
    for (int i = 0; i < stages.size(); i++) {
      for (Entity<?> e : filled) {
        FilledStage other = (FilledStage) e;
        refuseTaken(
            stages.get(i), other.id().name(), other.table(), other.beside(), other.feature());
      }
      for (Stage mine : stages.subList(0, i)) {
        refuseTaken(stages.get(i), mine.name(), mine.table(), mine.beside(), name);
      }
    }
  }

  private void refuseTaken(Stage stage, String other, int table, boolean beside, String feature) {
    boolean same = other.equals(stage.name());
    if (same && !feature.equals(name) || !same && taken(stage, table, beside)) {
      throw new ContractException(
          String.format(
              "stage %s cannot have table %d: %s fills %s there",
              stage.name(), stage.table(), feature, other));
    }
  }

  /** A stage has two tables, its own and its joint's, unless it is beside the path. */
  private static boolean taken(Stage stage, int table, boolean beside) {
    int first = table;
    int last = beside ? table : table + 1;
    return stage.table() <= last && (stage.beside() ? stage.table() : stage.joint()) >= first;
  }

  /** {@code flow}, if this feature may put flows into its table. */
  DesiredFlow checked(DesiredFlow flow) {
    if (!anyTable && !tables.contains(flow.key().table())) {
      throw new ContractException(
          "feature " + name + " did not declare to fill table " + flow.key().table());
    }
    return flow;
  }

  @Override
  public void fill(Stage stage) {
    stages.add(stage);
    tables.add(stage.table());
  }

  @Override
  public void kind(Kind<?> kind) {
    kinds.add(kind);
  }

  @Override
  public <E extends Entity<E>> void forEach(Kind<E> kind, String unit, FlowUnit<Id<E>> flows) {
    add(unit, kind, null, flows);
  }

  @Override
  public <B, M> void forEach(
      Index<?, ?, B, M> index, String unit, FlowUnit<Index.Pair<B, M>> flows) {
    add(unit, null, index, flows);
  }

  @SuppressWarnings("unchecked") // the engine calls it with the keys of that very domain
  private void add(String unit, Kind<?> kind, Index<?, ?, ?, ?> index, FlowUnit<?> flows) {
    if (functions.stream().anyMatch(f -> f.name().equals(unit))) {
      throw new ContractException("feature " + name + " declares unit " + unit + " twice");
    }
    functions.add(new Function(this, unit, kind, index, (FlowUnit<Object>) flows));
  }
}
