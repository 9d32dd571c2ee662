package dev.heddle.openflow.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalsTest {

  private final List<String> log = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private final Refusals refusals = new Refusals(log::add, now::get);

  private static InetAddress peer(int number) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
  }

  private void passAnHour() {
    now.addAndGet(Told.PERIOD.toNanos() + 1);
  }

  @Test
  void eachReasonOnceAnHour() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      refusals.tell(peer(1), "it lies");
      refusals.note(peer(1), "is slow");
    }
    assertThat(log).containsExactly("10.0.0.1 is refused: it lies", "10.0.0.1 is slow");
    passAnHour();
    refusals.tell(peer(1), "it lies");
    assertThat(log).hasSize(3);
  }

  @Test
  void whoInventsReasonsIsNamedForTheFirstOnly() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      refusals.tell(peer(1), "it is called " + i);
    }
    assertThat(log).hasSize(Refusals.MOST_REASONS);
  }

  @Test
  void whoInventsAddressesIsCountedAndMakesRoomAfterAnHour() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      refusals.tell(peer(i), "it lies");
    }
    assertThat(log).hasSizeLessThan(Refusals.MOST_ADDRESSES + 20);
    assertThat(log.get(log.size() - 1)).startsWith("8192 connections of further peers");
    int before = log.size();
    passAnHour();
    refusals.tell(peer(10_001), "it lies");
    assertThat(log).hasSize(before + 1);
    assertThat(log.get(before)).endsWith(" is refused: it lies");
  }
}
