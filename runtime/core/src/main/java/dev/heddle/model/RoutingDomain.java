package dev.heddle.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The switches that routers join, within which an address may mean one thing only. Routers that
 * share a switch are one domain, named by the least of them; peers see one another's switches, but
 * a peer's peer does not, so two domains that never meet may use the same addresses.
 */
public final class RoutingDomain {

  /** A subnet of a switch in a domain. The lower key is the older switch. */
  record Claim(IpPrefix subnet, int key, Id<LogicalSwitch> network) {}

  /** A switch in its domain. */
  record Member(Id<LogicalRouter> domain, List<Claim> claims) {}

  /** A subnet that an older switch of the domain, or of a peer, has already. */
  public record Overlap(IpPrefix subnet, IpPrefix other, Id<LogicalSwitch> owner) {}

  static final Index<LogicalPort, LogicalPort, Id<LogicalSwitch>, Id<LogicalRouter>> JOINS =
      Index.of(
          "routers-of-switch",
          LogicalPort.KIND,
          (id, p) ->
              p.enabled()
                  ? p.router().stream().map(r -> new Index.Pair<>(p.network(), r))
                  : Stream.empty());

  /** The routers of a switch, those that exist, least first. */
  static final Fact<Id<LogicalSwitch>, List<Id<LogicalRouter>>> ROUTERS =
      new Fact<>(
          "existing-routers-of-switch",
          1,
          (id, view) ->
              view.ids(JOINS, id).stream().filter(r -> view.get(r).isPresent()).sorted().toList());

  /** From router to router across a shared switch: a line, so that many routers are not n x n. */
  static final Index<LogicalSwitch, List<Id<LogicalRouter>>, Id<LogicalRouter>, Id<LogicalRouter>>
      NEXT_TO =
          Index.over(
              "routers-side-by-side",
              LogicalSwitch.KIND,
              ROUTERS,
              (id, routers) ->
                  IntStream.range(1, routers.size())
                      .boxed()
                      .flatMap(
                          i ->
                              Stream.of(
                                  new Index.Pair<>(routers.get(i - 1), routers.get(i)),
                                  new Index.Pair<>(routers.get(i), routers.get(i - 1)))));

  /** All routers of a router's domain, least first. */
  static final Fact<Id<LogicalRouter>, List<Id<LogicalRouter>>> DOMAIN =
      new Fact<>("routing-domain", 2, RoutingDomain::domain);

  static final Fact<Id<LogicalSwitch>, Optional<Member>> MEMBER =
      new Fact<>("routed-switch", 3, RoutingDomain::member);

  static final Index<LogicalSwitch, Optional<Member>, Id<LogicalRouter>, Claim> CLAIMS =
      Index.over(
          "routed-subnets",
          LogicalSwitch.KIND,
          MEMBER,
          (id, m) ->
              m.stream()
                  .flatMap(at -> at.claims().stream().map(c -> new Index.Pair<>(at.domain(), c))));

  static final Fact<Id<LogicalRouter>, Map<Id<LogicalSwitch>, Overlap>> OVERLAPS =
      new Fact<>("overlaps-of-domain", 4, RoutingDomain::overlaps);

  /** The subnet by which a switch is in the way of an older one, if there is one. */
  public static final Fact<Id<LogicalSwitch>, Optional<Overlap>> OVERLAP =
      new Fact<>(
          "overlap",
          5,
          (id, view) ->
              view.fact(MEMBER, id)
                  .flatMap(m -> Optional.ofNullable(view.fact(OVERLAPS, m.domain()).get(id))));

  private RoutingDomain() {}

  private static List<Id<LogicalRouter>> domain(Id<LogicalRouter> start, View view) {
    Set<Id<LogicalRouter>> seen = new TreeSet<>(Set.of(start));
    Deque<Id<LogicalRouter>> ahead = new ArrayDeque<>(seen);
    while (!ahead.isEmpty()) {
      for (Id<LogicalRouter> next : view.ids(NEXT_TO, ahead.remove())) {
        if (seen.add(next)) {
          ahead.add(next);
        }
      }
    }
    return List.copyOf(seen);
  }

  private static Optional<Member> member(Id<LogicalSwitch> id, View view) {
    Optional<LogicalSwitch> network = view.get(id).filter(s -> !s.subnets().isEmpty());
    List<Id<LogicalRouter>> routers = network.isEmpty() ? List.of() : view.fact(ROUTERS, id);
    return routers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Member(
                view.fact(DOMAIN, routers.get(0)).get(0),
                network.get().subnets().stream()
                    .map(s -> new Claim(s, network.get().key(), id))
                    .toList()));
  }

  private static Map<Id<LogicalSwitch>, Overlap> overlaps(Id<LogicalRouter> domain, View view) {
    Set<Claim> own = view.ids(CLAIMS, domain);
    Set<Id<LogicalRouter>> domains = new HashSet<>(Set.of(domain));
    for (Id<LogicalRouter> router : view.fact(DOMAIN, domain)) {
      for (Id<LogicalRouter> peer : view.ids(LogicalRouter.PEERS, router)) {
        view.get(peer).ifPresent(p -> domains.add(view.fact(DOMAIN, peer).get(0)));
      }
    }
    List<Claim> all = new ArrayList<>();
    domains.forEach(d -> all.addAll(view.ids(CLAIMS, d)));
    Map<Id<LogicalSwitch>, Overlap> found = new HashMap<>();
    Nesting.oldestRivals(all)
        .forEach(
            (claim, rival) -> {
              if (own.contains(claim) && rival.key() < claim.key()) {
                found.merge(
                    claim.network(),
                    new Overlap(claim.subnet(), rival.subnet(), rival.network()),
                    (a, b) -> a.toString().compareTo(b.toString()) <= 0 ? a : b);
              }
            });
    return Map.copyOf(found);
  }

  /** Whether a switch makes sense in the model as it is. */
  public static List<Condition> conditions(LogicalSwitch network, View view) {
    Condition accepted =
        view.fact(OVERLAP, network.id())
            .map(
                o ->
                    Condition.failed(
                        Condition.ACCEPTED,
                        "Overlap",
                        String.format(
                            "%s overlaps %s of LogicalSwitch %s in the same routing domain.",
                            o.subnet(), o.other(), o.owner().name())))
            .orElse(Condition.met(Condition.ACCEPTED, ""));
    return List.of(accepted, Condition.met(Condition.RESOLVED, ""));
  }
}
