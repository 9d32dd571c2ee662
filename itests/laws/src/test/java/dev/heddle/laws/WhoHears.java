package dev.heddle.laws;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.model.Network.Change;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who should receive what from whom on logical switches, worked out from the documents alone: the
 * reference that flows are measured by. It knows the rules of docs/l2-switching.md and nothing of
 * flows, keys, tables or the engine, and is slow and plain on purpose.
 */
final class WhoHears {

  /** By kind, then name, in the order of creation: the older of two claimants has the address. */
  private final Map<String, Map<String, JsonNode>> objects = new LinkedHashMap<>();

  /** Worked out once between two changes. */
  private Optional<Set<String>> senders = Optional.empty();

  void apply(Change change) {
    senders = Optional.empty();
    if (change instanceof Change.Put put) {
      kind(put.document().kind()).put(put.document().name(), put.document().spec());
    } else if (change instanceof Change.Remove remove) {
      kind(remove.kind()).remove(remove.name());
    }
  }

  private Map<String, JsonNode> kind(String name) {
    return objects.computeIfAbsent(name, k -> new LinkedHashMap<>());
  }

  /** Ports that can send: attached and plugged in on a node there is, once. */
  Set<String> senders() {
    if (senders.isEmpty()) {
      senders =
          Optional.of(
              kind("LogicalPort").keySet().stream()
                  .filter(p -> isAttached(p) && node(p).isPresent())
                  .collect(Collectors.toCollection(TreeSet::new)));
    }
    return senders.get();
  }

  /** Who receives what {@code from} sends to the MAC of {@code to}. */
  Set<String> unicast(String from, String to) {
    return Stream.of(to).filter(p -> hears(p, from)).collect(Collectors.toSet());
  }

  /** Who receives a broadcast of {@code from}: everybody once. */
  Set<String> broadcast(String from) {
    return senders().stream().filter(p -> hears(p, from)).collect(Collectors.toSet());
  }

  /** Where a broadcast of {@code from} is copied to, once each. */
  Set<String> remoteNodes(String from) {
    return broadcast(from).stream()
        .map(p -> node(p).orElseThrow())
        .filter(n -> !n.equals(node(from).orElseThrow()))
        .collect(Collectors.toSet());
  }

  /** Whether {@code from} may use the addresses of {@code of} as its own. */
  boolean maySpeakAs(String from, String of) {
    return from.equals(of) || !spec(from, "portSecurity").equals("true");
  }

  /** Whether {@code port} gets what is for an address of {@code of}, if its MAC is on it. */
  boolean mayHearAs(String port, String of) {
    return maySpeakAs(port, of);
  }

  /** Whose address an ARP request of {@code from} is answered with, on its own node. */
  Set<String> answers(String from, String address) {
    return kind("LogicalPort").keySet().stream()
        .filter(p -> isAttached(p) && spec(p, "switch").equals(spec(from, "switch")))
        .filter(p -> !p.equals(from) && claims(p).contains(address) && nodes(p).size() == 1)
        .collect(Collectors.toSet());
  }

  private boolean hears(String port, String from) {
    if (port.equals(from) || !senders().containsAll(Set.of(port, from))) {
      return false;
    }
    String there = node(port).orElseThrow();
    String here = node(from).orElseThrow();
    return spec(port, "switch").equals(spec(from, "switch"))
        && (there.equals(here) || !Collections.disjoint(tunnelTypes(there), tunnelTypes(here)));
  }

  /** Enabled, on a switch there is, with no address that an older port of that switch claims. */
  private boolean isAttached(String port) {
    JsonNode d = kind("LogicalPort").get(port);
    if (d == null
        || !d.path("enabled").asBoolean(true)
        || !kind("LogicalSwitch").containsKey(spec(port, "switch"))) {
      return false;
    }
    for (String older : kind("LogicalPort").keySet()) {
      if (older.equals(port)) {
        return true;
      }
      if (spec(older, "switch").equals(spec(port, "switch"))
          && !Collections.disjoint(claims(older), claims(port))) {
        return false;
      }
    }
    return true;
  }

  private Set<String> claims(String port) {
    Set<String> claims = new HashSet<>(Set.of(spec(port, "mac")));
    kind("LogicalPort").get(port).path("addresses").forEach(a -> claims.add(a.asText()));
    return claims;
  }

  /** The node of a port: none if it is plugged in twice, or on a node that is not there. */
  private Optional<String> node(String port) {
    return Optional.of(nodes(port))
        .filter(n -> n.size() == 1 && kind("Node").containsKey(n.get(0)))
        .map(n -> n.get(0));
  }

  private List<String> nodes(String port) {
    return kind("Binding").values().stream()
        .filter(b -> b.path("port").asText().equals(port))
        .map(b -> b.path("node").asText())
        .toList();
  }

  private Set<String> tunnelTypes(String node) {
    JsonNode spec = kind("Node").get(node);
    Set<String> types = new HashSet<>(spec.has("encapTypes") ? Set.of() : Set.of("geneve"));
    spec.path("encapTypes").forEach(e -> types.add(e.asText()));
    return spec.has("encapAddress") ? types : Set.of();
  }

  private String spec(String port, String field) {
    return kind("LogicalPort").get(port).path(field).asText();
  }
}
