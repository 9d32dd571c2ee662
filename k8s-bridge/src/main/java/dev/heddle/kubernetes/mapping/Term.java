package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Peer.Block;
import dev.heddle.model.Selector;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A way in which policies choose pods as the other end; equal terms choose the same pods. */
sealed interface Term {

  boolean chooses(Port port);

  /** The same for equal terms, and for no others. */
  String text();

  /**
   * By labels.
   *
   * @param namespace of the policy, where no other is asked for
   */
  record Labelled(Optional<String> namespace, Optional<Selector> namespaces, Selector pods)
      implements Term {

    static Labelled of(String namespace, Peer.Pods peer) {
      return new Labelled(
          peer.namespaces().isPresent() ? Optional.empty() : Optional.of(namespace),
          peer.namespaces(),
          peer.pods());
    }

    boolean choosesAllPods() {
      return isEmpty(pods);
    }

    boolean choosesAll() {
      return choosesAllPods() && namespaces.filter(Labelled::isEmpty).isPresent();
    }

    private static boolean isEmpty(Selector s) {
      return s.labels().isEmpty() && s.expressions().isEmpty();
    }

    boolean choosesNamespace(String name, Map<String, String> labels) {
      return namespace.map(name::equals).orElseGet(() -> namespaces.orElseThrow().selects(labels));
    }

    @Override
    public boolean chooses(Port port) {
      return choosesNamespace(port.pod().namespace(), port.namespaceLabels())
          && pods.selects(port.pod().labels());
    }

    @Override
    public String text() {
      return namespace.orElse("") + "/" + namespaces.map(Term::text).orElse("-") + "/" + text(pods);
    }

    private static String text(Selector s) {
      return Term.text(s);
    }
  }

  /** By address: only named ports need to know which pods these are. */
  record Within(Block block) implements Term {

    @Override
    public boolean chooses(Port port) {
      return port.given().addresses().stream().anyMatch(a -> Prefixes.contains(block, a));
    }

    boolean isV6() {
      return block.cidr().address().isV6();
    }

    @Override
    public String text() {
      return block.toString();
    }
  }

  private static String text(Selector s) {
    return new TreeMap<>(s.labels()) + " " + s.expressions();
  }
}
