package dev.heddle.laws;

import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Kind;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.FlowUnit;
import dev.heddle.pipeline.Stage;
import java.util.function.Consumer;

/** A feature with something around each call of its units. */
public record Wrapped(Feature sound, Around around) implements Feature {

  /** What is done instead of a unit's call; {@code unit} makes that call into another sink. */
  public interface Around {
    void call(Object key, Consumer<FlowSink> unit, FlowSink out);
  }

  @Override
  public String name() {
    return sound.name();
  }

  @Override
  public void declare(Declarations d) {
    sound.declare(
        new Declarations() {
          @Override
          public void fill(Stage stage) {
            d.fill(stage);
          }

          @Override
          public void kind(Kind<?> kind) {
            d.kind(kind);
          }

          @Override
          public <E extends Entity<E>> void forEach(Kind<E> k, String unit, FlowUnit<Id<E>> u) {
            d.forEach(k, unit, wrapped(u));
          }

          @Override
          public <B, M> void forEach(
              Index<?, ?, B, M> index, String unit, FlowUnit<Index.Pair<B, M>> u) {
            d.forEach(index, unit, wrapped(u));
          }
        });
  }

  private <K> FlowUnit<K> wrapped(FlowUnit<K> unit) {
    return (key, view, out) -> around.call(key, sink -> unit.flows(key, view, sink), out);
  }
}
