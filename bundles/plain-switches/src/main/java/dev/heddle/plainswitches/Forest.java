package dev.heddle.plainswitches;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.model.PlainSwitch.Port;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The links that carry traffic: as many as join all switches that can be joined, and none that
 * closes a loop. Of two ways the older link is taken: a link that is found later changes nothing
 * for those that carry traffic already, so there is no moment with a loop, in whatever order the
 * switches take a change in. A link that fails keeps its place until it is gone.
 *
 * @param links by age
 */
record Forest(List<Link> links) {

  /** The lesser end first. */
  record Link(long since, End a, End b) {

    private static final Comparator<Link> BY_AGE =
        Comparator.comparingLong(Link::since).thenComparing(Link::a).thenComparing(Link::b);

    private static Link of(long since, End one, End other) {
      return one.compareTo(other) < 0 ? new Link(since, one, other) : new Link(since, other, one);
    }

    boolean has(End end) {
      return a.equals(end) || b.equals(end);
    }
  }

  /** There is one, whatever the key; it is that of {@link PlainSwitch#ALL}. */
  static final Fact<String, Forest> OF_ALL =
      new Fact<>(
          "plain-forest",
          1,
          (all, view) ->
              of(
                  view.ids(PlainSwitch.ALL, all).stream()
                      .flatMap(id -> view.get(id).stream())
                      .toList()));

  Forest {
    links = List.copyOf(links);
  }

  static Forest of(Collection<PlainSwitch> switches) {
    Map<End, Port> ports = new HashMap<>();
    switches.forEach(
        s -> s.ports().values().forEach(p -> ports.put(new End(s.id(), p.number()), p)));
    SortedSet<Link> links = new TreeSet<>(Link.BY_AGE);
    ports.forEach(
        (here, port) ->
            port.peer()
                .filter(there -> leads(ports.get(there), here))
                .ifPresent(there -> links.add(Link.of(port.since(), here, there))));
    List<Link> chosen = new ArrayList<>();
    Map<Id<PlainSwitch>, Id<PlainSwitch>> above = new HashMap<>();
    for (Link link : links) {
      Id<PlainSwitch> one = root(above, link.a.at());
      Id<PlainSwitch> other = root(above, link.b.at());
      if (!one.equals(other)) {
        above.put(one, other);
        chosen.add(link);
      }
    }
    return new Forest(chosen);
  }

  private static boolean leads(Port from, End to) {
    return from != null && from.peer().equals(Optional.of(to));
  }

  private static Id<PlainSwitch> root(
      Map<Id<PlainSwitch>, Id<PlainSwitch>> above, Id<PlainSwitch> of) {
    Id<PlainSwitch> at = of;
    while (above.containsKey(at)) {
      at = above.get(at);
    }
    return at;
  }

  boolean has(End end) {
    return links.stream().anyMatch(l -> l.has(end));
  }

  /** The links of the tree that a switch is in. */
  List<Link> around(Id<PlainSwitch> id) {
    Map<Id<PlainSwitch>, Id<PlainSwitch>> above = new HashMap<>();
    links.forEach(l -> above.put(root(above, l.a.at()), root(above, l.b.at())));
    Id<PlainSwitch> own = root(above, id);
    return links.stream().filter(l -> root(above, l.a.at()).equals(own)).toList();
  }
}
