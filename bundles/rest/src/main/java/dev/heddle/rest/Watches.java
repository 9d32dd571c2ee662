package dev.heddle.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Kind;
import dev.heddle.rest.EventStream.Event;
import dev.heddle.show.Objects;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells watchers what changes: {@code put} with the object, {@code delete} with kind and name. Each
 * watched kind is listed once per revision however many watch it, and not at all while nobody does.
 * Confined to the follower's thread.
 */
final class Watches {

  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  /** Events kept for clients that come back. */
  private static final int KEPT = 4096;

  private final Objects objects;
  private final LongSupplier revision;
  private final Executor follower;
  private final int most;
  private final Map<String, Feed> feeds = new HashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean due = new AtomicBoolean();

  Watches(Objects objects, LongSupplier revision, Executor follower, int most) {
    this.objects = objects;
    this.revision = revision;
    this.follower = follower;
    this.most = most;
  }

  private record Watcher(EventStream stream, Optional<String> object, BooleanSupplier admitted) {

    List<Event> mine(List<Event> events) {
      return object.isEmpty()
          ? events
          : events.stream().filter(e -> e.object().isEmpty() || is(e.object())).toList();
    }

    /** Whose token was revoked meanwhile is told nothing more. */
    void tell(List<Event> events) {
      if (admitted.getAsBoolean()) {
        stream.send(mine(events));
      } else {
        stream.close();
      }
    }

    private boolean is(String name) {
      return object.get().equals(name);
    }
  }

  /**
   * Opens a watch.
   *
   * @param name of one object, or all of the kind
   * @param from the revision whose state the client has; without it, or if it is too long ago, the
   *     stream begins with everything
   * @param admitted whether the client may still watch: asked before it is told anything
   * @throws Refusal 503 if too many are open
   */
  Reply.Events watch(
      Kind<?> kind, Optional<String> name, OptionalLong from, BooleanSupplier admitted) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      throw new Refusal(503, "There are " + most + " watches already.");
    }
    return new Reply.Events(
        stream -> {
          Watcher watcher = new Watcher(stream, name.map(n -> kind.name() + "/" + n), admitted);
          follower.execute(() -> open(kind, watcher, from));
          // After the line above: a watcher is never removed before it was added.
          stream.onClose(
              () -> {
                open.decrementAndGet();
                follower.execute(() -> feed(kind).watchers.remove(watcher));
              });
        });
  }

  private void open(Kind<?> kind, Watcher watcher, OptionalLong from) {
    try {
      feed(kind).open(watcher, from);
    } catch (RuntimeException e) {
      LOG.error("a watch of {} cannot begin", kind, e);
      watcher.stream().close();
    }
  }

  private Feed feed(Kind<?> kind) {
    return feeds.computeIfAbsent(kind.name(), k -> new Feed(kind));
  }

  /** Something may have changed. Quick. */
  void look() {
    if (open.get() > 0 && due.compareAndSet(false, true)) {
      follower.execute(
          () -> {
            due.set(false);
            feeds.values().stream().filter(f -> !f.watchers.isEmpty()).forEach(this::refresh);
          });
    }
  }

  private void refresh(Feed feed) {
    try {
      feed.refresh();
    } catch (RuntimeException e) {
      LOG.error("watches of {} end: what changed is not known", feed.kind, e);
      feed.watchers.forEach(w -> w.stream().close());
    }
  }

  /** One kind: what its watchers were last told, and the newest events. */
  private final class Feed {
    private final Kind<?> kind;
    private final List<Watcher> watchers = new ArrayList<>();
    private final Deque<Event> log = new ArrayDeque<>();
    private Map<String, ObjectNode> told;

    /** What happened up to this revision is not in the log. */
    private long floor;

    Feed(Kind<?> kind) {
      this.kind = kind;
      told = present();
      floor = revision.getAsLong();
    }

    private Map<String, ObjectNode> present() {
      Map<String, ObjectNode> present = new LinkedHashMap<>();
      objects.list(kind).forEach(o -> present.put(o.at("/metadata/name").textValue(), o));
      return present;
    }

    void refresh() {
      Map<String, ObjectNode> now = present();
      // Read afterwards: whoever resumes from an event's id gets what came later, if need be twice.
      long id = revision.getAsLong();
      List<Event> events = new ArrayList<>();
      told.keySet().stream()
          .filter(name -> !now.containsKey(name))
          .forEach(name -> events.add(event(id, "delete", name, gone(name))));
      now.forEach(
          (name, object) -> {
            if (!object.equals(told.get(name))) {
              events.add(event(id, "put", name, object));
            }
          });
      told = now;
      log.addAll(events);
      while (log.size() > KEPT) {
        floor = log.remove().id();
      }
      if (!events.isEmpty()) {
        watchers.forEach(w -> w.tell(events));
      }
    }

    void open(Watcher watcher, OptionalLong from) {
      refresh();
      List<Event> events = new ArrayList<>();
      long id = revision.getAsLong();
      if (from.isPresent() && from.getAsLong() > floor && from.getAsLong() <= id) {
        log.stream().filter(e -> e.id() >= from.getAsLong()).forEach(events::add);
      } else {
        if (from.isPresent()) {
          events.add(ofStream("reset", id));
        }
        told.forEach((name, object) -> events.add(event(id, "put", name, object)));
      }
      events.add(ofStream("synced", id));
      watcher.stream().begin(watcher.mine(events));
      watchers.add(watcher);
    }

    private Event event(long id, String type, String name, ObjectNode data) {
      return new Event(id, type, kind.name() + "/" + name, data);
    }

    private ObjectNode gone(String name) {
      return JsonNodeFactory.instance.objectNode().put("kind", kind.name()).put("name", name);
    }

    private Event ofStream(String type, long id) {
      return new Event(id, type, "", JsonNodeFactory.instance.objectNode().put("revision", id));
    }
  }
}
