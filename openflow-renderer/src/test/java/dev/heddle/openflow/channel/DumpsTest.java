package dev.heddle.openflow.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.codec.MalformedMessage;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What switches answer that never come to an end. */
class DumpsTest {

  /** Of each kind, 1 KiB or so of an answer of which more follows. */
  private static final List<String> ENDLESS =
      List.of(
          page("0001", ("0038" + "00".repeat(46) + "0001000400000000").repeat(20)),
          page("0007", ("0008000000000001").repeat(128)),
          page("000a", ("0008000100000001").repeat(128)));

  private static String page(String kind, String body) {
    return "0413%04x00000001".formatted(16 + body.length() / 2) + kind + "000100000000" + body;
  }

  /** Answers when the test says so. */
  private static final class Asked implements Dialogue {
    private Consumer<byte[]> read;
    private CompletableFuture<?> answer;

    @Override
    public <T> CompletableFuture<T> ask(
        Duration limit, Question question, Function<byte[], Optional<T>> reads) {
      CompletableFuture<T> whole = new CompletableFuture<>();
      answer = whole;
      read = m -> reads.apply(m).ifPresent(whole::complete);
      return whole;
    }

    @Override
    public void tell(Question statement) {}

    void send(String hex) {
      read.accept(HexFormat.of().parseHex(hex));
    }
  }

  private final Budget room = new Budget(1 << 20);
  private final Asked asked = new Asked();
  private final Dumps dumps = new Dumps(asked, Duration.ofSeconds(1), room);

  private void begin(int kind) {
    switch (kind) {
      case 0 -> dumps.flows(0, 0);
      case 1 -> dumps.groups();
      default -> dumps.meters();
    }
  }

  @Test
  void oneTakesAtMostHalfOfTheRoomForAllAndGivesItBack() {
    for (int kind = 0; kind < ENDLESS.size(); kind++) {
      String page = ENDLESS.get(kind);
      begin(kind);
      assertThatThrownBy(
              () -> {
                while (true) {
                  asked.send(page);
                }
              })
          .isInstanceOf(MalformedMessage.class)
          .hasMessageContaining("more memory than there is");
      assertThat(room.taken()).isBetween((1L << 19) - 10_000, 1L << 19);
      asked.answer.completeExceptionally(new SwitchFailure("it broke the protocol"));
      assertThat(room.taken()).isZero();
    }
  }

  @Test
  void whatComesAfterTheEndTakesNothing() {
    begin(0);
    asked.answer.completeExceptionally(new SwitchFailure("late"));
    assertThatThrownBy(() -> asked.send(ENDLESS.get(0))).isInstanceOf(MalformedMessage.class);
    assertThat(room.taken()).isZero();
  }

  @Test
  void emptyPartsAreAllowedAndCounted() {
    begin(0);
    for (int i = 0; i < Dumps.MOST_EMPTY; i++) {
      asked.send(page("0001", ""));
    }
    assertThatThrownBy(() -> asked.send(page("0001", "")))
        .hasMessage("a dump of which ever more is to follow");
  }
}
