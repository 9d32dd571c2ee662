package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.reading.Policies;
import dev.heddle.kubernetes.reading.Reading;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What the API server says of nodes, namespaces, pods, policies and StatefulSets, kept up to date
 * by shared informers: listed in parts, then watched, and listed anew when a watch is lost.
 */
final class Watches implements AutoCloseable {

  private static final long PART = 500;

  private final SharedIndexInformer<Node> nodes;
  private final SharedIndexInformer<Namespace> namespaces;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<NetworkPolicy> policies;
  private final SharedIndexInformer<StatefulSet> sets;
  private final AdminWatches admin;

  /**
   * Begins to watch; what changes is told by its key.
   *
   * @param failed is told of which resource nothing can be listed or watched, and why; it is tried
   *     again
   */
  Watches(KubernetesClient client, Consumer<String> changed, BiConsumer<String, Throwable> failed) {
    nodes = watch("nodes", client.nodes(), changed, failed);
    namespaces = watch("namespaces", client.namespaces(), changed, failed);
    pods = watch("pods", client.pods().inAnyNamespace(), changed, failed);
    policies =
        watch(
            "networkpolicies.networking.k8s.io",
            client.network().v1().networkPolicies().inAnyNamespace(),
            changed,
            failed);
    sets =
        watch("statefulsets.apps", client.apps().statefulSets().inAnyNamespace(), changed, failed);
    all().forEach(SharedIndexInformer::start);
    admin = new AdminWatches(client, changed, failed);
  }

  /** One that is not started yet. */
  static <T extends HasMetadata> SharedIndexInformer<T> watch(
      String resource,
      Informable<T> of,
      Consumer<String> changed,
      BiConsumer<String, Throwable> failed) {
    SharedIndexInformer<T> informer = of.withLimit(PART).runnableInformer(0);
    informer.removeNamespaceIndex();
    informer.exceptionHandler(
        (begun, e) -> {
          failed.accept(resource, e);
          return true;
        });
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(T o) {
            tell(o);
          }

          @Override
          public void onUpdate(T before, T o) {
            tell(o);
          }

          @Override
          public void onDelete(T o, boolean unknown) {
            tell(o);
          }

          private void tell(T o) {
            String namespace = o.getMetadata().getNamespace();
            changed.accept(
                resource
                    + "/"
                    + (namespace == null ? "" : namespace + "/")
                    + o.getMetadata().getName());
          }
        });
    return informer;
  }

  private List<SharedIndexInformer<?>> all() {
    return List.of(nodes, namespaces, pods, policies, sets);
  }

  /** Whether all were listed once: before that an absent object means nothing. */
  boolean areComplete() {
    return all().stream().allMatch(SharedIndexInformer::hasSynced) && admin.areComplete();
  }

  /** The cluster as it is known now. */
  Cluster cluster() {
    return new Cluster(
        nodes.getStore().list().stream().map(Reading::node).toList(),
        namespaces.getStore().list().stream().map(Reading::namespace).toList(),
        pods.getStore().list().stream().map(Reading::pod).toList(),
        policies.getStore().list().stream().map(Policies::policy).toList(),
        sets.getStore().list().stream().map(Reading::statefulSet).toList(),
        admin.policies());
  }

  /** Policies of administrators as they are known now, their status too. */
  Map<ObjectRef, GenericKubernetesResource> adminObjects() {
    return admin.objects();
  }

  @Override
  public void close() {
    admin.close();
    all().forEach(SharedIndexInformer::stop);
  }
}
