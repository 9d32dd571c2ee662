package dev.heddle.kubernetes.mapping;

import dev.heddle.ipam.Holders.Given;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Peer.Block;
import dev.heddle.kubernetes.cluster.Policy.Service;
import dev.heddle.kubernetes.cluster.Policy.Service.Numbers;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.Selector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A policy's rule as expressions of which each is small enough for an Acl. Whoever connects is
 * known by its port (groups of ports, {@code inport}); whoever is connected to by its address
 * (address sets), since where a packet goes is not known yet when what a port sends is judged.
 */
final class Matches {

  private static final int MOST_NAMES = 200;
  private static final int MOST_PREFIXES = 400;

  private final Peers peers;
  private final List<Node> nodes;
  private final Map<String, Given> hosts;

  Matches(Peers peers, List<Node> nodes, Map<String, Given> hosts) {
    this.peers = peers;
    this.nodes = nodes;
    this.hosts = hosts;
  }

  /**
   * What is allowed to pods that call ports by these numbers.
   *
   * @throws IllegalArgumentException with a sentence if it is too much
   */
  List<String> to(String namespace, Policy.Rule rule, Map<Service.Named, Set<Integer>> numbers) {
    List<Numbers> services = numbers(rule);
    for (Service.Named name : Peers.named(rule)) {
      numbers
          .getOrDefault(name, Set.of())
          .forEach(n -> services.add(Services.one(name.protocol(), n)));
    }
    List<String> what = rule.ports().isEmpty() ? List.of("ip") : Services.expressions(services);
    if (what.isEmpty() || rule.peers().isEmpty()) {
      return what;
    }
    List<String> who = new ArrayList<>();
    chunks(List.copyOf(peers.groups(namespace, rule.peers())), MOST_NAMES)
        .forEach(part -> who.add("inport == " + set(part.stream().map(g -> "@" + g))));
    who.addAll(prefixes("src", addresses(namespace, rule)));
    return product(who, what);
  }

  /**
   * What pods may begin.
   *
   * @throws IllegalArgumentException with a sentence if it is too much
   */
  List<String> from(String namespace, Policy.Rule rule) {
    List<String> all = new ArrayList<>();
    List<String> what =
        rule.ports().isEmpty() ? List.of("ip") : Services.expressions(numbers(rule));
    if (rule.peers().isEmpty()) {
      all.addAll(what);
    } else if (!what.isEmpty()) {
      List<String> who = sets(peers.groups(namespace, rule.peers()), Optional.empty());
      who.addAll(prefixes("dst", addresses(namespace, rule)));
      all.addAll(product(who, what));
    }
    peers
        .targets(namespace, rule)
        .forEach(
            (target, groups) ->
                all.addAll(
                    product(
                        sets(groups, target.v6()),
                        Services.expressions(List.of(target.service())))));
    return all;
  }

  private static List<Numbers> numbers(Policy.Rule rule) {
    List<Numbers> numbers = new ArrayList<>();
    rule.ports().stream().filter(Numbers.class::isInstance).forEach(s -> numbers.add((Numbers) s));
    return numbers;
  }

  private static List<String> sets(Set<String> groups, Optional<Boolean> family) {
    List<String> all = new ArrayList<>();
    for (boolean v6 : new boolean[] {false, true}) {
      if (family.map(f -> f == v6).orElse(true)) {
        chunks(List.copyOf(groups), MOST_NAMES)
            .forEach(
                part ->
                    all.add(
                        (v6 ? "ip6" : "ip4") + ".dst == " + set(part.stream().map(g -> "$" + g))));
      }
    }
    return all;
  }

  /**
   * Those of blocks and nodes. In a NetworkPolicy a block that holds a node's address is for the
   * address of the node's port, too: from there it sends to pods.
   */
  private List<IpPrefix> addresses(String namespace, Policy.Rule rule) {
    List<Block> blocks = new ArrayList<>();
    List<Selector> selectors = new ArrayList<>();
    for (Peer p : rule.peers()) {
      if (p instanceof Block b) {
        blocks.add(b);
      } else if (p instanceof Peer.Nodes n) {
        selectors.add(n.selector());
      }
    }
    List<IpPrefix> all = new ArrayList<>(Prefixes.of(blocks));
    boolean wide = !namespace.equals(Peers.NOWHERE);
    for (Node n : nodes) {
      boolean chosen = selectors.stream().anyMatch(s -> s.selects(n.labels()));
      if (chosen) {
        n.addresses().forEach(a -> all.add(whole(a)));
      }
      Given host = hosts.get(n.name());
      for (IpAddress port : host == null ? List.<IpAddress>of() : host.addresses()) {
        if (chosen || wide && holdsNode(blocks, n, port.isV6())) {
          all.add(whole(port));
        }
      }
    }
    return Prefixes.apart(all);
  }

  private static boolean holdsNode(List<Block> blocks, Node node, boolean v6) {
    return node.addresses().stream()
        .filter(a -> a.isV6() == v6)
        .anyMatch(a -> blocks.stream().anyMatch(b -> Prefixes.contains(b, a)));
  }

  private static IpPrefix whole(IpAddress a) {
    return new IpPrefix(a, a.width());
  }

  private static List<String> prefixes(String end, Collection<IpPrefix> prefixes) {
    List<String> all = new ArrayList<>();
    for (boolean v6 : new boolean[] {false, true}) {
      String family = v6 ? "ip6" : "ip4";
      List<IpPrefix> of = prefixes.stream().filter(p -> p.address().isV6() == v6).toList();
      if (of.stream().anyMatch(p -> p.length() == 0)) {
        all.add(family);
        continue;
      }
      chunks(of, MOST_PREFIXES)
          .forEach(
              part -> all.add(family + "." + end + " == " + set(part.stream().map(Matches::text))));
    }
    return all;
  }

  private static String text(IpPrefix p) {
    return p.length() == p.address().width() ? p.address().toString() : p.toString();
  }

  /** What a node's own processes send to its pods, and what these send to it, is always allowed. */
  static Optional<String> ofNode(Node node, Optional<Given> host, boolean to) {
    TreeSet<String> v4 = new TreeSet<>();
    TreeSet<String> v6 = new TreeSet<>();
    Stream.concat(node.addresses().stream(), host.stream().flatMap(g -> g.addresses().stream()))
        .forEach(a -> (a.isV6() ? v6 : v4).add(a.toString()));
    String end = to ? "src" : "dst";
    List<String> families = new ArrayList<>();
    if (!v4.isEmpty()) {
      families.add("ip4." + end + " == " + set(v4.stream()));
    }
    if (!v6.isEmpty()) {
      families.add("ip6." + end + " == " + set(v6.stream()));
    }
    if (families.isEmpty() || to && host.isEmpty()) {
      return Optional.empty();
    }
    String any = families.size() == 1 ? families.get(0) : "(" + String.join(" || ", families) + ")";
    return Optional.of(to ? "inport == \"" + Ports.host(node.name()) + "\" && " + any : any);
  }

  private static String set(Stream<String> members) {
    return "{" + String.join(", ", members.toList()) + "}";
  }

  private static List<String> product(List<String> who, List<String> what) {
    return who.stream()
        .flatMap(
            a ->
                what.stream()
                    .map(b -> b.equals("ip") && !a.startsWith("inport") ? a : a + " && " + b))
        .toList();
  }

  private static <T> List<List<T>> chunks(List<T> all, int most) {
    List<List<T>> chunks = new ArrayList<>();
    for (int i = 0; i < all.size(); i += most) {
      chunks.add(all.subList(i, Math.min(all.size(), i + most)));
    }
    return chunks;
  }
}
