package dev.heddle.engine;

import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.KnownKind;
import dev.heddle.pipeline.Owner;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import dev.heddle.pipeline.StageFlows;
import dev.heddle.store.Store;
import dev.heddle.store.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ties model, store, features and flows together. One thread applies transactions: stored first,
 * then computed, then published as one revision.
 */
@Component(service = {Network.class, DesiredFlows.class, Controller.class})
public final class Controller implements Network, DesiredFlows, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

  private final Store store;
  private final Kinds kinds = new Kinds();
  private final Transactions transactions = new Transactions(kinds);
  private final Board board = new Board();
  private final Graph graph = new Graph(new ToBoard(board, () -> this.functions));
  private final Functions functions = new Functions(graph, board);
  private final ModelThread thread = new ModelThread(this::drain);
  private final Publication published = new Publication(board, functions);
  private final Watchers watchers = new Watchers();
  private final Conditions conditions = new Conditions(kinds, transactions, functions);
  private final Audit audit = new Audit(thread, graph, functions, () -> release(Set.of()));
  private final Origins origins = new Origins();
  private final FeatureRecords records = new FeatureRecords(graph, kinds);
  private final States states = new States(thread, transactions, graph, conditions);
  private final Swaps swaps = new Swaps(this);
  private Set<Id<?>> touched = new HashSet<>();
  private long revision;

  /** Loads {@code store} and computes what needs no feature; takes the store over. */
  @Activate
  public Controller(@Reference Store store) {
    this.store = store;
    thread.call(
        () -> {
          Store.Contents contents = store.load();
          revision = contents.revision();
          functions.startedAt(revision);
          transactions.load(contents);
          Kinds.CORE.forEach(this::addKind);
          ToBoard.SCOPES.forEach(graph::maintain);
          arrive(new StageFlows());
          return null;
        });
  }

  private void addKind(Kind<?> kind) {
    kinds.add(kind);
    transactions.countNumbers(kind);
    transactions.entities(kind).forEach(e -> set(e.id(), Optional.of(e)));
  }

  /** The documents of the kind stay; what was made of them by classes of its feature goes. */
  private void removeKind(Kind<?> kind) {
    kinds.remove(kind);
    graph.objects(kind.name()).toList().forEach(c -> set(c.id, Optional.empty()));
  }

  /**
   * A feature is here: its units are computed and take the place of those it left, if it was here
   * before. One whose name another has waits beside it until that leaves or is swapped.
   */
  @Reference(
      name = "features",
      unbind = "remove",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  public void add(Feature feature) {
    thread.call(
        () -> {
          swaps.giveUp("Feature " + feature.name() + " came.");
          if (functions.isLive(feature.name())) {
            swaps.waits(feature);
          } else {
            come(feature);
          }
          return null;
        });
  }

  private void come(Feature feature) {
    arrive(feature);
    LOG.info("feature {} is here", feature.name());
  }

  void arrive(Feature feature) {
    FeatureFunctions declared = FeatureFunctions.of(feature);
    refuseTaken(declared);
    transactions.stage(Writer.SYSTEM, records.arriving(declared), revision + 1);
    try {
      declared.kinds().forEach(k -> transactions.number(k, revision + 1));
    } catch (RefusedException e) {
      transactions.discard();
      throw e;
    }
    keep(true);
    declared.kinds().forEach(this::addKind); // a feature that is refused leaves nothing
    int owner = transactions.stored(Owner.KIND.id(declared.name())).orElseThrow().key();
    origins.note(feature);
    publish(Set.of(owner), () -> functions.arrive(declared, owner, revision));
  }

  /** No stage and no kind of it may be another's. */
  void refuseTaken(FeatureFunctions declared) {
    declared.refuseTaken(records.filled().toList());
    declared.kinds().forEach(k -> kinds.refuseTaken(k, declared.name(), this::exists));
  }

  /**
   * A version of a feature takes the place of the one that is here, in one revision.
   *
   * @param hold whether all nodes get what there was until they are released
   */
  void exchange(FeatureFunctions version, boolean hold) {
    transactions.stage(Writer.SYSTEM, records.arriving(version), revision + 1);
    keep(true);
    int owner = transactions.stored(Owner.KIND.id(version.name())).orElseThrow().key();
    origins.note(version.source());
    publish(
        Set.of(owner),
        () -> {
          Remembered before = board.remember();
          functions.leave(version.name());
          functions.arrive(version, owner, revision);
          graph.settle();
          board.forget();
          published.release(published.waiting());
          if (hold) {
            published.hold(before.byNode());
          }
        });
  }

  /** These nodes get what there is, with a new revision. */
  void release(Collection<Id<Node>> nodes) {
    keep(true);
    if (!nodes.isEmpty()) {
      functions.arrivedAt(revision);
    }
    publish(Set.of(), () -> published.release(nodes));
  }

  /** Here, or away with its flows held. */
  private boolean exists(String feature) {
    return transactions.stored(Owner.KIND.id(feature)).isPresent();
  }

  /** A feature goes away; its flows stay until it returns or is retired. */
  public void remove(Feature feature) {
    thread.call(
        () -> {
          swaps.giveUp("Feature " + feature.name() + " went.");
          if (swaps.leaves(feature) || !functions.isHere(feature)) {
            return null; // it waited, or was refused when it came, or has left already
          }
          List<Kind<?>> brought = functions.leave(feature.name());
          published.change(
              () -> {
                brought.forEach(this::removeKind);
                graph.settle();
              });
          noteLeft(feature.name());
          audit.restart();
          LOG.info("feature {} is away, its flows are held", feature.name());
          watchers.tell(revision);
          swaps.next(feature.name()).ifPresent(this::come);
          return null;
        });
  }

  /** Its stages say what they know; if that cannot be stored it is away all the same. */
  private void noteLeft(String feature) {
    try {
      transactions.stage(Writer.SYSTEM, records.left(feature, revision), revision + 1);
      keep(false);
      publish(Set.of(), () -> {});
    } catch (StoreException e) {
      LOG.error("that feature {} is away could not be stored", feature, e);
    }
  }

  /** Removes what a feature that is away has left. Says why not, if not. */
  public Optional<String> retire(String feature) {
    return thread.call(
        () -> {
          swaps.giveUp("Feature " + feature + " was to be retired.");
          if (functions.isLive(feature)) {
            return Optional.of("Feature " + feature + " is here; stop its bundle first.");
          }
          if (!exists(feature)) {
            return Optional.of("There is no feature named " + feature + ".");
          }
          Predicate<String> hasObjects = kind -> transactions.all(kind).findAny().isPresent();
          transactions.stage(Writer.SYSTEM, records.retired(feature, hasObjects), revision + 1);
          keep(false);
          publish(Set.of(), () -> functions.retire(feature));
          LOG.info("feature {} is retired, its flows go", feature);
          return Optional.empty();
        });
  }

  @Override
  public CompletableFuture<Result> transact(Writer writer, List<Change> changes) {
    return thread.submit(writer, changes);
  }

  /** Applies all transactions that wait, with one write to the store and one computation. */
  private void drain(List<ModelThread.Pending> waiting) {
    List<ModelThread.Pending> taken = new ArrayList<>();
    List<List<Effect>> effects = new ArrayList<>();
    for (ModelThread.Pending p : waiting) {
      try {
        effects.add(transactions.stage(p.writer(), p.changes(), revision + 1));
        taken.add(p);
      } catch (RuntimeException | Error e) {
        p.result().completeExceptionally(e);
      }
    }
    try {
      keep(false);
    } catch (StoreException e) {
      LOG.error("a change is refused because it could not be stored", e);
      taken.forEach(p -> p.result().completeExceptionally(e));
      return;
    }
    publish(Set.of(), () -> {});
    for (int i = 0; i < taken.size(); i++) {
      taken.get(i).result().complete(new Result(revision, effects.get(i)));
    }
  }

  @Override
  public List<State> get(Collection<? extends Id<?>> ids) {
    return states.get(ids);
  }

  /**
   * Stores what is staged and brings it into the model; {@link #publish} computes. What changes
   * flows without changing a document is a revision too: switches have to confirm it.
   */
  private void keep(boolean evenIfEmpty) {
    Store.Commit commit = transactions.commit(revision + 1);
    if (commit.isEmpty() && !evenIfEmpty) {
      transactions.discard(); // what was created and removed in one go leaves nothing behind
      return;
    }
    try {
      store.commit(commit);
    } catch (RuntimeException | Error e) {
      transactions.discard();
      throw e;
    }
    revision++;
    published.change(() -> transactions.accept().forEach(this::set));
  }

  private void set(Id<?> id, Optional<Entity<?>> value) {
    Entity<?> before = graph.entity(id).value();
    touched.add(id);
    graph.set(id, value.orElse(null));
    value
        .or(() -> Optional.ofNullable(before))
        .ifPresent(
            e -> {
              published.note(e, value.isPresent());
              kinds.note(e, value.isPresent());
              if (value.isPresent() && e instanceof KnownKind kind) {
                transactions.countNumbers(kind.unread());
              }
            });
  }

  /** {@code last} and all that follows from it becomes visible at once, as one revision. */
  private void publish(Set<Integer> arrived, Runnable last) {
    Runnable settled =
        () -> {
          last.run();
          graph.settle();
        };
    published.publish(settled, revision, touched, arrived);
    touched = new HashSet<>(); // clearing would keep the room that the first computation took
    watchers.tell(revision);
  }

  @Override
  public Optional<State> get(String kind, String name) {
    return states.get(new Id<>(kind, name));
  }

  @Override
  public List<State> list(String kind, String after, int most) {
    return states.list(kind, after, most);
  }

  @Override
  public List<Document> documents(String kind) {
    return states.documents(kind);
  }

  @Override
  public List<Kind<?>> kinds() {
    return thread.call(kinds::list);
  }

  @Override
  public AutoCloseable watch(LongConsumer onRevision) {
    return watchers.add(onRevision);
  }

  @Override
  public AutoCloseable confirmedBy(Confirmations source) {
    conditions.confirmations(source);
    AutoCloseable watch = source.watch(() -> thread.execute(this::confirmedMore));
    return () -> {
      watch.close();
      conditions.confirmations(null);
    };
  }

  private void confirmedMore() {
    watchers.tell(revision);
    swaps.look();
  }

  @Override
  public <R> R read(Function<Snapshot, R> reader) {
    return published.read(reader);
  }

  @Override
  public Response respond(int owner, Punted punted) {
    return functions.respond(owner, punted);
  }

  @Override
  public AutoCloseable listen(Listener listener) {
    return thread.call(() -> published.listen(listener));
  }

  /** What people ask about the pipeline. */
  public Inspection inspection() {
    return new Inspector(this);
  }

  Parts parts() {
    return new Parts(thread, graph, functions, board, audit, swaps, published, conditions, origins);
  }

  Store.Contents contents() {
    return transactions.contents(revision);
  }

  long revision() {
    return revision;
  }

  @Override
  @Deactivate
  public void close() {
    thread.close();
    store.close();
  }
}
