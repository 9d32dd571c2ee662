package dev.heddle.plainswitches;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.model.PlainSwitch.State;
import dev.heddle.model.View;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The ports of one switch that take part in forwarding: those with hosts and the links of the tree.
 *
 * @param tree names the links of the tree it is in: what was learned over other links may be wrong
 */
record Open(SortedSet<Integer> ports, String tree) {

  static final Fact<Id<PlainSwitch>, Open> OF_SWITCH = new Fact<>("plain-open", 2, Open::of);

  private static Open of(Id<PlainSwitch> id, View view) {
    Forest forest = view.fact(Forest.OF_ALL, "all");
    SortedSet<Integer> ports = new TreeSet<>();
    view.get(id)
        .ifPresent(
            s -> {
              ports.addAll(s.in(State.EDGE));
              s.in(State.LINK).stream().filter(p -> forest.has(new End(id, p))).forEach(ports::add);
            });
    String tree =
        forest.around(id).stream()
            .map(l -> l.a() + "-" + l.b() + "/" + l.since())
            .collect(Collectors.joining(" "));
    return new Open(ports, tree);
  }
}
