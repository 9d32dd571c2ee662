package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.kubernetes.edge.Events.Answer;
import dev.heddle.kubernetes.mapping.Desired;
import dev.heddle.kubernetes.mapping.Mapping;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.kubernetes.mapping.Settings;
import dev.heddle.model.Network;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that brings the model to what the cluster means, as it is now, whenever something of
 * either has changed; then it tells users what is not as they asked for. Stopped, it leaves all
 * documents: nothing of the network changes by its coming and going.
 */
public final class Bridge implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

  /** Changes of the model, be they of the bridge's own documents or not. */
  private static final String MODEL = "model";

  private static final String RETRY = "retry";

  /** Pods that are given their condition in one look, at most. */
  private static final int MOST_PATCHES = 20;

  private static final long GATHER_MILLIS = 20;
  private static final long LOOK_MILLIS = 1_000;
  private static final long PATIENCE = 10_000_000_000L;
  private static final long STOP_MILLIS = 5_000;

  private final KubernetesClient client;
  private final Network network;
  private final Settings settings;
  private final WorkQueue queue = new WorkQueue(GATHER_MILLIS);
  private final Writing writing;
  private final Progress progress;
  private final Telling telling = new Telling();
  private final Rights rights = new Rights();
  private final Events events;
  private final AdminStatus status;
  private final Map<ObjectRef, String> annotated = new HashMap<>();
  private final Watches watches;
  private final AutoCloseable watch;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile String unreachable = "";
  private Cluster cluster =
      new Cluster(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  private Optional<Desired> desired = Optional.empty();
  private List<Notice> refusals = List.of();
  private List<Notice> notices = List.of();
  private long looked;

  /** Begins at once; the client is closed with it. */
  public Bridge(KubernetesClient client, Network network, Settings settings) {
    this.client = client;
    this.network = network;
    this.settings = settings;
    writing = new Writing(network);
    progress = new Progress(network, PATIENCE);
    events = new Events(client, Clock.systemUTC(), rights);
    status = new AdminStatus(client, Clock.systemUTC(), rights);
    watch = network.watch(revision -> queue.add(MODEL));
    watches = new Watches(client, queue::add, this::unreachable);
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
      boolean anew = desired.isEmpty() || keys.stream().anyMatch(k -> !k.equals(MODEL));
      if (watches.areComplete() && (anew || !keys.isEmpty())) {
        reconcile(anew);
      }
      if (System.nanoTime() - looked >= LOOK_MILLIS * 1_000_000) {
        looked = System.nanoTime();
        tell();
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
      progress.follow(next);
    }
    refusals = writing.write(desired.orElseThrow());
    unreachable = "";
  }

  private void tell() {
    List<Notice> all = new ArrayList<>(rights.notices(System.nanoTime()));
    all.addAll(notices);
    all.addAll(refusals);
    Map<ObjectRef, String> conditions = new HashMap<>();
    for (Notice n : all) {
      if (n.about().kind() == ObjectRef.Kind.POD) {
        conditions.putIfAbsent(n.about(), n.reason() + ": " + n.message());
      }
    }
    desired.ifPresent(d -> all.addAll(progress.look(d, System.nanoTime())));
    desired.ifPresent(
        d ->
            status.tell(
                cluster.adminPolicies(),
                watches.adminObjects(),
                all,
                about -> progress.isRealized(d, about)));
    boolean heard = annotate(conditions);
    for (Notice n : telling.due(all, System.nanoTime())) {
      // Who cannot be reached once is not asked again now.
      Answer answer = heard ? events.tell(n) : Answer.UNREACHABLE;
      heard = answer != Answer.UNREACHABLE;
      if (answer != Answer.DONE) {
        telling.failed(n);
      }
    }
  }

  /** False if the API server cannot be reached. */
  private boolean annotate(Map<ObjectRef, String> conditions) {
    annotated.keySet().retainAll(cluster.pods().stream().map(Pod::ref).collect(Collectors.toSet()));
    int patches = 0;
    for (Pod p : cluster.pods()) {
      String is =
          annotated.getOrDefault(p.ref(), p.annotations().getOrDefault(Events.CONDITION, ""));
      String to = conditions.getOrDefault(p.ref(), "");
      if (!is.equals(to) && patches++ < MOST_PATCHES) {
        Answer answer = events.annotate(p.ref(), to);
        if (answer == Answer.UNREACHABLE) {
          return false;
        }
        if (answer == Answer.DONE) {
          annotated.put(p.ref(), to);
        }
      }
    }
    return true;
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
      client.close();
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("the bridge did not stop in order", e);
    }
  }
}
