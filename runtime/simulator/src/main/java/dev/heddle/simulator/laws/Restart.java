package dev.heddle.simulator.laws;

import dev.heddle.model.Network.Change;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A restart changes nothing: somewhere in the middle and at the end the controller is replaced by
 * one that knows only what was kept. It finds the documents and numbers, wants the same flows to
 * the last bit, and goes on as if nothing had been.
 */
final class Restart {

  private Restart() {}

  static Optional<String> broken(Trial trial) {
    List<List<Change>> all = trial.history().transactions();
    int cut = new Random(trial.seed()).nextInt(all.size() + 1);
    MemoryStore memory = new MemoryStore();
    try (Run through = Run.on(memory, trial.features().get());
        Shelf shelf = trial.shelf().get()) {
      for (List<List<Change>> part : List.of(all.subList(0, cut), all.subList(cut, all.size()))) {
        try (Run before = Run.on(shelf.open(), trial.features().get())) {
          part.forEach(before::apply);
        }
        part.forEach(through::apply);
        Optional<String> broken = restarted(trial, shelf, through, memory);
        if (broken.isPresent()) {
          return broken.map(b -> b + "\nThe first restart came after " + cut + " transactions.");
        }
      }
      return Optional.empty();
    }
  }

  private static Optional<String> restarted(
      Trial trial, Shelf shelf, Run through, MemoryStore memory) {
    Map<String, String> kept;
    try (Store store = shelf.open()) {
      kept = objects(store.load());
    }
    if (!kept.equals(objects(memory.load()))) {
      return Optional.of("Kept is\n" + kept + "\nand not\n" + objects(memory.load()));
    }
    Store store = shelf.open();
    try (Run after = Run.on(store, trial.features().get())) {
      return Difference.between(
              "before the restart (-) and after (+)", through.flows(), after.flows())
          .or(() -> Twice.again(after, store, History.all(memory.load())));
    }
  }

  /** Every document with its number, and the numbers given last. */
  private static Map<String, String> objects(Store.Contents contents) {
    Map<String, String> objects = new TreeMap<>();
    for (Stored s : contents.documents().values()) {
      objects.put(s.document().path(), s.key() + " " + s.document().tree());
    }
    contents.lastKeys().forEach((space, last) -> objects.put("last " + space, last.toString()));
    return objects;
  }
}
