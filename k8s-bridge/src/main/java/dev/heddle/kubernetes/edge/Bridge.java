package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.mapping.Desired;
import dev.heddle.kubernetes.mapping.Mapping;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.kubernetes.mapping.Settings;
import dev.heddle.model.Network;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that brings the model to what the cluster means, as it is now, whenever something of
 * either has changed; another tells users what is not as they asked for. Stopped, it leaves all
 * documents: nothing of the network changes by its coming and going.
 */
public final class Bridge implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

  /** Changes of the model, be they of the bridge's own documents or not. */
  private static final String MODEL = "model";

  private static final String RETRY = "retry";

  private static final long REST_MILLIS = 20;
  private static final long LOOK_MILLIS = 1_000;
  private static final long STOP_MILLIS = 5_000;

  private final KubernetesClient client;
  private final Network network;
  private final Settings settings;
  private final WorkQueue queue = new WorkQueue(REST_MILLIS);
  private final Writing writing;
  private final Rights rights = new Rights();
  private final Watches watches;
  private final Announcer announcer;
  private final AutoCloseable watch;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile String unreachable = "";
  private Cluster cluster =
      new Cluster(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  private Optional<Desired> desired = Optional.empty();
  private List<Notice> notices = List.of();

  /**
   * Something of the cluster has changed since it was looked at, perhaps while not all was known.
   */
  private boolean behind;

  /** Begins at once; the client is closed with it. */
  public Bridge(KubernetesClient client, Network network, Settings settings) {
    this.client = client;
    this.network = network;
    this.settings = settings;
    writing = new Writing(network);
    watch = network.watch(revision -> queue.add(MODEL));
    watches = new Watches(client, queue::add, this::unreachable);
    announcer = new Announcer(client, network, rights, watches::adminObjects);
    thread = new Thread(this::run, "heddle-kubernetes");
    thread.setDaemon(true);
    thread.start();
  }

  private void unreachable(String resource, Throwable e) {
    String why = String.valueOf(e.getMessage());
    long now = System.nanoTime();
    if (!stopped
        && !rights.isRefusal(e, now)
        && !rights.isRefusedWatch(e, resource, now)
        && !why.equals(unreachable)) {
      unreachable = why;
      LOG.warn("the API server cannot be watched: {}", why);
    }
  }

  private void run() {
    try {
      while (!stopped) {
        round(queue.take(LOOK_MILLIS));
      }
    } catch (InterruptedException e) {
      LOG.debug("stopped", e);
    }
  }

  private void round(Set<String> keys) {
    try {
      behind |= desired.isEmpty() || keys.stream().anyMatch(k -> !k.equals(MODEL));
      if (watches.areComplete() && (behind || !keys.isEmpty())) {
        reconcile(behind);
        behind = false;
      }
      queue.worked();
    } catch (RuntimeException e) {
      LOG.warn(
          "the model could not be brought to what the cluster means; tried again: {}",
          e.toString());
      queue.failed(keys.isEmpty() ? Set.of(RETRY) : keys);
    }
  }

  /**
   * @param anew the cluster has changed; else only what is stored is compared with what is to be
   */
  private void reconcile(boolean anew) {
    Cluster now = anew ? watches.cluster() : cluster;
    if (desired.isEmpty() || !now.equals(cluster) || !notices.isEmpty()) {
      cluster = now;
      Desired next = Mapping.of(cluster, network.documents("LogicalPort"), settings);
      if (desired.isEmpty()) {
        LOG.info(
            "the cluster is known: {} nodes, {} pods, {} policies",
            cluster.nodes().size(),
            cluster.pods().size(),
            cluster.policies().size() + cluster.adminPolicies().size());
      }
      notices = next.notices();
      desired = Optional.of(next);
    }
    Desired to = desired.orElseThrow();
    List<Notice> wrong = new ArrayList<>(notices);
    wrong.addAll(writing.write(to));
    announcer.tellOf(new Announcer.Written(cluster, to, List.copyOf(wrong)));
    unreachable = "";
  }

  /** What it has been refused of late. */
  List<Notice> missingRights() {
    return rights.notices(System.nanoTime());
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    try {
      watch.close();
      watches.close();
      announcer.close();
      client.close();
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("the bridge did not stop in order", e);
    }
  }
}
