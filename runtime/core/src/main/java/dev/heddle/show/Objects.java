package dev.heddle.show;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Binding;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network;
import dev.heddle.model.Network.State;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Confirmations.NodeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Objects as trees: the document, and below {@code status} its number, revision, conditions, and
 * what a person asks next (a port's node, a switch's number of ports, what a node confirmed).
 */
public final class Objects {

  /** So many ports are looked for on each node; for more of them all bindings are read. */
  private static final int FEW = 4;

  private final Network network;
  private final Supplier<Optional<Confirmations>> confirmations;

  public Objects(Network network, Supplier<Optional<Confirmations>> confirmations) {
    this.network = network;
    this.confirmations = confirmations;
  }

  /** All of a kind, by name. */
  public List<ObjectNode> list(Kind<?> kind) {
    return list(kind, "", Integer.MAX_VALUE);
  }

  /** At most {@code most} of a kind, by name, from the first behind {@code after}. */
  public List<ObjectNode> list(Kind<?> kind, String after, int most) {
    List<State> states = network.list(kind.name(), after, most);
    List<ObjectNode> trees = new ArrayList<>(states.size());
    if (kind.equals(LogicalPort.KIND) && states.size() <= FEW) {
      states.forEach(s -> trees.add(port(s, nodesOf(name(s)))));
    } else if (kind.equals(LogicalPort.KIND)) {
      Map<String, TreeSet<String>> nodes = nodesByPort();
      states.forEach(s -> trees.add(port(s, nodes.getOrDefault(name(s), new TreeSet<>()))));
    } else if (kind.equals(LogicalSwitch.KIND)) {
      Map<String, Integer> ports = portsBySwitch();
      states.forEach(s -> trees.add(withPorts(s, ports)));
    } else if (kind.equals(Node.KIND) || kind.equals(PlainSwitch.KIND)) {
      Map<Id<Node>, NodeState> nodes = confirmed();
      states.forEach(s -> trees.add(node(s, nodes)));
    } else {
      states.forEach(s -> trees.add(tree(s)));
    }
    return trees;
  }

  public Optional<ObjectNode> get(Kind<?> kind, String name) {
    return network.get(kind.name(), name).map(s -> of(kind, s));
  }

  /** One object whose state is at hand. */
  public ObjectNode of(Kind<?> kind, State state) {
    if (kind.equals(LogicalPort.KIND)) {
      return port(state, nodesOf(name(state)));
    }
    if (kind.equals(LogicalSwitch.KIND)) {
      return withPorts(state, portsBySwitch());
    }
    return kind.equals(Node.KIND) || kind.equals(PlainSwitch.KIND)
        ? node(state, confirmed())
        : tree(state);
  }

  private static String name(State state) {
    return state.document().name();
  }

  /** By the names that bindings have: nodes are few, bindings are many. */
  private TreeSet<String> nodesOf(String port) {
    Id<LogicalPort> id = LogicalPort.KIND.id(port);
    List<Id<Binding>> possible =
        network.documents(Node.KIND.name()).stream()
            .map(n -> Binding.id(Node.KIND.id(n.name()), id))
            .toList();
    TreeSet<String> nodes = new TreeSet<>();
    network.get(possible).forEach(b -> nodes.add(b.document().spec().path("node").asText()));
    return nodes;
  }

  private Map<String, TreeSet<String>> nodesByPort() {
    Map<String, TreeSet<String>> nodes = new HashMap<>();
    for (Document binding : network.documents(Binding.KIND.name())) {
      ObjectNode spec = binding.spec();
      nodes
          .computeIfAbsent(spec.path("port").asText(), p -> new TreeSet<>())
          .add(spec.path("node").asText());
    }
    return nodes;
  }

  private Map<String, Integer> portsBySwitch() {
    Map<String, Integer> ports = new HashMap<>();
    for (Document port : network.documents(LogicalPort.KIND.name())) {
      ports.merge(port.spec().path("switch").asText(), 1, Integer::sum);
    }
    return ports;
  }

  private Map<Id<Node>, NodeState> confirmed() {
    return confirmations.get().map(Confirmations::nodes).orElse(Map.of());
  }

  private static ObjectNode port(State state, TreeSet<String> nodes) {
    ObjectNode tree = tree(state);
    ArrayNode names = status(tree).putArray("nodes");
    nodes.forEach(names::add);
    return tree;
  }

  private static ObjectNode withPorts(State state, Map<String, Integer> ports) {
    ObjectNode tree = tree(state);
    status(tree).put("ports", ports.getOrDefault(name(state), 0));
    return tree;
  }

  private static ObjectNode node(State state, Map<Id<Node>, NodeState> confirmed) {
    ObjectNode tree = tree(state);
    Id<Node> id =
        state.document().kind().equals(PlainSwitch.KIND.name())
            ? PlainSwitch.node(PlainSwitch.KIND.id(name(state)))
            : Node.KIND.id(name(state));
    NodeState now = confirmed.get(id);
    ObjectNode status = status(tree).put("connected", now != null && now.connected());
    if (now != null) {
      status
          .put("installed", now.installed())
          .put("flows", now.flows())
          .put("sent", now.sent())
          .put("waiting", now.waiting())
          .put("trouble", now.trouble());
      ObjectNode drift = status.putObject("drift").put("healed", now.drift().healed());
      now.drift().last().ifPresent(at -> drift.put("last", at.toString()));
      ArrayNode owners = drift.putArray("owners");
      now.drift().owners().forEach(owners::add);
      ArrayNode bfd = status.putArray("bfd");
      now.bfd()
          .forEach(
              b ->
                  bfd.addObject()
                      .put("peer", b.peer())
                      .put("state", b.state())
                      .put("message", b.message()));
    }
    return tree;
  }

  private static ObjectNode status(ObjectNode tree) {
    return (ObjectNode) tree.get("status");
  }

  private static ObjectNode tree(State state) {
    ObjectNode tree = state.document().tree();
    ObjectNode status = tree.putObject("status");
    if (state.key() != 0) {
      status.put("key", state.key());
    }
    status.put("revision", state.revision());
    ArrayNode conditions = status.putArray("conditions");
    state.conditions().forEach(c -> conditions.add(tree(c)));
    return tree;
  }

  /** As Kubernetes writes conditions, so that its tools read ours. */
  private static ObjectNode tree(Condition condition) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", condition.type())
        .put("status", condition.status() ? "True" : "False")
        .put("reason", condition.reason())
        .put("message", condition.message());
  }
}
