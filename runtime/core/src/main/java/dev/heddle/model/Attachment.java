package dev.heddle.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A port that takes part in its network: the switch exists, the port is enabled, and nobody older
 * on that switch has its MAC or one of its addresses. The older of two claimants is the one with
 * the lower key, so the answer depends on no order of events.
 */
public record Attachment(LogicalPort port, LogicalSwitch network) {

  /**
   * What only one port may have: a MAC or an IP address on its switch, the one way to a physical
   * network of its switch, a segment of such a network.
   *
   * @param scope the switch, or the kind of thing that is claimed in all of the model
   */
  record Claim(Object scope, Object value) {

    @Override
    public String toString() {
      return (scope instanceof Id<?> id ? id.name() : scope) + "," + value;
    }
  }

  static final Index<LogicalPort, LogicalPort, Claim, Id<LogicalPort>> CLAIMS =
      Index.of(
          "claims",
          LogicalPort.KIND,
          (id, p) -> claims(p).stream().map(c -> new Index.Pair<>(c, id)));

  /** The attachment of a port, if it has one. */
  public static final Fact<Id<LogicalPort>, Optional<Attachment>> OF_PORT =
      new Fact<>("attachment", 1, Attachment::of);

  private static List<Claim> claims(LogicalPort p) {
    if (p.localnet().isPresent()) {
      return List.of(
          new Claim(p.network(), "The way to a physical network"),
          new Claim("segment", p.localnet().get()));
    }
    List<Claim> claims = new ArrayList<>(1 + p.addresses().size());
    claims.add(new Claim(p.network(), p.mac()));
    p.addresses().forEach(a -> claims.add(new Claim(p.network(), a)));
    return claims;
  }

  private static Optional<Attachment> of(Id<LogicalPort> id, View view) {
    Optional<LogicalPort> port =
        view.get(id).filter(p -> p.enabled() && p.isPlugged()); // others wait for their feature
    Optional<LogicalSwitch> network = port.flatMap(p -> view.get(p.network()));
    if (network.isEmpty()
        || closed(port.get(), network.get(), view).isPresent()
        || !contested(port.get(), view).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Attachment(port.get(), network.get()));
  }

  /**
   * Why a port is not admitted although nothing is wrong with it: a stage that its switch says is
   * mandatory is not there, or its feature is away and has left nothing for this port.
   */
  public static Optional<String> closed(LogicalPort port, LogicalSwitch network, View view) {
    for (String name : network.mandatory()) {
      Optional<FilledStage> stage = view.get(FilledStage.KIND.id(name));
      if (stage.isEmpty()) {
        return Optional.of(
            "Stage "
                + name
                + " is mandatory on "
                + network.id().name()
                + " and no feature fills it; no port is admitted without it.");
      }
      if (!stage.get().knows(port)) {
        return Optional.of(away(stage.get()));
      }
    }
    return Optional.empty();
  }

  /** What is said of a port that is newer than what a stage holds. */
  public static String away(FilledStage stage) {
    return "Feature "
        + stage.feature()
        + " is away; until it returns no new port passes stage "
        + stage.id().name()
        + ".";
  }

  /** What {@code port} may not have because an older port has it, and which one that is. */
  private static Map<Object, LogicalPort> contested(LogicalPort port, View view) {
    Map<Object, LogicalPort> contested = Map.of();
    for (Claim claim : claims(port)) {
      LogicalPort oldest = port;
      for (Id<LogicalPort> other : view.ids(CLAIMS, claim)) {
        if (!other.equals(port.id())) {
          LogicalPort o = view.get(other).orElse(oldest);
          oldest = o.key() < oldest.key() ? o : oldest;
        }
      }
      if (oldest.key() < port.key()) {
        contested = contested.isEmpty() ? new LinkedHashMap<>() : contested;
        contested.put(claim.value(), oldest);
      }
    }
    return contested;
  }

  private static String sentences(Map<Object, LogicalPort> contested) {
    return contested.entrySet().stream()
        .map(
            e ->
                String.format(
                    "%s belongs to %s on %s.",
                    e.getKey(), e.getValue().id().name(), e.getValue().network().name()))
        .collect(Collectors.joining(" "));
  }

  /** Why a port does or does not take part in its network. */
  public static List<Condition> conditions(LogicalPort port, View view) {
    List<Id<?>> missing = new ArrayList<>();
    missing(port.network(), view, missing);
    port.router().ifPresent(r -> missing(r, view, missing));
    port.trunk().ifPresent(t -> missing(t.parent(), view, missing));
    return List.of(accepted(port, view), Condition.resolved(missing));
  }

  private static Condition accepted(LogicalPort port, View view) {
    Map<Object, LogicalPort> contested = contested(port, view);
    if (!contested.isEmpty()) {
      return Condition.failed(Condition.ACCEPTED, "Duplicate", sentences(contested));
    }
    return port.trunk()
        .flatMap(t -> view.fact(Trunk.FAULT, port.id()))
        .map(fault -> Condition.failed(Condition.ACCEPTED, "Cycle", fault))
        .orElse(Condition.met(Condition.ACCEPTED, port.enabled() ? "" : "The port is disabled."));
  }

  private static <E extends Entity<E>> void missing(Id<E> id, View view, List<Id<?>> missing) {
    if (view.get(id).isEmpty()) {
      missing.add(id);
    }
  }
}
