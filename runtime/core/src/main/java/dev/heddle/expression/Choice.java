package dev.heddle.expression;

import java.util.List;
import java.util.TreeSet;

/**
 * One condition on one axis: a value among these, or in one of the named sets.
 *
 * @param values as {@link Cubes} says
 * @param names sorted; each with its sign, {@code $set}, {@code @group} or {@code "port}
 */
record Choice(List<Masked> values, List<String> names) {

  static Choice of(List<Masked> values) {
    return new Choice(values, List.of());
  }

  boolean isLiteral() {
    return names.isEmpty();
  }

  boolean isAny() {
    return values.stream().anyMatch(Masked::isAny);
  }

  boolean isNever() {
    return values.isEmpty() && names.isEmpty();
  }

  /** Only if it is seen at once: as each value and name of {@code o} is in one of this. */
  boolean covers(Choice o) {
    return names.containsAll(o.names)
        && o.values.stream().allMatch(v -> values.stream().anyMatch(w -> w.contains(v)));
  }

  static Choice or(List<Choice> all) {
    return new Choice(
        Cubes.union(all.stream().flatMap(c -> c.values.stream()).toList()),
        List.copyOf(new TreeSet<>(all.stream().flatMap(c -> c.names.stream()).toList())));
  }

  int size() {
    return values.size() + names.size();
  }
}
