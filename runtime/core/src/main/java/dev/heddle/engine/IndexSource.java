package dev.heddle.engine;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Index.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One object as a source of pairs of one index. */
final class IndexSource extends Computation {

  private static final Logger LOG = LoggerFactory.getLogger(IndexSource.class);

  final Index<?, ?, ?, ?> index;
  final Id<?> id;

  /**
   * What the pairs given now follow from, so that they need not be kept; null if there are none.
   */
  private Object source;

  IndexSource(Index<?, ?, ?, ?> index, Id<?> id) {
    this.index = index;
    this.id = id;
  }

  @Override
  int level() {
    return Levels.index(index);
  }

  @Override
  boolean isForgettable() {
    return false;
  }

  @Override
  void run(Reading reading) {
    try {
      Object now = isDying() ? null : source(reading);
      publish(pairs(source), pairs(now), reading.graph());
      source = now;
      reading.graph().mended(this);
    } catch (RuntimeException | Error e) {
      reading.graph().failed(this, e);
      LOG.warn("index {} failed for {} and keeps its last pairs", index, id, e);
    }
  }

  @Override
  boolean isStale(Reading reading) {
    boolean failed = reading.graph().failed().containsKey(this);
    try {
      return failed || !pairs(source(reading)).equals(pairs(source));
    } catch (RuntimeException | Error e) {
      return !failed;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the index was declared over this very kind
  private Object source(Reading reading) {
    return index.fact() == null
        ? reading.entity(id)
        : reading.fact((Fact<Object, Object>) (Fact) index.fact(), id);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // likewise
  private List<Pair<?, ?>> pairs(Object of) {
    List<Pair<?, ?>> pairs = new ArrayList<>(2);
    if (of != null) {
      ((Stream<Pair<?, ?>>) ((Index) index).pairs().apply(id, of))
          .forEach(
              p -> {
                if (!pairs.contains(p)) {
                  pairs.add(p);
                }
              });
    }
    return pairs;
  }

  private void publish(List<Pair<?, ?>> before, List<Pair<?, ?>> now, Graph graph) {
    for (Pair<?, ?> p : now) {
      if (!before.contains(p)) {
        graph.addPair(index, p);
      }
    }
    for (Pair<?, ?> p : before) {
      if (!now.contains(p)) {
        graph.removePair(index, p);
      }
    }
  }

  @Override
  public String toString() {
    return index + " of " + id;
  }
}
