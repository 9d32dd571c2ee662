package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One object as a source of pairs of one index. */
final class IndexSource extends Computation {

  private static final Logger LOG = LoggerFactory.getLogger(IndexSource.class);

  private final Index<?, ?, ?, ?> index;
  private final Id<?> id;
  private List<Index.Pair<?, ?>> pairs = List.of();

  IndexSource(Index<?, ?, ?, ?> index, Id<?> id) {
    this.index = index;
    this.id = id;
  }

  @Override
  int level() {
    return Levels.index(index);
  }

  @Override
  void run(Reading reading) {
    List<Index.Pair<?, ?>> now;
    try {
      now = isDead() ? List.of() : evaluate(reading);
    } catch (RuntimeException e) {
      LOG.warn("index {} failed for {} and keeps its last pairs", index, id, e);
      return;
    }
    publish(now, reading.graph());
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the index was declared over this very kind
  private List<Index.Pair<?, ?>> evaluate(Reading reading) {
    Optional<Entity<?>> entity = reading.get((Id) id);
    if (entity.isEmpty()) {
      return List.of();
    }
    Object source =
        index.fact() == null
            ? entity.get()
            : reading.fact((Fact<Object, Object>) (Fact) index.fact(), id);
    return ((Stream<Index.Pair<?, ?>>) ((Index) index).pairs().apply(id, source))
        .distinct()
        .toList();
  }

  private void publish(List<Index.Pair<?, ?>> now, Graph graph) {
    List<Index.Pair<?, ?>> before = pairs;
    if (now.equals(before)) {
      return;
    }
    pairs = now;
    for (Index.Pair<?, ?> p : now) {
      if (!before.contains(p)) {
        graph.addPair(index, p);
      }
    }
    for (Index.Pair<?, ?> p : before) {
      if (!now.contains(p)) {
        graph.removePair(index, p);
      }
    }
  }
}
