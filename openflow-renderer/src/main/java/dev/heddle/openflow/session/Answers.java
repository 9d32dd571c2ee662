package dev.heddle.openflow.session;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.model.Binding;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network;
import dev.heddle.model.Network.State;
import dev.heddle.model.Node;
import dev.heddle.openflow.ovsdb.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be said on the interfaces of one node, from the conditions of their ports.
 *
 * @param given by iface-id; none for those of which the node has not confirmed enough
 * @param next the lowest revision that must be confirmed before more can be said; {@link
 *     Long#MAX_VALUE} if all is said
 */
record Answers(Map<String, Answer> given, long next) {

  /**
   * The answers for {@code ports}.
   *
   * @param node whose interfaces are answered
   * @param installed the newest revision whose flows the node has confirmed
   * @param bound the revision that contains all present interfaces of the node
   */
  static Answers of(
      Network network, Id<Node> node, Set<Id<LogicalPort>> ports, long installed, long bound) {
    Map<String, State> states =
        network.get(ports).stream().collect(Collectors.toMap(s -> s.document().name(), s -> s));
    Map<String, State> switches =
        network
            .get(states.values().stream().map(Answers::switchOf).collect(Collectors.toSet()))
            .stream()
            .collect(Collectors.toMap(s -> s.document().name(), s -> s));
    Map<String, Answer> answers = new HashMap<>(elsewhere(network, node, ports));
    long next = Long.MAX_VALUE;
    for (Id<LogicalPort> port : ports) {
      State state = states.get(port.name());
      if (answers.containsKey(port.name())) {
        continue;
      }
      if (state == null) {
        answers.put(
            port.name(), new Answer.Held("There is no LogicalPort named " + port.name() + "."));
      } else {
        State network1 = switches.get(switchOf(state).name());
        Optional<Answer> answer = of(state, network1, installed, bound);
        answer.ifPresent(a -> answers.put(port.name(), a));
        if (answer.isEmpty()) {
          next = Math.min(next, needed(state, network1, bound));
        }
      }
    }
    return new Answers(answers, next);
  }

  /** What is said on interfaces of the node whose ports are on another one, as planned. */
  private static Map<String, Answer> elsewhere(
      Network network, Id<Node> node, Set<Id<LogicalPort>> ports) {
    Map<String, Answer> held = new HashMap<>();
    for (State binding : network.get(ports.stream().map(p -> Binding.id(node, p)).toList())) {
      binding.conditions().stream()
          .filter(c -> !c.status() && c.reason().equals("Elsewhere"))
          .findFirst()
          .ifPresent(
              c ->
                  held.put(
                      binding.document().spec().path("port").asText(),
                      new Answer.Held(c.message())));
    }
    return held;
  }

  private static Id<LogicalSwitch> switchOf(State port) {
    return LogicalSwitch.KIND.id(port.document().spec().path("switch").asText());
  }

  private static long needed(State port, State network, long bound) {
    return Math.max(Math.max(port.revision(), bound), network.revision());
  }

  /** Empty while the node has not confirmed yet: what is said already stands. */
  private static Optional<Answer> of(State port, State network, long installed, long bound) {
    Optional<Condition> unmet =
        port.conditions().stream()
            .filter(c -> !c.status())
            .filter(c -> !c.type().equals(Condition.REALIZED) || !c.reason().equals("Waiting"))
            .findFirst();
    if (unmet.isPresent()) {
      return Optional.of(new Answer.Held(unmet.get().message()));
    }
    if (installed < needed(port, network, bound)) {
      return Optional.empty();
    }
    int mtu = network.document().spec().path("mtu").asInt(LogicalSwitch.DEFAULT_MTU);
    return Optional.of(
        new Answer.Installed(
            port.revision(),
            port.document().spec().path("mac").asText(),
            addresses(port.document(), network.document()),
            Optional.empty(),
            OptionalInt.of(mtu)));
  }

  /**
   * The port's addresses as a guest configures them: with the length of the subnet of the switch
   * that they lie in, without one outside of all subnets. The word "unknown" is left out.
   */
  private static List<String> addresses(Document port, Document network) {
    List<IpPrefix> subnets = new ArrayList<>();
    network.spec().path("subnets").forEach(s -> subnets.add(IpPrefix.parse(s.asText())));
    List<String> addresses = new ArrayList<>();
    for (JsonNode text : port.spec().path("addresses")) {
      if (!text.asText().equals("unknown")) {
        IpAddress address = IpAddress.parse(text.asText());
        addresses.add(
            subnets.stream()
                .filter(s -> s.contains(address))
                .findFirst()
                .map(s -> address + "/" + s.length())
                .orElse(address.toString()));
      }
    }
    return addresses;
  }
}
