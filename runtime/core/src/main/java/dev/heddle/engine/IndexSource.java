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

/**
 * One object as a source of pairs: of all indexes over its entity, or over one fact of it. They are
 * one computation, since what wakes one of them wakes all.
 */
final class IndexSource extends Computation {

  private static final Logger LOG = LoggerFactory.getLogger(IndexSource.class);

  /** The indexes that are kept of one kind and are made of the same value. */
  static final class Group implements Graph.PerObject {
    final String kind;

    /** Null if they are made of the entity itself. */
    final Fact<?, ?> fact;

    private Index<?, ?, ?, ?>[] indexes = new Index<?, ?, ?, ?>[0];

    Group(Index<?, ?, ?, ?> first) {
      this.kind = first.domain().name();
      this.fact = first.fact();
    }

    boolean holds(Index<?, ?, ?, ?> index) {
      return kind.equals(index.domain().name())
          && (fact == null ? index.fact() == null : fact.equals(index.fact()));
    }

    void add(Index<?, ?, ?, ?> index) {
      List<Index<?, ?, ?, ?>> more = new ArrayList<>(List.of(indexes));
      more.add(index);
      indexes = more.toArray(indexes);
    }

    void remove(Index<?, ?, ?, ?> index) {
      List<Index<?, ?, ?, ?>> left = new ArrayList<>(List.of(indexes));
      left.remove(index);
      indexes = left.toArray(new Index<?, ?, ?, ?>[0]);
    }

    boolean isEmpty() {
      return indexes.length == 0;
    }

    int level() {
      return fact == null ? 1 : Levels.fact(fact) + 1;
    }

    @Override
    public IndexSource of(Id<?> id) {
      return new IndexSource(this, id);
    }
  }

  final Group group;
  final Id<?> id;

  /**
   * What the pairs given now follow from, so that they need not be kept; null if there are none.
   */
  private Object source;

  private IndexSource(Group group, Id<?> id) {
    this.group = group;
    this.id = id;
  }

  @Override
  Object key() {
    return id;
  }

  @Override
  int level() {
    return group.level();
  }

  @Override
  boolean isForgettable() {
    return false;
  }

  @Override
  void run(Reading reading) {
    Graph graph = reading.graph();
    Object now;
    try {
      now = isDying() ? null : source(reading);
    } catch (RuntimeException | Error e) {
      for (Index<?, ?, ?, ?> index : group.indexes) {
        failed(index, e, graph);
      }
      return;
    }
    for (Index<?, ?, ?, ?> index : group.indexes) {
      publish(index, before(index, graph), now, graph);
    }
    source = now;
  }

  /** Gives the pairs of an index that is kept from now on. */
  void begin(Index<?, ?, ?, ?> index, Graph graph) {
    publish(index, null, source, graph);
  }

  /** What the pairs of an index follow from: something older, if it has failed since. */
  private Object before(Index<?, ?, ?, ?> index, Graph graph) {
    Graph.Failed failed = graph.failed(this, index);
    return failed == null ? source : failed.last();
  }

  private void failed(Index<?, ?, ?, ?> index, Throwable why, Graph graph) {
    graph.failed(new Graph.Failed(this, index, why.toString(), before(index, graph)));
    LOG.warn("index {} failed for {} and keeps its last pairs", index, id, why);
  }

  @Override
  boolean isStale(Reading reading) {
    Graph graph = reading.graph();
    boolean failed = false;
    for (Index<?, ?, ?, ?> index : group.indexes) {
      failed |= graph.failed(this, index) != null;
    }
    try {
      Object now = source(reading);
      for (Index<?, ?, ?, ?> index : group.indexes) {
        if (!pairs(index, now).equals(pairs(index, source))) {
          return true;
        }
      }
      return failed;
    } catch (RuntimeException | Error e) {
      return !failed;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the indexes were declared over this very kind
  private Object source(Reading reading) {
    return group.fact == null
        ? reading.entity(id)
        : reading.fact((Fact<Object, Object>) (Fact) group.fact, id);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // likewise
  private List<Pair<?, ?>> pairs(Index<?, ?, ?, ?> index, Object of) {
    if (of == null) {
      return List.of();
    }
    List<Pair<?, ?>> pairs = new ArrayList<>(2);
    ((Stream<Pair<?, ?>>) ((Index) index).pairs().apply(id, of))
        .forEach(
            pair -> {
              if (!pairs.contains(pair)) {
                pairs.add(pair);
              }
            });
    return pairs;
  }

  private void publish(Index<?, ?, ?, ?> index, Object before, Object now, Graph graph) {
    try {
      List<Pair<?, ?>> had = pairs(index, before);
      List<Pair<?, ?>> has = pairs(index, now);
      for (Pair<?, ?> p : has) {
        if (!had.contains(p)) {
          graph.addPair(index, p);
        }
      }
      for (Pair<?, ?> p : had) {
        if (!has.contains(p)) {
          graph.removePair(index, p);
        }
      }
      graph.mended(this, index);
    } catch (RuntimeException | Error e) {
      failed(index, e, graph);
    }
  }

  @Override
  public String toString() {
    return List.of(group.indexes) + " of " + id;
  }
}
