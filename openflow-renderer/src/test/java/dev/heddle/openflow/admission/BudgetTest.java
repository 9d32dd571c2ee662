package dev.heddle.openflow.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BudgetTest {

  @Test
  void whatDoesNotFitTakesNothing() {
    Budget budget = new Budget(10);
    assertThat(budget.take(7)).isTrue();
    assertThat(budget.take(4)).isFalse();
    assertThat(budget.taken()).isEqualTo(7);
    assertThat(budget.take(3)).isTrue();
    budget.giveBack(10);
    assertThat(budget.taken()).isZero();
    assertThat(budget.most()).isEqualTo(10);
  }

  @Test
  void aPartOfTheHeapIsThatPart() {
    assertThat(Budget.ofHeap(4).most()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
  }

  @Test
  void manyAtOnceNeverHoldMoreThanThereIs() throws Exception {
    Budget budget = new Budget(100);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Long> one =
          () -> {
            long taken = 0;
            for (int i = 0; i < 100_000; i++) {
              if (budget.take(1)) {
                taken++;
              }
            }
            return taken;
          };
      List<Future<Long>> all = threads.invokeAll(Stream.generate(() -> one).limit(4).toList());
      long taken = 0;
      for (Future<Long> each : all) {
        taken += each.get();
      }
      assertThat(taken).isEqualTo(100);
      assertThat(budget.taken()).isEqualTo(100);
    } finally {
      threads.shutdown();
    }
  }
}
