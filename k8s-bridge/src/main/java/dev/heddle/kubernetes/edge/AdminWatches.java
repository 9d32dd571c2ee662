package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.reading.AdminPolicies;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kinds of administrators' policies. The API server may not have them, or get and lose them
 * while the bridge runs, and the bridge may lack the right: it is asked again every few seconds. A
 * kind is as if there were none of it only if a server that knows who may do what says so: one that
 * has just started says of what is there that it is not, and refuses what is allowed
 * (docs/decisions/139).
 */
final class AdminWatches implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminWatches.class);
  private static final long AGAIN_MILLIS = 5_000;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final String GROUP = "policy.networking.k8s.io";

  /** The kinds, and what they are called in paths. */
  static final Map<Kind, String> PLURALS =
      Map.of(
          Kind.CLUSTER_POLICY, "clusternetworkpolicies",
          Kind.ADMIN_POLICY, "adminnetworkpolicies",
          Kind.BASELINE_POLICY, "baselineadminnetworkpolicies");

  /** What is known of a kind. */
  private static final class Watched {
    private SharedIndexInformer<GenericKubernetesResource> informer;
    private boolean missing;
    private String said = "";

    private boolean isKnown() {
      return missing || isListed();
    }

    private boolean isListed() {
      return informer != null && informer.hasSynced();
    }
  }

  private final KubernetesClient client;
  private final Consumer<String> changed;
  private final BiConsumer<String, Throwable> failed;
  private final Map<Kind, Watched> kinds = new LinkedHashMap<>();
  private final ScheduledExecutorService clock;

  /**
   * Begins to look; what changes is told by its key.
   *
   * @param failed is told of which resource nothing can be listed or watched, and why; it is tried
   *     again
   */
  AdminWatches(
      KubernetesClient client, Consumer<String> changed, BiConsumer<String, Throwable> failed) {
    this(client, changed, failed, AGAIN_MILLIS);
  }

  /** Asks again after so many milliseconds. */
  AdminWatches(
      KubernetesClient client,
      Consumer<String> changed,
      BiConsumer<String, Throwable> failed,
      long again) {
    this.client = client;
    this.changed = changed;
    this.failed = failed;
    PLURALS.keySet().stream().sorted().forEach(k -> kinds.put(k, new Watched()));
    clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "heddle-kubernetes-kinds");
              thread.setDaemon(true);
              return thread;
            });
    clock.scheduleWithFixedDelay(this::look, 0, again, TimeUnit.MILLISECONDS);
  }

  static ResourceDefinitionContext context(Kind kind) {
    String[] version = kind.apiVersion().split("/", 2);
    return new ResourceDefinitionContext.Builder()
        .withGroup(version[0])
        .withVersion(version[1])
        .withKind(kind.word())
        .withPlural(PLURALS.get(kind))
        .withNamespaced(false)
        .build();
  }

  private static String resource(Kind kind) {
    return PLURALS.get(kind) + "." + GROUP;
  }

  private void look() {
    try {
      // Allowed by the same role: a server that refuses this knows no roles yet, and says nothing.
      client.nodes().list(one());
      for (Map.Entry<Kind, Watched> e : kinds.entrySet()) {
        look(e.getKey(), e.getValue());
      }
    } catch (RuntimeException e) {
      failed.accept(GROUP, e); // what is watched is watched on; the rest is asked for again
    }
  }

  private static ListOptions one() {
    return new ListOptionsBuilder().withLimit(1L).build();
  }

  private void look(Kind kind, Watched w) {
    try {
      client.genericKubernetesResources(context(kind)).list(one());
      begin(kind, w);
    } catch (KubernetesClientException e) {
      if (e.getCode() == NOT_FOUND) {
        forget(kind, w, "the API server does not have them");
      } else if (e.getCode() == FORBIDDEN) {
        failed.accept(resource(kind), e);
        if (!isListed(w)) {
          forget(kind, w, "the bridge may not list them");
        }
      } else {
        throw e;
      }
    }
  }

  private synchronized boolean isListed(Watched w) {
    return w.isListed();
  }

  private synchronized void begin(Kind kind, Watched w) {
    if (w.informer == null && !clock.isShutdown()) {
      w.informer =
          Watches.watch(
              resource(kind), client.genericKubernetesResources(context(kind)), changed, failed);
      w.informer.start();
      say(kind, w, "watched");
    }
    w.missing = false;
  }

  private synchronized void forget(Kind kind, Watched w, String why) {
    say(kind, w, "not enforced: " + why);
    if (w.informer != null) {
      w.informer.stop();
      w.informer = null;
    }
    if (!w.missing) {
      w.missing = true;
      changed.accept(kind.word());
    }
  }

  private static void say(Kind kind, Watched w, String what) {
    if (!what.equals(w.said)) {
      w.said = what;
      LOG.info("{} objects are {}", kind.word(), what);
    }
  }

  /** Whether of each kind all objects were listed, or there can be none. */
  synchronized boolean areComplete() {
    return kinds.values().stream().allMatch(Watched::isKnown);
  }

  synchronized List<AdminPolicy> policies() {
    List<AdminPolicy> all = new ArrayList<>();
    kinds.forEach((kind, w) -> objects(w).forEach(o -> all.add(AdminPolicies.policy(kind, o))));
    return all;
  }

  /** As they are known now, their status too. */
  synchronized Map<ObjectRef, GenericKubernetesResource> objects() {
    Map<ObjectRef, GenericKubernetesResource> all = new LinkedHashMap<>();
    kinds.forEach(
        (kind, w) ->
            objects(w)
                .forEach(o -> all.put(new ObjectRef(kind, "", o.getMetadata().getName()), o)));
    return all;
  }

  private static List<GenericKubernetesResource> objects(Watched w) {
    return w.informer == null ? List.of() : w.informer.getStore().list();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    synchronized (this) {
      kinds.values().stream().filter(w -> w.informer != null).forEach(w -> w.informer.stop());
    }
  }
}
