package dev.heddle.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EncodedFlowsTest {

  private final ByteBuf out = Unpooled.buffer();

  private EncodedFlows bounded(long bytes) {
    return new EncodedFlows(bytes, Runnable::run);
  }

  private static Flow flow(int priority) {
    return new Flow(new FlowKey(1, priority, Match.ALL), 7, List.of(new Action.Output(2)));
  }

  private void write(EncodedFlows encoded, Flow flow) {
    encoded.write(out.clear(), 1, new FlowChange.Put(flow));
  }

  @Test
  void aFlowForTenSwitchesIsEncodedOnce() {
    EncodedFlows encoded = bounded(1 << 20);
    for (int node = 0; node < 10; node++) {
      IntStream.range(0, 100).forEach(i -> write(encoded, flow(i)));
    }
    assertThat(encoded.encodings()).isEqualTo(100);
  }

  @Test
  void anotherCookieOrOtherActionsAreAnotherFlow() {
    EncodedFlows encoded = bounded(1 << 20);
    write(encoded, flow(1));
    write(encoded, new Flow(flow(1).key(), 8, flow(1).actions()));
    write(encoded, new Flow(flow(1).key(), 8, List.of()));
    assertThat(encoded.encodings()).isEqualTo(3);
  }

  /** A flow here takes 88 bytes, and 100 beside them. */
  @Test
  void whatWasUsedLongestAgoIsForgottenAndWhatIsUsedIsNot() {
    EncodedFlows encoded = bounded(20 * 188);
    for (int i = 0; i < 100; i++) {
      write(encoded, flow(i));
      write(encoded, flow(0));
    }
    assertThat(encoded.encodings()).isEqualTo(100);

    IntStream.range(1, 80).forEach(i -> write(encoded, flow(i)));
    assertThat(encoded.encodings()).as("all but the newest are forgotten").isEqualTo(179);
  }

  @Test
  void withoutMemoryEachIsEncodedEachTime() {
    EncodedFlows encoded = bounded(0);
    for (int i = 0; i < 3; i++) {
      write(encoded, flow(1));
      write(encoded, flow(2));
    }
    assertThat(encoded.encodings()).isGreaterThanOrEqualTo(4);
  }

  @Test
  void tenThatAskForTheSameRunAtOnceHaveItEncodedOnce() throws Exception {
    EncodedFlows encoded = bounded(8 << 20);
    List<FlowChange.Put> flows =
        IntStream.range(0, 3_000).mapToObj(i -> new FlowChange.Put(flow(i))).toList();
    ExecutorService switches = Executors.newFixedThreadPool(10);
    try {
      List<Callable<ByteBuf>> each = Collections.nCopies(10, () -> inChunks(encoded, flows));
      ByteBuf expected = Unpooled.buffer();
      flows.forEach(put -> FlowCodec.write(expected, 1, put));
      for (Future<ByteBuf> sent : switches.invokeAll(each)) {
        assertThat(sent.get()).isEqualTo(expected);
      }
    } finally {
      switches.shutdown();
    }
    assertThat(encoded.encodings()).isEqualTo(3_000);
  }

  private static ByteBuf inChunks(EncodedFlows encoded, List<FlowChange.Put> flows) {
    ByteBuf out = Unpooled.buffer();
    for (int from = 0; from < flows.size(); from += 64) {
      encoded.ahead(flows, from);
      flows
          .subList(from, Math.min(from + 64, flows.size()))
          .forEach(put -> encoded.write(out, 1, put));
    }
    return out;
  }

  @Test
  void whatCannotBeSaidIsRefusedWhenItIsWrittenAndNotBefore() {
    EncodedFlows encoded = bounded(8 << 20);
    FlowChange.Put unsayable =
        new FlowChange.Put(
            new Flow(flow(2).key(), 7, Collections.nCopies(9_000, new Action.Output(2))));
    encoded.ahead(List.of(new FlowChange.Put(flow(1)), unsayable), 0);

    assertThat(encoded.encodings()).isEqualTo(1);
    assertThatThrownBy(() -> encoded.write(out, 1, unsayable))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
