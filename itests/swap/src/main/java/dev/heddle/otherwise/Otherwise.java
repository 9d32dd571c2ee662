package dev.heddle.otherwise;

import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Kind;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.FlowUnit;
import dev.heddle.pipeline.Stage;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a feature declares, with each of its flows laid out otherwise. */
public record Otherwise(
    Declarations declarations, Function<DesiredFlow, Stream<DesiredFlow>> relaid)
    implements Declarations {

  @Override
  public void fill(Stage stage) {
    declarations.fill(stage);
  }

  @Override
  public void kind(Kind<?> kind) {
    declarations.kind(kind);
  }

  @Override
  public <E extends Entity<E>> void forEach(Kind<E> kind, String unit, FlowUnit<Id<E>> flows) {
    declarations.forEach(kind, unit, relaid(flows));
  }

  @Override
  public <B, M> void forEach(
      Index<?, ?, B, M> index, String unit, FlowUnit<Index.Pair<B, M>> flows) {
    declarations.forEach(index, unit, relaid(flows));
  }

  private <K> FlowUnit<K> relaid(FlowUnit<K> flows) {
    return (key, view, out) -> flows.flows(key, view, flow -> relaid.apply(flow).forEach(out::add));
  }
}
