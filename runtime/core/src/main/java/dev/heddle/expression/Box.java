package dev.heddle.expression;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A conjunction: all conditions on all axes. An axis without any is not there. Conditions that name
 * sets stay beside each other, those that do not are one, the first.
 */
record Box(Map<Axis, List<Choice>> axes) {

  static final Box ALL = new Box(Map.of());

  private static final int STEPS = 8; // of one conjunction, beside its values

  static Box of(Axis axis, Choice choice) {
    return choice.isAny() ? ALL : new Box(new EnumMap<>(Map.of(axis, List.of(choice))));
  }

  boolean isNever() {
    return axes.values().stream().anyMatch(choices -> choices.stream().anyMatch(Choice::isNever));
  }

  Box and(Box o, Budget budget) {
    budget.work(STEPS, 0);
    if (axes.isEmpty() || o.axes.isEmpty()) {
      return axes.isEmpty() ? o : this;
    }
    Map<Axis, List<Choice>> both = new EnumMap<>(axes);
    o.axes.forEach((axis, choices) -> both.merge(axis, choices, (a, b) -> and(a, b, budget)));
    return new Box(both);
  }

  private static List<Choice> and(List<Choice> a, List<Choice> b, Budget budget) {
    if (a.equals(b)) {
      return a;
    }
    List<Choice> all = new ArrayList<>();
    Choice literal = null;
    for (List<Choice> side : List.of(a, b)) {
      for (Choice c : side) {
        if (!c.isLiteral()) {
          all.add(c);
        } else if (literal == null) {
          literal = c;
        } else {
          literal = Choice.of(Cubes.and(literal.values(), c.values(), budget));
        }
      }
    }
    all.sort(Comparator.comparing(Choice::toString));
    if (literal != null) {
      all.add(0, literal);
    }
    return needed(all, budget);
  }

  /** Without those that another one implies. */
  private static List<Choice> needed(List<Choice> all, Budget budget) {
    if (all.size() < 2) {
      return List.copyOf(all);
    }
    List<Choice> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Choice c = all.get(i);
      boolean implied = false;
      for (int j = 0; j < all.size() && !implied; j++) {
        implied = j != i && covers(c, all.get(j), budget) && (j < i || !c.equals(all.get(j)));
      }
      if (!implied) {
        kept.add(c);
      }
    }
    return List.copyOf(kept);
  }

  private static boolean covers(Choice a, Choice b, Budget budget) {
    budget.work(a.names().containsAll(b.names()) ? (long) a.size() * b.size() : 1, 0);
    return a.covers(b);
  }

  /** All of {@code boxes}, with as many of them made one as differ in one condition only. */
  static List<Box> or(List<Box> boxes, Budget budget) {
    List<Box> merged = boxes;
    int before;
    do {
      before = merged.size();
      for (Axis axis : Axis.values()) {
        if (merged.size() > 1 && merged.stream().anyMatch(b -> b.axes.containsKey(axis))) {
          budget.work(merged.stream().mapToLong(Box::size).sum(), merged.size());
          merged = merged(merged, axis);
        }
      }
    } while (merged.size() < before && merged.size() > 1);
    return merged.size() > 1 && merged.contains(ALL) ? List.of(ALL) : merged;
  }

  private long size() {
    long sum = 1;
    for (List<Choice> choices : axes.values()) {
      sum += choices.stream().mapToLong(Choice::size).sum();
    }
    return sum;
  }

  private static List<Box> merged(List<Box> boxes, Axis axis) {
    Map<Map<Axis, List<Choice>>, List<List<Choice>>> byRest = new LinkedHashMap<>();
    for (Box b : boxes) {
      Map<Axis, List<Choice>> rest = new HashMap<>(b.axes);
      List<Choice> own = rest.remove(axis);
      byRest.computeIfAbsent(rest, r -> new ArrayList<>()).add(own == null ? List.of() : own);
    }
    if (byRest.size() == boxes.size()) {
      return boxes;
    }
    List<Box> all = new ArrayList<>();
    byRest.forEach(
        (rest, conditions) ->
            merged(conditions)
                .forEach(
                    c -> {
                      Map<Axis, List<Choice>> axes = new EnumMap<>(Axis.class);
                      axes.putAll(rest);
                      if (!c.isEmpty()) {
                        axes.put(axis, c);
                      }
                      all.add(new Box(axes));
                    }));
    return all;
  }

  /** Conditions on one axis of which one must hold. */
  private static List<List<Choice>> merged(List<List<Choice>> conditions) {
    if (conditions.contains(List.<Choice>of())) {
      return List.of(List.of()); // one asks for nothing
    }
    List<Choice> single =
        conditions.stream().filter(c -> c.size() == 1).map(c -> c.get(0)).toList();
    List<List<Choice>> all =
        new ArrayList<>(conditions.stream().filter(c -> c.size() > 1).distinct().toList());
    if (!single.isEmpty()) {
      Choice any = Choice.or(single);
      all.add(any.isAny() ? List.of() : List.of(any));
    }
    return all.contains(List.<Choice>of()) ? List.of(List.of()) : all;
  }
}
