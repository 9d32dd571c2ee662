package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.kubernetes.edge.Events.Answer;
import dev.heddle.kubernetes.mapping.Desired;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.model.Network;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells users once a second, in a thread of its own, what is not as they asked for: what is to be
 * enforced does not wait for the API server to take what is said of it.
 */
final class Announcer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  /** Pods that are given their condition in one look, at most. */
  private static final int MOST_PATCHES = 20;

  private static final long LOOK_MILLIS = 1_000;
  private static final long PATIENCE = 10_000_000_000L;
  private static final long STOP_MILLIS = 5_000;

  /**
   * What the bridge has written of a cluster.
   *
   * @param notices what of the cluster is not understood, and what the model has refused
   */
  record Written(Cluster cluster, Desired desired, List<Notice> notices) {}

  private final Supplier<Map<ObjectRef, GenericKubernetesResource>> adminObjects;
  private final Rights rights;
  private final Progress progress;
  private final Telling telling = new Telling();
  private final Events events;
  private final AdminStatus status;
  private final Map<ObjectRef, String> annotated = new HashMap<>();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile Optional<Written> written = Optional.empty();

  /**
   * Begins at once.
   *
   * @param adminObjects policies of administrators as they are now, with their status
   */
  Announcer(
      KubernetesClient client,
      Network network,
      Rights rights,
      Supplier<Map<ObjectRef, GenericKubernetesResource>> adminObjects) {
    this.adminObjects = adminObjects;
    this.rights = rights;
    progress = new Progress(network, PATIENCE);
    events = new Events(client, Clock.systemUTC(), rights);
    status = new AdminStatus(client, Clock.systemUTC(), rights);
    thread = new Thread(this::run, "heddle-kubernetes-announcer");
    thread.setDaemon(true);
    thread.start();
  }

  /** From now on it is this that is told of. */
  void tellOf(Written latest) {
    written = Optional.of(latest);
  }

  private void run() {
    try {
      while (!stopped) {
        Thread.sleep(LOOK_MILLIS);
        look();
      }
    } catch (InterruptedException e) {
      LOG.debug("stopped", e);
    }
  }

  private void look() {
    try {
      tell(written);
    } catch (RuntimeException e) {
      LOG.warn("users could not be told what is not as they asked for: {}", e.toString());
    }
  }

  private void tell(Optional<Written> now) {
    List<Notice> all = new ArrayList<>(rights.notices(System.nanoTime()));
    now.ifPresent(w -> all.addAll(w.notices()));
    Map<ObjectRef, String> conditions = new HashMap<>();
    for (Notice n : all) {
      if (n.about().kind() == ObjectRef.Kind.POD) {
        conditions.putIfAbsent(n.about(), n.reason() + ": " + n.message());
      }
    }
    boolean heard = true;
    if (now.isPresent()) {
      Written w = now.get();
      progress.follow(w.desired());
      all.addAll(progress.look(w.desired(), System.nanoTime()));
      status.tell(
          w.cluster().adminPolicies(),
          adminObjects.get(),
          all,
          about -> progress.isRealized(w.desired(), about));
      heard = annotate(w.cluster(), conditions);
    }
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
  private boolean annotate(Cluster cluster, Map<ObjectRef, String> conditions) {
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

  @Override
  public void close() throws InterruptedException {
    stopped = true; // whoever talks to the API server may not pass the interrupt on
    thread.interrupt();
    thread.join(STOP_MILLIS);
  }
}
