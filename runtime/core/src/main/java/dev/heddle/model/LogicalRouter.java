package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A distributed router. Ports of type {@code router} join it to switches; its peers are routers
 * whose switches it reaches directly, but not through them those of a third.
 */
public record LogicalRouter(
    Id<LogicalRouter> id,
    Map<String, String> labels,
    int key,
    List<Route> routes,
    List<Policy> policies,
    List<Id<LogicalRouter>> peers,
    List<Gateway> gatewayNodes)
    implements Entity<LogicalRouter> {

  public static final Kind<LogicalRouter> KIND =
      new Kind<>("LogicalRouter", "logicalrouters", false, KeySpace.NETWORK, LogicalRouter::parse);

  /** The routers that a router names as peers, and those that name it. */
  static final Index<LogicalRouter, LogicalRouter, Id<LogicalRouter>, Id<LogicalRouter>> PEERS =
      Index.of(
          "peer-routers",
          KIND,
          (id, r) ->
              r.peers.stream()
                  .flatMap(p -> Stream.of(new Index.Pair<>(id, p), new Index.Pair<>(p, id))));

  /** What a route chooses by. */
  public enum By {
    @JsonProperty("destination")
    DESTINATION,
    @JsonProperty("source")
    SOURCE
  }

  /**
   * Where packets of a prefix go: to next hops, out of a port, or nowhere.
   *
   * @param ecmp false if absent
   * @param discard false if absent
   */
  public record Route(
      IpPrefix prefix,
      List<IpAddress> nextHops,
      String port,
      String table,
      By policy,
      Boolean ecmp,
      Boolean discard) {

    public Route {
      ecmp = ecmp != null && ecmp;
      discard = discard != null && discard;
      nextHops = nextHops == null ? List.of() : List.copyOf(nextHops);
      policy = policy == null ? By.DESTINATION : policy;
      if (prefix == null) {
        throw new IllegalArgumentException("a route has a prefix");
      }
      if (discard != (nextHops.isEmpty() && port == null)) {
        throw new IllegalArgumentException("a route has nextHops or a port, or it discards");
      }
      if (nextHops.stream().anyMatch(h -> h.isV6() != prefix.address().isV6())) {
        throw new IllegalArgumentException("the next hops of " + prefix + " are of its family");
      }
    }
  }

  /** What a policy does. */
  public enum Verdict {
    @JsonProperty("allow")
    ALLOW,
    @JsonProperty("drop")
    DROP,
    @JsonProperty("reroute")
    REROUTE
  }

  /**
   * @param priority 0 to 32767, the higher first
   * @param match an expression, read by the feature that routes
   */
  public record Policy(int priority, String match, Verdict action, List<IpAddress> nextHops) {

    public Policy {
      nextHops = nextHops == null ? List.of() : List.copyOf(nextHops);
      if (priority < 0 || priority > 32767) {
        throw new IllegalArgumentException("a priority is 0 to 32767, not " + priority);
      }
      if (match == null || action == null) {
        throw new IllegalArgumentException("a policy has a match and an action");
      }
      if ((action == Verdict.REROUTE) == nextHops.isEmpty()) {
        throw new IllegalArgumentException("a policy has nextHops if it reroutes, else none");
      }
    }
  }

  /** A node that may be the router's gateway, the higher priority first. */
  public record Gateway(String node, int priority) {

    public Gateway {
      if (node == null) {
        throw new IllegalArgumentException("a gateway names its node");
      }
    }
  }

  /** As written by a user; everything may be absent. */
  record Form(
      List<Route> routes,
      List<Policy> policies,
      List<String> peers,
      List<Gateway> gatewayNodes,
      Boolean bfd) {}

  private static LogicalRouter parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    List<Id<LogicalRouter>> peers = orNone(f.peers).stream().map(KIND::id).distinct().toList();
    if (peers.contains(KIND.id(d.name()))) {
      throw new RefusedException(d.path() + " spec.peers", "a router is not its own peer");
    }
    return new LogicalRouter(
        KIND.id(d.name()),
        d.labels(),
        key,
        orNone(f.routes),
        orNone(f.policies),
        peers,
        orNone(f.gatewayNodes));
  }

  private static <T> List<T> orNone(List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /** Whether a router makes sense in the model as it is. */
  public static List<Condition> conditions(LogicalRouter router, View view) {
    List<Id<?>> missing = new ArrayList<>();
    router.peers.stream().filter(p -> view.get(p).isEmpty()).forEach(missing::add);
    return List.of(Condition.met(Condition.ACCEPTED, ""), Condition.resolved(missing));
  }
}
