package dev.heddle.engine;

import dev.heddle.engine.Remembered.Was;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.DesiredFlows.Listener;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.DesiredFlows.Snapshot;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Owner;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The board as everybody but the model's thread sees it: whole revisions. */
final class Publication {

  private static final Logger LOG = LoggerFactory.getLogger(Publication.class);

  private final Board board;
  private final Functions functions;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Map<Integer, String> owners = new ConcurrentHashMap<>();
  private long revision;

  /** By node that waits for its wave of a swap, what it still gets. */
  private final Map<Id<Node>, Map<FlowKey, Was>> waiting = new HashMap<>();

  Publication(Board board, Functions functions) {
    this.board = board;
    this.functions = functions;
  }

  /** Changes the board while nobody reads it. */
  void change(Runnable step) {
    lock.writeLock().lock();
    try {
      step.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * What has changed since the last call, {@code last} included, is a revision now. Whoever can
   * read it can have heard of it: listeners are told before the lock is given back.
   */
  void publish(Runnable last, long number, Set<Id<?>> objects, Set<Integer> arrived) {
    change(
        () -> {
          last.run();
          revision = number;
          tell(new Revision(number, board.takeChanged(), Set.copyOf(objects), arrived));
        });
  }

  private void tell(Revision now) {
    for (Listener l : listeners) {
      try {
        l.published(now);
      } catch (RuntimeException
          | Error e) { // what is stored and computed is not undone by who hears it
        LOG.error("a listener failed on revision {}", now.number(), e);
      }
    }
  }

  /** These nodes get of these keys what there was; within a change. */
  void hold(Map<Id<Node>, Map<FlowKey, Was>> was) {
    waiting.putAll(was);
  }

  /** Those of the nodes that waited get what there is, with the next revision; within a change. */
  void release(Collection<Id<Node>> nodes) {
    for (Id<Node> node : nodes) {
      Map<FlowKey, Was> was = waiting.remove(node);
      if (was != null) {
        board.changed(node, was.keySet());
      }
    }
  }

  Set<Id<Node>> waiting() {
    return Set.copyOf(waiting.keySet());
  }

  /** Keeps track of who may own flows. */
  void note(Entity<?> entity, boolean present) {
    if (entity instanceof Owner owner) {
      if (present) {
        owners.put(owner.number(), owner.id().name());
      } else {
        owners.remove(owner.number());
      }
    }
  }

  <R> R read(Function<Snapshot, R> reader) {
    return read(waiting, reader);
  }

  /** The same, with what there was of these keys in their place. */
  <R> R read(Map<Id<Node>, Map<FlowKey, Was>> instead, Function<Snapshot, R> reader) {
    lock.readLock().lock();
    try {
      return reader.apply(new Present(instead));
    } finally {
      lock.readLock().unlock();
    }
  }

  AutoCloseable listen(Listener listener) {
    board.follow();
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private final class Present implements Snapshot {
    private final Map<Id<Node>, Map<FlowKey, Was>> instead;

    Present(Map<Id<Node>, Map<FlowKey, Was>> instead) {
      this.instead = instead;
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public Set<FlowKey> keys(Id<Node> node) {
      Set<FlowKey> keys = board.keys(node);
      instead
          .getOrDefault(node, Map.of())
          .forEach(
              (key, was) -> {
                if (was.flow().isPresent()) {
                  keys.add(key);
                } else {
                  keys.remove(key);
                }
              });
      return keys;
    }

    @Override
    public Optional<Flow> flow(Id<Node> node, FlowKey key) {
      Was was = was(node, key);
      return was == null ? board.flow(node, key) : was.flow();
    }

    @Override
    public Optional<Id<?>> object(Id<Node> node, FlowKey key) {
      Was was = was(node, key);
      return was == null ? board.object(node, key) : was.object();
    }

    /** Null unless the node waits and the key is another for it. */
    private Was was(Id<Node> node, FlowKey key) {
      return instead.isEmpty() ? null : instead.getOrDefault(node, Map.of()).get(key);
    }

    @Override
    public Optional<String> feature(int number) {
      return Optional.ofNullable(owners.get(number));
    }

    @Override
    public Ownership owner(int number) {
      String name = owners.get(number);
      if (name == null) {
        return Ownership.UNKNOWN;
      }
      return functions.isLive(name) ? Ownership.LIVE : Ownership.HELD;
    }
  }
}
