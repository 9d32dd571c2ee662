package dev.heddle.simulator.laws;

import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is there after each transaction, as far as documents tell. */
final class Changes {

  private final Map<Id<?>, Document> now = new HashMap<>();

  /** Applies a transaction; returns the one that takes everything back. */
  List<Change> apply(List<Change> transaction) {
    List<Change> back = new ArrayList<>();
    for (Change change : transaction) {
      Id<?> id = History.id(change);
      Optional<Document> before = Optional.ofNullable(now.get(id));
      back.add(
          0,
          before
              .<Change>map(Change.Put::new)
              .orElseGet(() -> new Change.Remove(id.kind(), id.name(), false)));
      if (change instanceof Change.Put put) {
        now.put(id, put.document());
      } else {
        now.remove(id);
      }
    }
    return back;
  }

  boolean isThere(Id<?> id) {
    return now.containsKey(id);
  }

  static Set<Id<?>> touched(List<Change> transaction) {
    return transaction.stream().map(History::id).collect(Collectors.toSet());
  }

  static Set<String> removedKinds(History history) {
    return history.transactions().stream()
        .flatMap(List::stream)
        .filter(c -> c instanceof Change.Remove)
        .map(c -> History.id(c).kind())
        .collect(Collectors.toSet());
  }

  static boolean intersect(Collection<?> a, Collection<?> b) {
    return a.stream().anyMatch(b::contains);
  }
}
