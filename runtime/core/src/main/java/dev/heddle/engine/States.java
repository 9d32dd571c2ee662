package dev.heddle.engine;

import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Network.State;
import dev.heddle.model.View;
import dev.heddle.store.Store.Stored;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Objects as somebody outside reads them: on the model's thread, remembered by nobody. */
final class States {

  private static final Comparator<Id<?>> BY_NAME = Comparator.comparing(Id::name);

  /** Objects whose conditions are worked out in one reading: what they share is worked out once. */
  private static final int AT_ONCE = 500;

  private final ModelThread thread;
  private final Transactions transactions;
  private final Graph graph;
  private final Conditions conditions;

  States(ModelThread thread, Transactions transactions, Graph graph, Conditions conditions) {
    this.thread = thread;
    this.transactions = transactions;
    this.graph = graph;
    this.conditions = conditions;
  }

  Optional<State> get(Id<?> id) {
    return thread.call(() -> transactions.stored(id).map(s -> query(view -> state(s, view))));
  }

  List<State> get(Collection<? extends Id<?>> ids) {
    return thread.call(
        () -> states(ids.stream().flatMap(id -> transactions.stored(id).stream()).toList()));
  }

  /**
   * Up to {@code most} objects of a kind by name, from the first behind {@code after}. A long list
   * is read in parts between which the model goes on: each object is as it is when its part is
   * read, and one that is gone by then is left out.
   */
  List<State> list(String kind, String after, int most) {
    List<? extends Id<?>> ids =
        thread
            .call(
                () ->
                    transactions
                        .all(kind)
                        .map(s -> s.document().id())
                        .filter(id -> id.name().compareTo(after) > 0)
                        .toList())
            .stream()
            .sorted(BY_NAME)
            .limit(most)
            .toList();
    List<State> states = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i += AT_ONCE) {
      states.addAll(get(ids.subList(i, Math.min(ids.size(), i + AT_ONCE))));
    }
    return states;
  }

  List<Document> documents(String kind) {
    return thread.call(() -> transactions.all(kind).map(Stored::document).toList());
  }

  private List<State> states(List<Stored> stored) {
    List<State> states = new ArrayList<>(stored.size());
    for (int i = 0; i < stored.size(); i += AT_ONCE) {
      List<Stored> some = stored.subList(i, Math.min(stored.size(), i + AT_ONCE));
      states.addAll(query(view -> some.stream().map(s -> state(s, view)).toList()));
    }
    return states;
  }

  private State state(Stored s, View view) {
    Optional<Entity<?>> entity = Optional.ofNullable(graph.entity(s.id()).value());
    List<Condition> now = conditions.of(s.id(), entity, view);
    return new State(s.document(), s.key(), s.revision(), now);
  }

  private <T> T query(Function<Reading, T> question) {
    Reading reading = new Reading(graph, Levels.UNIT);
    T answer = question.apply(reading);
    reading.end();
    graph.settle();
    return answer;
  }
}
