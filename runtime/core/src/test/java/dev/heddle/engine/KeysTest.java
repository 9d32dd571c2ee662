package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Owner;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Numbers: one object each, for its life; shown on the smallest space, that of owners. */
@Timeout(60)
class KeysTest {

  private static final int LAST = KeySpace.OWNER.last();

  private final MemoryStore store = new MemoryStore();
  private Kinds kinds = new Kinds();
  private Transactions transactions = new Transactions(kinds);
  private long revision;

  @BeforeEach
  void empty() {
    kinds.add(Owner.KIND);
  }

  private static Change put(String name) {
    return new Change.Put(Owner.document(name));
  }

  private static Change labelled(String name) {
    return new Change.Put(
        new Document("Feature", name, Map.of("a", "b"), Owner.document(name).spec()));
  }

  private static Change remove(String name) {
    return new Change.Remove("Feature", name, true);
  }

  private void make(Change... changes) {
    transactions.stage(Writer.SYSTEM, List.of(changes), ++revision);
    store.commit(transactions.commit(revision));
    transactions.accept();
  }

  private int key(String name) {
    return transactions.stored(Owner.KIND.id(name)).orElseThrow().key();
  }

  /** As if so many had been given before. */
  private void startAt(int last) {
    transactions.load(new Store.Contents(0, Map.of(), Map.of(KeySpace.OWNER, last)));
  }

  private void restart() {
    kinds = new Kinds();
    transactions = new Transactions(kinds);
    transactions.load(store.load());
    kinds.add(Owner.KIND);
    transactions.countNumbers(Owner.KIND);
    assertThat(transactions.entities(Owner.KIND))
        .allSatisfy(e -> assertThat(((Owner) e).number()).isEqualTo(key(e.id().name())));
  }

  @Test
  void aNumberStaysWithItsObjectForLife() {
    make(put("a"), put("b"));
    assertThat(List.of(key("a"), key("b"))).containsExactly(1, 2);
    make(labelled("a"));
    assertThat(key("a")).isEqualTo(1);
    restart();
    make(labelled("b"), put("c"));
    assertThat(List.of(key("a"), key("b"), key("c"))).containsExactly(1, 2, 3);
  }

  @Test
  void aNumberIsNotGivenAgainThoughItsObjectIsGone() {
    make(put("a"), put("b"));
    make(remove("b"));
    make(put("b"));
    assertThat(key("b")).isEqualTo(3);
    make(remove("b"));
    restart();
    make(put("b"));
    assertThat(key("b")).as("not even after a restart").isEqualTo(4);
  }

  @Test
  void afterTheLastNumberTheFirstThatIsFreeIsNext() {
    make(put("a"), put("b"), put("c"));
    make(remove("b"));
    startAt(LAST - 1);
    make(put("d"), put("e"), put("f"));
    assertThat(List.of(key("d"), key("e"), key("f"))).containsExactly(LAST, 2, 4);
    assertThat(store.load().lastKeys()).containsEntry(KeySpace.OWNER, 4);
  }

  @Test
  void aSpaceThatIsUsedUpRefusesInASentence() {
    make(owners("o", LAST));
    assertThat(IntStream.rangeClosed(1, LAST).map(i -> key("o" + i)).distinct().count())
        .isEqualTo(LAST);
    assertThatThrownBy(() -> make(put("more")))
        .isInstanceOf(RefusedException.class)
        .hasMessage("model: all 65534 numbers of OWNER are given");
    make(remove("o77"));
    make(put("more"));
    assertThat(key("more")).as("the only one that is free").isEqualTo(77);
  }

  private static Change[] owners(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> put(prefix + i)).toArray(Change[]::new);
  }

  /** Nothing leaks if the whole space can be given afterwards. */
  private void theWholeSpaceIsFree() {
    make(owners("o", LAST));
    assertThat(key("o" + LAST)).isPositive();
  }

  @Test
  void aRefusedTransactionGivesItsNumbersBack() {
    assertThatThrownBy(() -> make(put("a"), put("b"), remove("nobody")))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Feature/nobody: there is no such object");
    assertThat(transactions.stored(Owner.KIND.id("a"))).isEmpty();
    assertThat(transactions.commit(revision).isEmpty()).as("nothing of it is staged").isTrue();
    theWholeSpaceIsFree();
  }

  @Test
  void whatCouldNotBeStoredGivesItsNumbersBack() {
    transactions.stage(Writer.SYSTEM, List.of(put("a")), 1);
    transactions.stage(Writer.SYSTEM, List.of(put("b")), 1);
    assertThat(transactions.commit(1).isEmpty()).isFalse();
    transactions.discard();
    assertThat(transactions.stored(Owner.KIND.id("a"))).isEmpty();
    theWholeSpaceIsFree();
  }

  @Test
  void whatComesAndGoesWithinOneTransactionLeavesNoNumberBehind() {
    make(put("stays"));
    make(put("a"), remove("a"), put("b"), remove("b"), put("b"), remove("stays"), put("stays"));
    Id<Owner> a = Owner.KIND.id("a");
    assertThat(transactions.stored(a)).isEmpty();
    make(remove("b"));
    make(remove("stays"));
    theWholeSpaceIsFree();
  }

  @Test
  void anObjectThatIsReplacedKeepsOthersOffItsNumber() {
    make(put("a"));
    make(remove("a"), put("a"));
    int now = key("a");
    startAt(LAST);
    make(owners("o", LAST - 1));
    assertThat(IntStream.rangeClosed(1, LAST - 1).map(i -> key("o" + i))).doesNotContain(now);
  }
}
