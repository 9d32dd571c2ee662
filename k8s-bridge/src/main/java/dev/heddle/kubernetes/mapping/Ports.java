package dev.heddle.kubernetes.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.ipam.Holders;
import dev.heddle.ipam.Holders.Given;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Namespace;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.model.Document;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which ports there are to be, with addresses. What a port has in the store it keeps; then come
 * those that ask for an address by its name, then nodes, then the rest, by name: so the outcome
 * follows from the cluster and the store alone.
 */
final class Ports {

  static final String ADDRESSES = "heddle.dev/addresses";
  static final String STICKY = "heddle.dev/sticky";

  /** Pods of a namespace of this name have no ports: they would be called as those of nodes. */
  private static final String HOST = "host";

  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_ANNOTATION = 256;

  private final Settings settings;
  private final Cluster cluster;
  private final Holders holders;
  private final Map<String, Document> own = new TreeMap<>();
  private final Map<String, Namespace> namespaces;
  private final List<Notice> notices = new ArrayList<>();
  private final Map<String, Port> pods = new TreeMap<>();
  private final Map<String, Given> hosts = new TreeMap<>();
  private final List<Document> retained = new ArrayList<>();

  /**
   * @param stored all ports in the store, also those of others
   */
  Ports(Cluster cluster, Collection<Document> stored, Settings settings) {
    this.cluster = cluster;
    this.settings = settings;
    this.holders = new Holders(settings.pool());
    this.namespaces =
        cluster.namespaces().stream()
            .collect(Collectors.toMap(Namespace::name, Function.identity(), (a, b) -> a));
    for (Document d : stored) {
      if (Marks.isOwn(d)) {
        own.put(d.name(), d);
      } else if (d.spec().path("switch").asText().equals(settings.network())) {
        holders.note(d.name(), mac(d), addresses(d));
      }
    }
    decide();
  }

  /** Pods with ports, by name of the port. */
  Collection<Port> pods() {
    return pods.values();
  }

  /** What the host ports of nodes have, by name of the node. */
  Map<String, Given> hosts() {
    return hosts;
  }

  /** Ports whose pods are away and will have the same addresses when they return. */
  List<Document> retained() {
    return retained;
  }

  List<Notice> notices() {
    return notices;
  }

  static String host(String node) {
    return HOST + "." + node;
  }

  /** What asks for addresses; it holds some already, or asks for some. */
  private record Wish(
      String name,
      ObjectRef about,
      Optional<Given> held,
      List<IpAddress> fixed,
      Optional<Pod> pod) {

    int rank() {
      return held.isPresent() ? 0 : !fixed.isEmpty() ? 1 : pod.isEmpty() ? 2 : 3;
    }
  }

  private void decide() {
    List<Wish> wishes = new ArrayList<>();
    for (Node n : cluster.nodes()) {
      ObjectRef about = new ObjectRef(ObjectRef.Kind.NODE, "", n.name());
      if (fits(host(n.name()), about)) {
        Optional<Given> held = Optional.ofNullable(own.get(host(n.name()))).map(Ports::given);
        wishes.add(new Wish(host(n.name()), about, held, List.of(), Optional.empty()));
      }
    }
    cluster.pods().stream().filter(Pod::isPlugged).forEach(p -> wish(p).ifPresent(wishes::add));
    retain(wishes.stream().collect(Collectors.toMap(Wish::name, w -> w, (a, b) -> a)));
    wishes.stream()
        .filter(w -> w.held().isPresent())
        .forEach(w -> holders.note(w.name(), w.held().get().mac(), w.held().get().addresses()));
    wishes.sort(Comparator.comparingInt(Wish::rank).thenComparing(Wish::name));
    wishes.forEach(this::grant);
  }

  private boolean fits(String name, ObjectRef about) {
    if (name.length() <= LONGEST_NAME) {
      return true;
    }
    refuse(about, "NameTooLong", "A port's name has at most " + LONGEST_NAME + " characters.");
    return false;
  }

  private Optional<Wish> wish(Pod pod) {
    String name = pod.namespace() + "." + pod.name();
    if (pod.namespace().equals(HOST)) {
      refuse(
          pod.ref(), "NamespaceReserved", "Pods of the namespace " + HOST + " cannot have ports.");
      return Optional.empty();
    }
    if (!fits(name, pod.ref())) {
      return Optional.empty();
    }
    if (!namespaces.containsKey(pod.namespace())) {
      refuse(
          pod.ref(),
          "NamespaceUnknown",
          "The pod's namespace is not known yet, and so neither which policies are about the pod.");
      return Optional.empty();
    }
    try {
      boolean sticky = isSticky(pod);
      List<IpAddress> fixed = fixed(pod);
      Optional<Given> held =
          Optional.ofNullable(own.get(name))
              .filter(
                  d ->
                      pod.uid().equals(d.labels().get(Marks.UID))
                          || sticky && fixed.isEmpty() && d.labels().containsKey(Marks.STICKY))
              .map(Ports::given);
      return Optional.of(new Wish(name, pod.ref(), held, fixed, Optional.of(pod)));
    } catch (IllegalArgumentException e) {
      refuse(pod.ref(), "AnnotationNotUnderstood", e.getMessage());
      return Optional.empty();
    }
  }

  static boolean isSticky(Pod pod) {
    String value = pod.annotations().getOrDefault(STICKY, "false");
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(
          "The annotation " + STICKY + " is \"true\" or \"false\", not \"" + shown(value) + "\".");
    }
    if (value.equals("true") && pod.statefulSet().isEmpty()) {
      throw new IllegalArgumentException(
          "The annotation "
              + STICKY
              + " is for pods of a StatefulSet: others have no lasting name.");
    }
    return value.equals("true");
  }

  private static List<IpAddress> fixed(Pod pod) {
    String value = pod.annotations().getOrDefault(ADDRESSES, "auto");
    List<IpAddress> all = new ArrayList<>();
    try {
      if (value.length() > LONGEST_ANNOTATION) {
        throw new IllegalArgumentException("it is too long");
      }
      for (String word : value.split(",", -1)) {
        if (!word.strip().equals("auto")) {
          all.add(IpAddress.parse(word.strip()));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The annotation "
              + ADDRESSES
              + " is one address of each family, with a comma between, or \"auto\": "
              + e.getMessage()
              + ".");
    }
    return all;
  }

  private static String shown(String value) {
    String plain = value.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > 40 ? plain.substring(0, 40) + "..." : plain;
  }

  /** Of ports that nobody asks for now only those of pods that are to come back stay. */
  private void retain(Map<String, Wish> asked) {
    own.forEach(
        (name, d) -> {
          if (!asked.containsKey(name) && d.labels().containsKey(Marks.STICKY) && returns(name)) {
            holders.note(name, mac(d), addresses(d));
            Map<String, String> labels = Marks.own();
            labels.put(Marks.STICKY, "true");
            retained.add(new Document(LogicalPort.KIND.name(), name, labels, d.spec()));
          }
        });
  }

  private boolean returns(String port) {
    int dot = port.indexOf('.');
    return cluster.statefulSets().stream()
        .anyMatch(
            s -> s.namespace().equals(port.substring(0, dot)) && s.wants(port.substring(dot + 1)));
  }

  private void grant(Wish w) {
    try {
      Given given = given(w);
      if (w.pod().isPresent()) {
        Pod pod = w.pod().get();
        pods.put(
            w.name(), new Port(pod, w.name(), given, namespaces.get(pod.namespace()).labels()));
      } else {
        hosts.put(w.about().name(), given);
      }
    } catch (IllegalArgumentException e) {
      refuse(w.about(), "NoAddress", e.getMessage());
    }
  }

  /**
   * A pod keeps what it has. So does a node, and gets what a family of addresses that is new in the
   * cluster takes: new pods reach their node by it.
   */
  private Given given(Wish w) {
    if (w.held().isEmpty()) {
      return holders.give(w.name(), w.fixed());
    }
    Given held = w.held().get();
    if (w.pod().isPresent()) {
      return held;
    }
    try {
      return holders.complete(w.name(), held);
    } catch (IllegalArgumentException e) {
      refuse(w.about(), "NoAddress", e.getMessage());
      return held;
    }
  }

  private void refuse(ObjectRef about, String reason, String sentence) {
    notices.add(new Notice(about, reason, sentence));
  }

  /** A pod's port; {@code classes} are labels that put it into groups. */
  Document document(Port port, Map<String, String> classes) {
    Map<String, String> own = Marks.own();
    own.put(Marks.NAMESPACE, Marks.value(port.pod().namespace()));
    own.put(Marks.NODE, Marks.value(port.pod().node().orElseThrow()));
    own.put(Marks.UID, Marks.value(port.pod().uid()));
    if (isSticky(port.pod())) {
      own.put(Marks.STICKY, "true");
    }
    own.putAll(classes);
    return new Document(
        LogicalPort.KIND.name(),
        port.name(),
        Marks.ofPort(own, port.pod().labels(), port.namespaceLabels()),
        spec(port.given(), port.pod().node().orElseThrow()));
  }

  /**
   * What comes in by a node from elsewhere has addresses of elsewhere: it is not held to its own.
   */
  List<Document> hostDocuments() {
    Map<String, Document> all = new LinkedHashMap<>();
    hosts.forEach(
        (node, given) -> {
          ObjectNode spec = spec(given, node).put("type", "host").put("portSecurity", false);
          all.put(node, new Document(LogicalPort.KIND.name(), host(node), Marks.own(), spec));
        });
    return List.copyOf(all.values());
  }

  private ObjectNode spec(Given given, String node) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode().put("switch", settings.network());
    spec.put("mac", given.mac().toString());
    given.addresses().forEach(a -> spec.withArray("addresses").add(a.toString()));
    spec.withArray("nodes").add(node);
    return spec;
  }

  private static Given given(Document d) {
    return new Given(mac(d), addresses(d));
  }

  private static MacAddress mac(Document d) {
    String mac = d.spec().path("mac").asText();
    return mac.isEmpty() ? new MacAddress(0) : MacAddress.parse(mac);
  }

  private static List<IpAddress> addresses(Document d) {
    List<IpAddress> all = new ArrayList<>();
    d.spec()
        .path("addresses")
        .forEach(
            a -> {
              if (!a.asText().equals("unknown")) {
                all.add(IpAddress.parse(a.asText()));
              }
            });
    return all;
  }
}
