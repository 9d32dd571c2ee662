package dev.heddle.kubernetes.cluster;

import dev.heddle.model.IpPrefix;
import dev.heddle.model.Selector;
import java.util.List;
import java.util.Optional;

/**
 * A NetworkPolicy of networking.k8s.io/v1, defaults filled in.
 *
 * @param subjects the pods of its namespace that it isolates; empty: it cannot be read, and all
 *     pods of the namespace are taken
 * @param ingress whether it isolates them for what comes to them
 * @param egress likewise for what they begin
 * @param faults why it cannot be compiled: its rules then allow nothing
 */
public record Policy(
    String namespace,
    String name,
    Optional<Selector> subjects,
    boolean ingress,
    boolean egress,
    List<Rule> to,
    List<Rule> from,
    List<String> faults) {

  public Policy {
    to = List.copyOf(to);
    from = List.copyOf(from);
    faults = List.copyOf(faults);
  }

  /**
   * What is allowed: any of the ports with any of the peers.
   *
   * @param peers empty: everybody
   * @param ports empty: everything
   */
  public record Rule(List<Peer> peers, List<Service> ports) {

    public Rule {
      peers = List.copyOf(peers);
      ports = List.copyOf(ports);
    }
  }

  /** Who is at the other end. */
  public sealed interface Peer {

    /** Addresses within a prefix, but not those within one of the exceptions. */
    record Block(IpPrefix cidr, List<IpPrefix> except) implements Peer {

      public Block {
        except = List.copyOf(except);
      }
    }

    /**
     * Pods.
     *
     * @param namespaces empty: those of the policy's namespace
     */
    record Pods(Optional<Selector> namespaces, Selector pods) implements Peer {}

    /** Nodes, by their labels; no NetworkPolicy names them. */
    record Nodes(Selector selector) implements Peer {}
  }

  /** What a connection is for. */
  public sealed interface Service {

    Protocol protocol();

    /** Ports from the first to the last; 0 to 65535 if the policy names none. */
    record Numbers(Protocol protocol, int first, int last) implements Service {}

    /** What the pod that is connected to calls so. */
    record Named(Protocol protocol, String name) implements Service {}
  }

  public ObjectRef ref() {
    return new ObjectRef(ObjectRef.Kind.POLICY, namespace, name);
  }
}
