package dev.heddle.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EncodedFlowsTest {

  private final AtomicInteger encodings = new AtomicInteger();
  private final ByteBuf out = Unpooled.buffer();

  private EncodedFlows bounded(long bytes) {
    return new EncodedFlows(
        bytes,
        (to, xid, change) -> {
          encodings.incrementAndGet();
          FlowCodec.write(to, xid, change);
        });
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
    assertThat(encodings).hasValue(100);
  }

  @Test
  void anotherCookieOrOtherActionsAreAnotherFlow() {
    EncodedFlows encoded = bounded(1 << 20);
    write(encoded, flow(1));
    write(encoded, new Flow(flow(1).key(), 8, flow(1).actions()));
    write(encoded, new Flow(flow(1).key(), 8, List.of()));
    assertThat(encodings).hasValue(3);
  }

  /** A flow here takes 88 bytes, and 100 beside them. */
  @Test
  void whatWasUsedLongestAgoIsForgottenAndWhatIsUsedIsNot() {
    EncodedFlows encoded = bounded(20 * 188);
    for (int i = 0; i < 100; i++) {
      write(encoded, flow(i));
      write(encoded, flow(0));
    }
    assertThat(encodings).hasValue(100);

    IntStream.range(1, 80).forEach(i -> write(encoded, flow(i)));
    assertThat(encodings).as("all but the newest are forgotten").hasValue(179);
  }

  @Test
  void withoutMemoryEachIsEncodedEachTime() {
    EncodedFlows encoded = bounded(0);
    for (int i = 0; i < 3; i++) {
      write(encoded, flow(1));
      write(encoded, flow(2));
    }
    assertThat(encodings).hasValueGreaterThanOrEqualTo(4);
  }
}
