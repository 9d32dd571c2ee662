package dev.heddle.engine;

import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import dev.heddle.model.RefusedException.Problem;
import dev.heddle.model.StaleException;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Documents, their numbers and how a change is checked: everything that can be said of a
 * transaction before anything is stored or computed. Several transactions may be staged before they
 * are committed together. Confined to the model's thread.
 */
final class Transactions {

  /** What a staged object will be. */
  private record Next(Optional<Stored> stored, Optional<Entity<?>> entity) {}

  private final Kinds kinds;
  private final Map<Id<?>, String> unreadable = new HashMap<>();
  private final Map<String, KeyedTable<Stored>> documents = new HashMap<>();
  private final Map<KeySpace, Integer> lastKeys = new EnumMap<>(KeySpace.class);

  /** As the store has them: a number that was given for nothing is given again. */
  private Map<KeySpace, Integer> storedKeys = Map.of();

  private final Map<KeySpace, NumberSet> usedKeys = new EnumMap<>(KeySpace.class);
  private final Map<Id<?>, Next> staged = new LinkedHashMap<>();

  /** A number given to an object that is not accepted yet. */
  private record Given(KeySpace space, int number) {}

  private final List<Given> given = new ArrayList<>();

  Transactions(Kinds kinds) {
    this.kinds = kinds;
  }

  /** Takes over what the store holds. */
  void load(Store.Contents contents) {
    contents.documents().values().forEach(s -> ofKind(s.id()).add(s));
    lastKeys.putAll(contents.lastKeys());
    storedKeys = Map.copyOf(lastKeys);
  }

  /** All that is stored, nothing that is only staged. */
  Store.Contents contents(long revision) {
    Map<Id<?>, Stored> all = new LinkedHashMap<>();
    documents.values().forEach(kind -> kind.stream().forEach(s -> all.put(s.id(), s)));
    return new Store.Contents(revision, all, storedKeys);
  }

  /** Counts the numbers that objects of a kind have: none of them is given again. */
  void countNumbers(Kind<?> kind) {
    if (kind.keys() != KeySpace.NONE) {
      all(kind.name()).filter(s -> s.key() != 0).forEach(s -> used(kind.keys()).add(s.key()));
    }
  }

  /** Numbers for those objects of a kind that came before anybody knew it has numbers; staged. */
  void number(Kind<?> kind, long revision) {
    if (kind.keys() == KeySpace.NONE) {
      return;
    }
    all(kind.name())
        .filter(s -> s.key() == 0)
        .sorted(Comparator.comparing(Stored::id))
        .forEach(
            s ->
                staged.put(
                    s.id(),
                    new Next(
                        Optional.of(new Stored(s.document(), allocate(kind.keys()), revision)),
                        Optional.empty())));
  }

  /**
   * The stored objects of a kind that has become known, as entities. What its parser does not take
   * is kept and can be told by {@link #unreadable}.
   */
  List<Entity<?>> entities(Kind<?> kind) {
    List<Entity<?>> entities = new ArrayList<>();
    for (Stored s : all(kind.name()).toList()) {
      unreadable.remove(s.id());
      try {
        entities.add(kind.parser().parse(s.document(), s.key()));
      } catch (RefusedException e) {
        unreadable.put(s.id(), e.getMessage());
      } catch (RuntimeException | Error e) { // a fault of the feature that brought the kind
        unreadable.put(s.id(), e.toString());
      }
    }
    return entities;
  }

  /** Why an object cannot be read by the feature that knows its kind, if it cannot. */
  Optional<String> unreadable(Id<?> id) {
    return Optional.ofNullable(unreadable.get(id));
  }

  Optional<Stored> stored(Id<?> id) {
    KeyedTable<Stored> ofKind = documents.get(id.kind());
    return Optional.ofNullable(ofKind == null ? null : ofKind.get(id));
  }

  Stream<Stored> all(String kind) {
    return Optional.ofNullable(documents.get(kind)).stream().flatMap(KeyedTable::stream);
  }

  private KeyedTable<Stored> ofKind(Id<?> id) {
    return documents.computeIfAbsent(id.kind(), k -> new KeyedTable<>(Stored::id));
  }

  /**
   * Checks a transaction on top of what is staged already and stages it.
   *
   * @throws RefusedException with everything that is wrong; nothing of it is staged then
   * @throws StaleException if an object is not at the revision its writer expects; likewise
   */
  List<Effect> stage(Writer writer, List<Change> changes, long revision) {
    Map<Id<?>, Next> mine = new LinkedHashMap<>();
    Function<Id<?>, Optional<Stored>> now =
        id ->
            mine.containsKey(id)
                ? mine.get(id).stored()
                : staged.containsKey(id) ? staged.get(id).stored() : stored(id);
    List<Problem> problems = new ArrayList<>();
    List<Effect> effects = new ArrayList<>();
    int before = given.size();
    Map<KeySpace, Integer> keysBefore = Map.copyOf(lastKeys);
    boolean taken = false;
    try {
      for (Change change : changes) {
        try {
          effects.add(
              change instanceof Change.Put put
                  ? put(writer, put, revision, now, mine)
                  : remove(writer, (Change.Remove) change, now, mine));
        } catch (RefusedException e) {
          problems.addAll(e.problems());
        }
      }
      if (!problems.isEmpty()) {
        throw new RefusedException(problems);
      }
      taken = true;
    } finally {
      if (!taken) { // whatever it was, an error of a parser's class included
        giveBack(given.subList(before, given.size()));
        goBackTo(keysBefore);
      }
    }
    staged.putAll(mine);
    return effects;
  }

  private Effect put(
      Writer writer,
      Change.Put change,
      long revision,
      Function<Id<?>, Optional<Stored>> now,
      Map<Id<?>, Next> mine) {
    Document document = change.document();
    Kind<?> kind = writable(writer, document.kind(), document.path());
    Id<?> id = kind.id(document.name());
    Optional<Stored> before = now.apply(id);
    expect(id, change.expected(), before);
    if (before.isPresent() && before.get().document().equals(document)) {
      return Effect.UNCHANGED;
    }
    int key = before.map(Stored::key).orElse(0);
    Optional<Entity<?>> entity = parsed(kind, document, key); // refused before it has a number
    if (before.isEmpty() && kind.keys() != KeySpace.NONE) {
      key = allocate(kind.keys());
      entity = parsed(kind, document, key);
    }
    mine.put(id, new Next(Optional.of(new Stored(document, key, revision)), entity));
    return before.isPresent() ? Effect.CONFIGURED : Effect.CREATED;
  }

  private static Optional<Entity<?>> parsed(Kind<?> kind, Document document, int key) {
    return kind.isRead() ? Optional.of(kind.parser().parse(document, key)) : Optional.empty();
  }

  private Effect remove(
      Writer writer,
      Change.Remove change,
      Function<Id<?>, Optional<Stored>> now,
      Map<Id<?>, Next> mine) {
    String path = change.kind() + "/" + change.name();
    Id<?> id = writable(writer, change.kind(), path).id(change.name());
    Optional<Stored> before = now.apply(id);
    expect(id, change.expected(), before);
    if (before.isEmpty()) {
      if (change.mustExist()) {
        throw new RefusedException(path, "there is no such object");
      }
      return Effect.UNCHANGED;
    }
    mine.put(id, new Next(Optional.empty(), Optional.empty()));
    return Effect.DELETED;
  }

  private static void expect(Id<?> id, OptionalLong expected, Optional<Stored> before) {
    long found = before.map(Stored::revision).orElse(0L);
    if (expected.isPresent() && expected.getAsLong() != found) {
      throw new StaleException(id.toString(), expected.getAsLong(), found);
    }
  }

  private Kind<?> writable(Writer writer, String name, String path) {
    Kind<?> kind =
        kinds
            .find(name)
            .orElseThrow(
                () ->
                    new RefusedException(
                        path,
                        "no installed feature knows this kind; known are "
                            + kinds.list().stream()
                                .filter(k -> !k.system())
                                .map(Kind::name)
                                .collect(Collectors.joining(", "))));
    if (kind.system() && writer == Writer.USER) {
      throw new RefusedException(path, "objects of this kind are written by the system only");
    }
    return kind;
  }

  /** The next number never given; when the space is used up, the next one that is free. */
  private int allocate(KeySpace space) {
    if (space == KeySpace.NONE) {
      return 0;
    }
    NumberSet used = used(space);
    if (used.size() > space.last() - space.first()) {
      throw new RefusedException(
          "model", "all " + used.size() + " numbers of " + space + " are given");
    }
    int next = lastKeys.getOrDefault(space, space.first() - 1);
    do {
      next = next >= space.last() ? space.first() : next + 1;
    } while (used.contains(next));
    lastKeys.put(space, next);
    used.add(next);
    given.add(new Given(space, next));
    return next;
  }

  private NumberSet used(KeySpace space) {
    return usedKeys.computeIfAbsent(space, s -> new NumberSet());
  }

  /** What is staged, as one step of the store. */
  Store.Commit commit(long revision) {
    List<Stored> puts = staged.values().stream().flatMap(n -> n.stored().stream()).toList();
    List<Id<?>> removals = new ArrayList<>();
    staged.forEach(
        (id, next) -> {
          if (next.stored().isEmpty() && stored(id).isPresent()) {
            removals.add(id);
          }
        });
    return new Store.Commit(revision, puts, removals, Map.copyOf(lastKeys));
  }

  /** What is staged becomes what is; returned by id, empty for what is removed. */
  Map<Id<?>, Optional<Entity<?>>> accept() {
    Map<Id<?>, Optional<Entity<?>>> changes = new LinkedHashMap<>();
    Set<Given> kept = new HashSet<>();
    staged.forEach(
        (id, next) -> {
          // What was there before may come again under another number, in one transaction.
          Optional<Stored> before = stored(id);
          before.ifPresent(ofKind(id)::remove);
          before.map(this::numberOf).ifPresent(given::add);
          next.stored().ifPresent(ofKind(id)::add);
          next.stored().map(this::numberOf).ifPresent(kept::add);
          unreadable.remove(id);
          changes.put(id, next.entity());
        });
    given.removeIf(kept::contains);
    giveBack(given);
    storedKeys = Map.copyOf(lastKeys);
    staged.clear();
    return changes;
  }

  private Given numberOf(Stored stored) {
    KeySpace space = kinds.find(stored.document().kind()).map(Kind::keys).orElse(KeySpace.NONE);
    return new Given(space, stored.key());
  }

  private void giveBack(List<Given> unused) {
    unused.forEach(g -> used(g.space()).remove(g.number()));
    unused.clear();
  }

  private void goBackTo(Map<KeySpace, Integer> keys) {
    lastKeys.clear();
    lastKeys.putAll(keys);
  }

  /** What is staged is forgotten: it could not be stored. */
  void discard() {
    giveBack(given);
    goBackTo(storedKeys);
    staged.clear();
  }
}
