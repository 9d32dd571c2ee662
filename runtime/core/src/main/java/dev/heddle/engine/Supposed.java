package dev.heddle.engine;

import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.DesiredFlows.Snapshot;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Owner;
import dev.heddle.pipeline.StageFlows;
import dev.heddle.pipeline.Supposition;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.pipeline.WantedFlows;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Stored;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * A second controller on what the first has stored, with the same features, to which the
 * transaction is made. That what it computes is what the first one would is the law FULL.
 */
final class Supposed implements Supposition {

  private record Original(Store.Contents contents, List<Feature> features) {}

  private final Original original;
  private final Controller copy;
  private final Remembered before;
  private final Map<Id<Node>, Difference> differences = new TreeMap<>(Swaps.BY_NAME);

  private Supposed(Original original, Controller copy, Remembered before) {
    this.original = original;
    this.copy = copy;
    this.before = before;
    Board board = copy.parts().board();
    before.byNode().forEach((node, keys) -> Shadow.difference(keys, node, board, differences));
  }

  static Supposition of(Controller of, List<Change> changes, int most) {
    Original original = of.parts().thread().call(() -> original(of, most));
    Controller copy = new Controller(new MemoryStore(original.contents));
    boolean made = false;
    try {
      Parts parts = copy.parts();
      Remembered before =
          parts
              .thread()
              .call(
                  () -> {
                    original.features.forEach(copy::arrive);
                    return parts.board().remember();
                  });
      copy.transact(Writer.USER, changes).join();
      Supposed supposed =
          parts
              .thread()
              .call(
                  () -> {
                    parts.board().forget();
                    return new Supposed(original, copy, before);
                  });
      made = true;
      return supposed;
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    } finally {
      if (!made) {
        copy.close();
      }
    }
  }

  /** On the model's thread. */
  private static Original original(Controller of, int most) {
    Parts parts = of.parts();
    Store.Contents contents = of.contents();
    if (contents.documents().size() > most) {
      throw refused(
          "the model has "
              + contents.documents().size()
              + " objects, bindings and nodes included; what would be is worked out for at most "
              + most);
    }
    parts
        .graph()
        .objects(Owner.KIND.name())
        .map(c -> c.id.name())
        .filter(name -> !parts.functions().isLive(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw refused("feature " + name + " is away; its flows stay, whatever is changed");
            });
    if (parts.swaps().isUnderWay()) {
      throw refused("a swap of a feature is under way");
    }
    parts
        .functions()
        .units()
        .filter(u -> u.failure().isPresent())
        .findFirst()
        .ifPresent(
            u -> {
              throw refused(u + " could not be computed and keeps flows of before");
            });
    if (parts.graph().failed().findAny().isPresent()) {
      throw refused("an index could not be computed and keeps what was before");
    }
    return new Original(
        contents,
        parts.functions().here().stream()
            .filter(f -> !f.name().equals(StageFlows.NAME))
            .sorted(Comparator.comparing(Feature::name))
            .toList());
  }

  private static RefusedException refused(String sentence) {
    return new RefusedException("model", sentence);
  }

  @Override
  public long revision() {
    return original.contents.revision();
  }

  @Override
  public Network network() {
    return copy;
  }

  @Override
  public List<Document> before(String kind) {
    return original.contents.documents().values().stream()
        .map(Stored::document)
        .filter(d -> d.kind().equals(kind))
        .sorted(Comparator.comparing(Document::name))
        .toList();
  }

  @Override
  public WantedFlows flowsBefore() {
    return new WantedFlows() {
      @Override
      public <R> R read(Function<Snapshot, R> reader) {
        return copy.parts().published().read(before.byNode(), reader);
      }
    };
  }

  @Override
  public WantedFlows flowsAfter() {
    return copy;
  }

  @Override
  public Map<Id<Node>, Difference> differences() {
    return differences;
  }

  @Override
  public Map<String, String> failures() {
    return copy.inspection().failures();
  }

  @Override
  public void close() {
    copy.close();
  }
}
