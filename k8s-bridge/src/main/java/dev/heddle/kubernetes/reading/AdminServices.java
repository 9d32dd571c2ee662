package dev.heddle.kubernetes.reading;

import static dev.heddle.kubernetes.reading.AdminPolicies.absent;
import static dev.heddle.kubernetes.reading.AdminPolicies.expect;
import static dev.heddle.kubernetes.reading.AdminPolicies.one;
import static dev.heddle.kubernetes.reading.AdminPolicies.only;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.cluster.Policy.Service;
import dev.heddle.kubernetes.cluster.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a rule of an administrator says of protocols and ports: {@code protocols} of a
 * ClusterNetworkPolicy, {@code ports} of the two others. A port's name is for whatever protocol the
 * pod calls it so.
 */
record AdminServices(Kind kind) {

  private static final int MOST = 100;
  private static final int HIGHEST = 65_535;

  /**
   * None if the rule does not say: that is everything.
   *
   * @throws IllegalArgumentException with a sentence
   */
  List<Service> services(JsonNode list) {
    if (absent(list)) {
      return List.of();
    }
    expect(list.isArray() && !list.isEmpty(), "A list of ports is empty.");
    expect(list.size() <= MOST, "It has more than " + MOST + " ports.");
    List<Service> all = new ArrayList<>();
    for (JsonNode p : list) {
      all.addAll(kind == Kind.CLUSTER_POLICY ? protocol(p) : port(p));
    }
    return all;
  }

  private static List<Service> protocol(JsonNode p) {
    String field = one(p, "protocol");
    JsonNode value = p.path(field);
    if (field.equals("destinationNamedPort")) {
      return named(value);
    }
    Protocol protocol = known(k -> k.word().equals(field));
    only(value, Set.of("destinationPort"));
    JsonNode port = value.path("destinationPort");
    expect(!value.isEmpty(), "A protocol is empty.");
    switch (one(port, "destinationPort")) {
      case "number":
        return List.of(numbers(protocol, port.path("number"), port.path("number")));
      case "range":
        only(port.path("range"), Set.of("start", "end"));
        return List.of(range(protocol, port.path("range")));
      default:
        throw new IllegalArgumentException("A destinationPort is neither a number nor a range.");
    }
  }

  private static List<Service> port(JsonNode p) {
    String field = one(p, "port");
    JsonNode value = p.path(field);
    switch (field) {
      case "namedPort":
        return named(value);
      case "portNumber":
        only(value, Set.of("protocol", "port"));
        return List.of(numbers(protocolOf(value), value.path("port"), value.path("port")));
      case "portRange":
        only(value, Set.of("protocol", "start", "end"));
        return List.of(range(protocolOf(value), value));
      default:
        throw new IllegalArgumentException("A port is neither a number, a range nor a name.");
    }
  }

  private static Protocol protocolOf(JsonNode port) {
    JsonNode word = port.path("protocol");
    return absent(word) ? Protocol.TCP : known(k -> k.name().equals(word.asText()));
  }

  private static Protocol known(Predicate<Protocol> called) {
    return Arrays.stream(Protocol.values())
        .filter(called)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("A protocol is not known."));
  }

  private static List<Service> named(JsonNode name) {
    expect(name.isTextual() && !name.asText().isEmpty(), "A port's name is empty.");
    return Stream.of(Protocol.values())
        .map(p -> (Service) new Service.Named(p, name.asText()))
        .toList();
  }

  private static Service range(Protocol protocol, JsonNode range) {
    return numbers(protocol, range.path("start"), range.path("end"));
  }

  private static Service numbers(Protocol protocol, JsonNode from, JsonNode to) {
    int first = number(from);
    int last = number(to);
    expect(first <= last, first + " to " + last + " are not ports.");
    return new Service.Numbers(protocol, first, last);
  }

  private static int number(JsonNode n) {
    expect(n.isIntegralNumber() && n.canConvertToInt(), "A port is no number.");
    expect(n.asInt() >= 1 && n.asInt() <= HIGHEST, n.asInt() + " is not a port.");
    return n.asInt();
  }
}
