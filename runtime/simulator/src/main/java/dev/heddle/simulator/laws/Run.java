package dev.heddle.simulator.laws;

import dev.heddle.engine.Controller;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Flow;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A controller on its way through a history. */
record Run(Controller controller) implements AutoCloseable {

  static Run on(Store store, Collection<Feature> features) {
    Controller controller = new Controller(store);
    features.forEach(controller::add);
    return new Run(controller);
  }

  /** A controller that starts with what another left. */
  static Run from(Store.Contents contents, Collection<Feature> features) {
    MemoryStore copy = new MemoryStore();
    copy.commit(
        new Store.Commit(
            contents.revision(),
            List.copyOf(contents.documents().values()),
            List.of(),
            contents.lastKeys()));
    return on(copy, features);
  }

  Run all(History history) {
    history.transactions().forEach(this::apply);
    return this;
  }

  Network.Result apply(List<Change> transaction) {
    return controller.transact(Writer.SYSTEM, new ArrayList<>(transaction)).join();
  }

  Map<String, Set<Flow>> flows() {
    return Picture.flows(controller);
  }

  Picture picture() {
    return Picture.of(controller);
  }

  @Override
  public void close() {
    controller.close();
  }
}
