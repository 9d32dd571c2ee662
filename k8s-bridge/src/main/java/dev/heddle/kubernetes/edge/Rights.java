package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Notice;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which rights the API server says the bridge lacks. What is refused is asked for again and again,
 * so a right that nobody has missed for two minutes was given. Safe for many threads.
 */
final class Rights {

  /** Whom the cluster's administrator is told by; it need not be called so, or be there. */
  private static final ObjectRef ROLE = new ObjectRef(ObjectRef.Kind.ROLE, "", "heddle-bridge");

  /** As RBAC says it, of resources and of what is below them. */
  private static final Pattern LACKING =
      Pattern.compile(
          "cannot ([a-z]{1,20}) resource \"([a-z/]{1,100})\" in API group \"([a-z0-9.-]{0,200})\"");

  private static final Logger LOG = LoggerFactory.getLogger(Rights.class);
  private static final long FORGOTTEN = 120_000_000_000L;
  private static final int FORBIDDEN = 403;
  private static final int DEEPEST = 10;
  private static final int MOST = 100;

  private final Map<String, Long> missed = new TreeMap<>();

  /** True if that is why it failed; then it is noted, and the log says so once. */
  boolean isRefusal(Throwable e, long now) {
    Throwable cause = e;
    for (int i = 0; i < DEEPEST && cause != null; i++, cause = cause.getCause()) {
      Matcher m = LACKING.matcher(String.valueOf(cause.getMessage()));
      if (m.find()) {
        miss(m.group(1) + " " + m.group(2) + (m.group(3).isEmpty() ? "" : "." + m.group(3)), now);
        return true;
      }
    }
    return false;
  }

  /** The same for a watch, of which the server's words do not come through. */
  boolean isRefusedWatch(Throwable e, String resource, long now) {
    Throwable cause = e;
    for (int i = 0; i < DEEPEST && cause != null; i++, cause = cause.getCause()) {
      if (cause instanceof KubernetesClientException k && k.getCode() == FORBIDDEN) {
        miss("watch " + resource, now);
        return true;
      }
    }
    return false;
  }

  private synchronized void miss(String right, long now) {
    forget(now);
    if (missed.size() < MOST && missed.put(right, now) == null) {
      LOG.warn("{}", sentence(Set.of(right)));
    }
  }

  private void forget(long now) {
    missed.values().removeIf(last -> now - last > FORGOTTEN);
  }

  /** One that names all, or none if nothing is missing. */
  synchronized List<Notice> notices(long now) {
    forget(now);
    return missed.isEmpty()
        ? List.of()
        : List.of(new Notice(ROLE, "RightMissing", sentence(new TreeSet<>(missed.keySet()))));
  }

  private static String sentence(Set<String> rights) {
    return "The bridge may not "
        + String.join(", ", rights)
        + ": its ClusterRole lacks what k8s-bridge/deploy/clusterrole.yaml gives.";
  }
}
