package dev.heddle.kubernetes.reading;

import dev.heddle.kubernetes.cluster.Namespace;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.kubernetes.cluster.Pod.NamedPort;
import dev.heddle.kubernetes.cluster.Protocol;
import dev.heddle.kubernetes.cluster.StatefulSet;
import dev.heddle.model.IpAddress;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Nodes, namespaces, pods and StatefulSets; policies are in {@link Policies}. */
public final class Reading {

  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");
  private static final Set<String> ADDRESSES = Set.of("InternalIP", "ExternalIP");
  private static final String ANNOTATIONS = "heddle.dev/";
  private static final int MOST_PORTS = 1_000;
  private static final int HIGHEST_PORT = 65_535;

  private Reading() {}

  public static Node node(io.fabric8.kubernetes.api.model.Node n) {
    List<IpAddress> addresses = new ArrayList<>();
    if (n.getStatus() != null && n.getStatus().getAddresses() != null) {
      for (NodeAddress a : n.getStatus().getAddresses()) {
        if (ADDRESSES.contains(a.getType())) {
          address(a.getAddress()).filter(i -> !addresses.contains(i)).ifPresent(addresses::add);
        }
      }
    }
    return new Node(name(n), addresses, map(n.getMetadata().getLabels()));
  }

  private static Optional<IpAddress> address(String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(IpAddress.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a name: nothing of the bridge depends on those
    }
  }

  public static Namespace namespace(io.fabric8.kubernetes.api.model.Namespace n) {
    return new Namespace(name(n), map(n.getMetadata().getLabels()));
  }

  public static StatefulSet statefulSet(io.fabric8.kubernetes.api.model.apps.StatefulSet s) {
    var spec = s.getSpec();
    int replicas = spec == null || spec.getReplicas() == null ? 1 : spec.getReplicas();
    int first =
        spec == null || spec.getOrdinals() == null || spec.getOrdinals().getStart() == null
            ? 0
            : spec.getOrdinals().getStart();
    return new StatefulSet(s.getMetadata().getNamespace(), name(s), first, replicas);
  }

  public static Pod pod(io.fabric8.kubernetes.api.model.Pod p) {
    PodSpec spec = p.getSpec();
    String phase = p.getStatus() == null ? null : p.getStatus().getPhase();
    return new Pod(
        p.getMetadata().getNamespace(),
        name(p),
        p.getMetadata().getUid() == null ? "" : p.getMetadata().getUid(),
        Optional.ofNullable(spec == null ? null : spec.getNodeName()).filter(n -> !n.isEmpty()),
        spec != null && Boolean.TRUE.equals(spec.getHostNetwork()),
        phase != null && FINISHED.contains(phase),
        map(p.getMetadata().getLabels()),
        map(p.getMetadata().getAnnotations()).entrySet().stream()
            .filter(e -> e.getKey().startsWith(ANNOTATIONS))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
        spec == null ? List.of() : ports(spec),
        p.getMetadata().getOwnerReferences() == null
            ? Optional.empty()
            : p.getMetadata().getOwnerReferences().stream()
                .filter(o -> "StatefulSet".equals(o.getKind()))
                .map(o -> o.getName())
                .findFirst());
  }

  /** Of containers that run while the pod does; init containers do if they always restart. */
  private static List<NamedPort> ports(PodSpec spec) {
    List<Container> containers = new ArrayList<>(list(spec.getContainers()));
    list(spec.getInitContainers()).stream()
        .filter(c -> "Always".equals(c.getRestartPolicy()))
        .forEach(containers::add);
    List<NamedPort> ports = new ArrayList<>();
    for (Container c : containers) {
      for (ContainerPort p : list(c.getPorts())) {
        Integer number = p.getContainerPort();
        Optional<Protocol> protocol = protocol(p.getProtocol());
        if (p.getName() != null
            && protocol.isPresent()
            && number != null
            && number >= 1
            && number <= HIGHEST_PORT
            && ports.size() < MOST_PORTS) {
          ports.add(new NamedPort(p.getName(), protocol.get(), number));
        }
      }
    }
    return ports;
  }

  /** TCP if absent; empty if it is none that is known. */
  static Optional<Protocol> protocol(String word) {
    if (word == null || word.isEmpty()) {
      return Optional.of(Protocol.TCP);
    }
    return List.of(Protocol.values()).stream().filter(p -> p.name().equals(word)).findFirst();
  }

  private static String name(HasMetadata o) {
    return o.getMetadata().getName();
  }

  static <T> List<T> list(List<T> list) {
    return list == null ? List.of() : list;
  }

  private static Map<String, String> map(Map<String, String> map) {
    return map == null
        ? Map.of()
        : map.entrySet().stream()
            .filter(e -> e.getValue() != null)
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
