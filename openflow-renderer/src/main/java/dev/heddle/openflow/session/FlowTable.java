package dev.heddle.openflow.session;

import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a switch has, as it said when it was asked, as it confirmed and as it told since. */
final class FlowTable {

  /**
   * Something that the switch has not done for us.
   *
   * @param key the place as a key, if it can be one
   * @param before what was there, if it was one of our values
   */
  record Surprise(Place place, Optional<FlowKey> key, Optional<Flow> before) {}

  /** The flows with these bits in their cookies: a part of all flows that can be asked for. */
  record Slice(long cookie, long mask) {
    boolean has(long of) {
      return (of & mask) == cookie;
    }
  }

  private final Map<FlowKey, Flow> flows = new HashMap<>();
  private final Map<Place, Installed.Foreign> foreign = new HashMap<>();
  private final Map<Place, Installed.Foreign> learned = new HashMap<>();

  FlowTable(List<Installed> dump) {
    dump.forEach(this::put);
  }

  Map<FlowKey, Flow> flows() {
    return flows;
  }

  /** Flows that no value of ours can say, save those that the switch has learned. */
  Collection<Installed.Foreign> foreign() {
    return foreign.values();
  }

  /** The keys of flows whose cookies carry one of these owner numbers. */
  Set<FlowKey> ownedBy(Set<Integer> owners) {
    return flows.values().stream()
        .filter(f -> owners.contains(Cookie.owner(f.cookie())))
        .map(Flow::key)
        .collect(Collectors.toSet());
  }

  /** The switch has confirmed these. */
  void confirmed(List<FlowChange> changes) {
    for (FlowChange c : changes) {
      if (c instanceof FlowChange.Put put) {
        put(put.flow());
      } else if (c instanceof FlowChange.Remove remove) {
        take(Place.of(remove.key()), Optional.of(remove.key()));
      } else {
        foreign.remove(Place.of(((FlowChange.RemoveForeign) c).flow()));
      }
    }
  }

  /** The switch tells of a change; empty if that is no news, or something it learned itself. */
  Optional<Surprise> told(FlowUpdate update) {
    if (update instanceof FlowUpdate.Present present) {
      return present(present.flow());
    }
    Installed.Foreign gone = ((FlowUpdate.Gone) update).flow();
    Place place = Place.of(gone);
    Optional<Flow> before = gone.key().map(flows::get);
    boolean known = before.isPresent() || foreign.containsKey(place);
    take(place, gone.key());
    return known ? surprise(place, gone.key(), before, gone.cookie()) : Optional.empty();
  }

  private Optional<Surprise> present(Installed flow) {
    Place place = Place.of(flow);
    if (flow instanceof Installed.Known known) {
      FlowKey key = known.flow().key();
      Optional<Flow> before = Optional.ofNullable(flows.get(key));
      put(flow);
      return before.equals(Optional.of(known.flow()))
          ? Optional.empty()
          : surprise(place, Optional.of(key), before, known.flow().cookie());
    }
    Installed.Foreign unsaid = (Installed.Foreign) flow;
    Optional<Flow> before = unsaid.key().map(flows::get);
    boolean same = unsaid.equals(foreign.get(place));
    put(flow);
    return same ? Optional.empty() : surprise(place, unsaid.key(), before, unsaid.cookie());
  }

  private static Optional<Surprise> surprise(
      Place place, Optional<FlowKey> key, Optional<Flow> before, long cookie) {
    boolean learns = before.isEmpty() && Cookie.isLearned(place.table(), cookie);
    return learns ? Optional.empty() : Optional.of(new Surprise(place, key, before));
  }

  /**
   * The switch said that {@code dump} is all it has of a slice.
   *
   * @param changing places that were or are being changed since it was asked: nothing is taken from
   *     what it says of those
   */
  List<Surprise> compare(List<Installed> dump, Slice slice, Set<Place> changing) {
    List<Surprise> surprises = new ArrayList<>();
    Set<Place> seen = new HashSet<>(changing);
    for (Installed i : dump) {
      if (seen.add(Place.of(i))) {
        present(i).ifPresent(surprises::add);
      }
    }
    flows
        .values()
        .removeIf(
            f -> {
              if (!slice.has(f.cookie()) || seen.contains(Place.of(f.key()))) {
                return false;
              }
              surprise(Place.of(f.key()), Optional.of(f.key()), Optional.of(f), f.cookie())
                  .ifPresent(surprises::add);
              return true;
            });
    foreign.values().removeIf(f -> slice.has(f.cookie()) && !seen.contains(Place.of(f)));
    learned.values().removeIf(f -> slice.has(f.cookie()) && !seen.contains(Place.of(f)));
    return surprises;
  }

  private void put(Installed flow) {
    if (flow instanceof Installed.Known known) {
      put(known.flow());
    } else {
      Place place = Place.of(flow);
      Installed.Foreign unsaid = (Installed.Foreign) flow;
      take(place, unsaid.key());
      (Cookie.isLearned(unsaid.table(), unsaid.cookie()) ? learned : foreign).put(place, unsaid);
    }
  }

  private void put(Flow flow) {
    if (!foreign.isEmpty() || !learned.isEmpty()) { // there is hardly ever a flow like that
      take(Place.of(flow.key()), Optional.empty());
    }
    flows.put(flow.key(), flow);
  }

  private void take(Place place, Optional<FlowKey> key) {
    key.ifPresent(flows::remove);
    foreign.remove(place);
    learned.remove(place);
  }

  int size() {
    return flows.size() + foreign.size() + learned.size();
  }
}
