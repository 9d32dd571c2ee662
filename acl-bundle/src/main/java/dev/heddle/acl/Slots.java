package dev.heddle.acl;

import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Numbers of groups or sets in four fields, so that a rule asks for one of them in four flows,
 * however many members there are.
 */
final class Slots {

  static final int COUNT = 4;

  private Slots() {}

  /** Writes numbers, at most as many as there are fields, and zero behind them. */
  static void write(FlowDraft draft, List<Field> fields, List<Integer> numbers) {
    for (int i = 0; i < fields.size(); i++) {
      draft.set(fields.get(i), i < numbers.size() ? numbers.get(i) : 0);
    }
  }

  /** The conditions of which one is met if the number is there. */
  static Stream<UnaryOperator<FlowDraft>> anyOf(List<Field> fields, int number) {
    return fields.stream().map(f -> draft -> draft.match(f, number));
  }
}
