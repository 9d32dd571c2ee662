package dev.heddle.engine;

import dev.heddle.model.Condition;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Network.State;
import dev.heddle.store.Store.Stored;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is stored of objects and true of them now, asked on the model's thread. */
record States(ModelThread thread, Transactions transactions, Graph graph, Conditions conditions) {

  List<State> get(Collection<? extends Id<?>> ids) {
    return thread.call(
        () ->
            ids.stream().flatMap(id -> transactions.stored(id).stream()).map(this::state).toList());
  }

  List<State> list(String kind) {
    return thread.call(
        () ->
            transactions
                .all(kind)
                .map(this::state)
                .sorted(Comparator.comparing(s -> s.document().name()))
                .toList());
  }

  private State state(Stored s) {
    Optional<Entity<?>> entity = Optional.ofNullable(graph.entity(s.id()).value());
    // Reads for somebody outside: remembered by nobody.
    Reading reading = new Reading(graph, Levels.UNIT);
    List<Condition> now = conditions.of(s.id(), entity, reading);
    reading.end();
    graph.settle();
    return new State(s.document(), s.key(), s.revision(), now);
  }
}
