package dev.heddle.engine;

import dev.heddle.model.AddressSet;
import dev.heddle.model.Attachment;
import dev.heddle.model.Binding;
import dev.heddle.model.Condition;
import dev.heddle.model.Entity;
import dev.heddle.model.FilledStage;
import dev.heddle.model.FilledStage.Away;
import dev.heddle.model.Id;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalRouter;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PortGroup;
import dev.heddle.model.RoutingDomain;
import dev.heddle.model.TunnelGap;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.Owner;
import dev.heddle.policy.Acl;
import dev.heddle.policy.Uses;
import dev.heddle.store.Store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is true of an object now, worked out when somebody asks. */
final class Conditions {

  /** How many nodes a sentence names: a switch may be on thousands. */
  private static final int NAMED = 10;

  private final Kinds kinds;
  private final Transactions transactions;
  private final Functions functions;
  private volatile Confirmations confirmations;

  Conditions(Kinds kinds, Transactions transactions, Functions functions) {
    this.kinds = kinds;
    this.transactions = transactions;
    this.functions = functions;
  }

  void confirmations(Confirmations source) {
    confirmations = source;
  }

  /** What nodes have confirmed; nothing while nobody drives them. */
  Map<Id<Node>, NodeState> nodes() {
    Confirmations source = confirmations;
    return source == null ? Map.of() : source.nodes();
  }

  List<Condition> of(Id<?> id, Optional<Entity<?>> entity, View view) {
    Optional<String> unreadable = transactions.unreadable(id);
    if (unreadable.isPresent()) {
      return List.of(
          Condition.failed(Condition.ACCEPTED, "Refused", unreadable.get() + "."),
          Condition.failed(Condition.REALIZED, "NotAccepted", unreadable.get() + "."));
    }
    Optional<String> failure = functions.failure(id);
    if (failure.isPresent()) {
      return List.of(Condition.failed(Condition.REALIZED, "Failed", "A fault in " + failure.get()));
    }
    List<Condition> all = new ArrayList<>();
    entity.ifPresent(e -> all.addAll(sense(e, view)));
    all.addAll(realized(id, entity, all, view).stream().toList());
    return all;
  }

  /** Whether the object makes sense in the model as it is. */
  private static List<Condition> sense(Entity<?> entity, View view) {
    if (entity instanceof LogicalPort port) {
      return Attachment.conditions(port, view);
    }
    if (entity instanceof LogicalSwitch network) {
      return RoutingDomain.conditions(network, view);
    }
    if (entity instanceof PlainSwitch plain) {
      return plain.conditions();
    }
    if (entity instanceof Binding binding) {
      return List.of(
          Location.whyUnused(binding, view)
              .map(why -> Condition.failed(Condition.ACCEPTED, "Elsewhere", why))
              .orElse(Condition.met(Condition.ACCEPTED, "")));
    }
    if (entity instanceof PortGroup group) {
      return PortGroup.conditions(group, view);
    }
    if (entity instanceof AddressSet set) {
      return Uses.conditions(set, view);
    }
    if (entity instanceof Acl acl) {
      return acl.conditions(view);
    }
    return entity instanceof LogicalRouter router
        ? LogicalRouter.conditions(router, view)
        : List.of(Condition.met(Condition.ACCEPTED, ""));
  }

  /** Empty for objects that nothing in a switch follows from. */
  private Optional<Condition> realized(
      Id<?> id, Optional<Entity<?>> entity, List<Condition> sense, View view) {
    Optional<Condition> unmet = sense.stream().filter(c -> !c.status()).findFirst();
    if (unmet.filter(c -> c.type().equals(Condition.REALIZED)).isPresent()) {
      return Optional.empty(); // it is said already
    }
    if (unmet.isPresent()) {
      return Optional.of(
          Condition.failed(Condition.REALIZED, "Not" + unmet.get().type(), unmet.get().message()));
    }
    Optional<Condition> refused = refused(id);
    if (refused.isPresent()) {
      return refused;
    }
    Optional<Condition> unread = unread(id, entity);
    if (unread.isPresent()) {
      return unread;
    }
    if (entity.isEmpty()) {
      return Optional.empty();
    }
    if (entity.get() instanceof LogicalPort port && port.isPlugged()) {
      return Optional.of(realized(port, view));
    }
    if (entity.get() instanceof LogicalSwitch network) {
      Set<Id<Node>> nodes = view.ids(Location.NODES, network.id());
      return TunnelGap.within(network.id(), view)
          .map(gap -> Condition.failed(Condition.REALIZED, "NoTunnel", gap))
          .or(() -> Optional.of(realized(nodes, revision(id), Set.of())));
    }
    if (entity.get() instanceof Acl acl) {
      Acl.Subject of = acl.subject();
      long changed =
          Stream.concat(Stream.of(id), Stream.concat(of.group().stream(), of.network().stream()))
              .mapToLong(this::revision)
              .max()
              .orElse(0);
      return Optional.of(realized(of.nodes(view), changed, Set.of()));
    }
    if (entity.get() instanceof Node node) {
      return Optional.of(realized(node.id(), revision(id)));
    }
    return entity.get() instanceof PlainSwitch plain
        ? Optional.of(realized(PlainSwitch.node(plain.id()), revision(id)))
        : Optional.empty();
  }

  private Condition realized(Id<Node> node, long changed) {
    Set<Id<Node>> itself = Set.of(node);
    return untroubled(node).orElseGet(() -> realized(itself, changed, itself));
  }

  /** Said of an object that no installed feature reads. */
  private Optional<Condition> unread(Id<?> id, Optional<Entity<?>> entity) {
    if (entity.orElse(null) instanceof LogicalPort port && port.trunk().isPresent()) {
      return Optional.of(
          Condition.failed(
              Condition.REALIZED, "NoFeature", "No feature carries ports of type child yet."));
    }
    Optional<String> reader =
        entity.orElse(null) instanceof LogicalPort port && port.router().isPresent()
            ? kinds.reader(LogicalRouter.KIND.name())
            : kinds.reader(id.kind());
    if (reader.isEmpty() || functions.isLive(reader.get())) {
      return Optional.empty();
    }
    if (transactions.stored(Owner.KIND.id(reader.get())).isEmpty()) {
      return Optional.of(
          Condition.failed(
              Condition.REALIZED,
              "NoFeature",
              "No installed feature reads objects of kind "
                  + id.kind()
                  + "; the feature to install is "
                  + reader.get()
                  + "."));
    }
    return entity.isPresent()
        ? Optional.empty() // what is true of it now can be told without its feature
        : Optional.of(
            Condition.failed(
                Condition.REALIZED,
                "FeatureAway",
                "Feature "
                    + reader.get()
                    + " is away; what it left stays, and changes wait for its return."));
  }

  /** A switch has answered a flow of the object with an error. */
  private Optional<Condition> refused(Id<?> id) {
    Confirmations source = confirmations;
    Map<Id<Node>, String> refusing = source == null ? Map.of() : source.refusing(id);
    String said =
        refusing.entrySet().stream()
            .map(e -> e.getKey().name() + " refuses a flow of it: " + e.getValue())
            .sorted()
            .collect(Collectors.joining("; "));
    return said.isEmpty()
        ? Optional.empty()
        : Optional.of(Condition.failed(Condition.REALIZED, "SwitchRefuses", said + "."));
  }

  private Optional<Condition> untroubled(Id<Node> node) {
    return Optional.ofNullable(nodes().get(node))
        .filter(state -> !state.trouble().isEmpty())
        .map(state -> Condition.failed(Condition.REALIZED, "Trouble", state.trouble()));
  }

  private Condition realized(LogicalPort port, View view) {
    if (!port.enabled()) {
      return Condition.failed(Condition.REALIZED, "Disabled", "The port is disabled.");
    }
    Optional<String> closed =
        view.get(port.network())
            .flatMap(network -> Attachment.closed(port, network, view))
            .or(() -> closed(port, view));
    if (closed.isPresent()) {
      return Condition.failed(Condition.REALIZED, "FeatureAway", closed.get());
    }
    if (port.localnet().isPresent()) {
      return reachesOut(port, view);
    }
    Optional<String> nowhere = Location.whyNowhere(port.id(), view);
    if (nowhere.isPresent()) {
      return Condition.failed(Condition.REALIZED, "NotBound", nowhere.get());
    }
    Binding binding = Location.binding(port.id(), view).orElseThrow();
    Id<Node> own = binding.node();
    long needed =
        Stream.of(port.id(), port.network(), binding.id())
            .mapToLong(this::revision)
            .max()
            .orElse(0);
    return noting(
        realized(view.ids(Location.NODES, port.network()), needed, Set.of(own)),
        Stream.of(
                held(view),
                TunnelGap.from(own, port.network(), view),
                port.unknown()
                    ? TunnelGap.unlearned(own, port.network(), view)
                    : Optional.<String>empty())
            .flatMap(Optional::stream));
  }

  /** What is so with a reservation says it. */
  private static Condition noting(Condition realized, Stream<String> sentences) {
    String all =
        Stream.concat(Stream.of(realized.message()), sentences)
            .collect(Collectors.joining(" "))
            .strip();
    return realized.status()
        ? new Condition(Condition.REALIZED, true, realized.reason(), all)
        : realized;
  }

  /** A node without a mapping merely lacks access; it is named all the same. */
  private Condition reachesOut(LogicalPort port, View view) {
    Set<Id<Node>> nodes = view.ids(Location.NODES, port.network());
    List<String> lacking = Uplink.lacking(port, view).toList();
    String sentence =
        String.join(", ", lacking)
            + (lacking.size() > 1 ? " have no " : " has no ")
            + port.localnet().orElseThrow().physicalNetwork()
            + " in heddle-bridge-mappings.";
    if (!nodes.isEmpty() && lacking.size() == nodes.size()) {
      return Condition.failed(Condition.REALIZED, "NoMapping", sentence);
    }
    Condition realized =
        realized(nodes, Math.max(revision(port.id()), revision(port.network())), Set.of());
    return noting(
        realized,
        Stream.concat(held(view).stream(), lacking.isEmpty() ? Stream.of() : Stream.of(sentence)));
  }

  /** What packets of a port meet that nobody keeps up: stages of features that are away. */
  private Optional<String> held(View view) {
    Map<String, Set<String>> stages = new TreeMap<>();
    for (Id<FilledStage> id : view.ids(FilledStage.ALL, "all")) {
      view.get(id)
          .filter(s -> !functions.isLive(s.feature()))
          .ifPresent(s -> stages.computeIfAbsent(s.feature(), f -> new TreeSet<>()).add(id.name()));
    }
    return stages.isEmpty()
        ? Optional.empty()
        : Optional.of(
            stages.entrySet().stream()
                .map(
                    s ->
                        "Feature "
                            + s.getKey()
                            + " is away; what it left in "
                            + String.join(", ", s.getValue())
                            + " stays, and changes wait for its return.")
                .collect(Collectors.joining(" ")));
  }

  /**
   * What was admitted before a feature went away stays as it was; nothing new is admitted, since a
   * stage that drops what it does not know knows nothing of it.
   */
  private Optional<String> closed(LogicalPort port, View view) {
    return view.ids(FilledStage.ALL, "all").stream()
        .flatMap(id -> view.get(id).stream())
        .filter(s -> s.mandatory() && !functions.isLive(s.feature()))
        .filter(s -> awaySince(s) < changed(port, view))
        .map(Attachment::away)
        .findFirst();
  }

  /** A controller that was killed wrote nothing: then all that it had computed is older. */
  private long awaySince(FilledStage stage) {
    return stage.away().map(Away::since).orElse(functions.startedAt());
  }

  private long changed(LogicalPort port, View view) {
    return Stream.concat(
            Stream.of(port.id(), port.network()),
            view.ids(Binding.BY_PORT, port.id()).stream().map(b -> (Id<?>) b))
        .mapToLong(this::revision)
        .max()
        .orElse(0);
  }

  private long revision(Id<?> id) {
    return transactions.stored(id).map(Stored::revision).orElse(0L);
  }

  /**
   * Whether {@code nodes} confirmed a revision. A node that is away holds nothing up unless it is
   * among {@code own}, where the object itself is; it is named all the same, and the reason is
   * another one if it left before it confirmed.
   */
  private Condition realized(Set<Id<Node>> nodes, long changed, Set<Id<Node>> own) {
    long needed = Math.max(changed, functions.arrivedAt());
    Map<Id<Node>, NodeState> states = nodes();
    Map<String, String> late = new TreeMap<>();
    Map<String, String> away = new TreeMap<>();
    boolean missed = false;
    for (Id<Node> n : nodes) {
      NodeState state = states.get(n);
      boolean confirmed = state != null && state.installed() >= needed;
      if (state == null || !state.connected()) {
        String unsure = confirmed ? "" : " and has not confirmed revision " + needed;
        missed |= !confirmed;
        (own.contains(n) ? late : away).put(n.name(), " is not connected" + unsure);
      } else if (!confirmed) {
        late.put(
            n.name(),
            state.trouble().isEmpty()
                ? " has not confirmed revision " + needed
                : ": " + state.trouble());
      }
    }
    if (!late.isEmpty()) {
      return Condition.failed(Condition.REALIZED, "Waiting", said(late));
    }
    String reason = missed ? Condition.NODES_AWAY : Condition.REALIZED;
    return new Condition(Condition.REALIZED, true, reason, said(away));
  }

  /** The first nodes by name with what is so of each, and how many there are besides. */
  private static String said(Map<String, String> byNode) {
    if (byNode.isEmpty()) {
      return "";
    }
    String named =
        byNode.entrySet().stream()
            .limit(NAMED)
            .map(e -> e.getKey() + e.getValue())
            .collect(Collectors.joining("; "));
    int more = byNode.size() - NAMED;
    return named + (more > 0 ? "; and " + more + " more." : ".");
  }
}
