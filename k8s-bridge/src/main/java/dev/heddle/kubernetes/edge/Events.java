package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Notice;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes Events, and the condition of a pod that gets no port as an annotation of the pod. */
final class Events {

  /** On a pod that has no port: why. */
  static final String CONDITION = "heddle.dev/condition";

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final int MOST_TEXT = 1_000;
  private static final int GONE = 404;
  private static final String SOURCE = "heddle";

  private final KubernetesClient client;
  private final Clock clock;
  private final Rights rights;

  Events(KubernetesClient client, Clock clock, Rights rights) {
    this.client = client;
    this.clock = clock;
    this.rights = rights;
  }

  /** How a request ended. */
  enum Answer {
    DONE,
    /** For want of a right: others may well be answered. */
    REFUSED,
    UNREACHABLE
  }

  /** Done also if the object is gone; else the log says why not. */
  Answer tell(Notice n) {
    try {
      HasMetadata object = find(n.about());
      if (object != null) {
        write(n, object);
      }
      return Answer.DONE;
    } catch (KubernetesClientException e) {
      if (rights.isRefusal(e, System.nanoTime())) {
        return Answer.REFUSED;
      }
      LOG.warn("{} could not be told \"{}\": {}", n.about(), n.message(), e.getMessage());
      return Answer.UNREACHABLE;
    }
  }

  private HasMetadata find(ObjectRef o) {
    return switch (o.kind()) {
      case POD -> client.pods().inNamespace(o.namespace()).withName(o.name()).get();
      case POLICY ->
          client
              .network()
              .v1()
              .networkPolicies()
              .inNamespace(o.namespace())
              .withName(o.name())
              .get();
      case NODE -> client.nodes().withName(o.name()).get();
      case CLUSTER_POLICY, ADMIN_POLICY, BASELINE_POLICY ->
          client
              .genericKubernetesResources(AdminWatches.context(o.kind()))
              .withName(o.name())
              .get();
      case ROLE -> // it may not read that
          new ClusterRoleBuilder().withNewMetadata().withName(o.name()).endMetadata().build();
    };
  }

  private void write(Notice n, HasMetadata object) {
    ObjectRef about = n.about();
    String namespace = about.namespace().isEmpty() ? "default" : about.namespace();
    String now = Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
    client
        .v1()
        .events()
        .inNamespace(namespace)
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withGenerateName("heddle-")
                .withNamespace(namespace)
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.kind().apiVersion())
                .withKind(about.kind().word())
                .withNamespace(about.namespace().isEmpty() ? null : about.namespace())
                .withName(about.name())
                .withUid(object.getMetadata().getUid())
                .endInvolvedObject()
                .withType(n.reason().equals(Telling.SETTLED) ? "Normal" : "Warning")
                .withReason(n.reason())
                .withMessage(cut(n.message()))
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .withNewSource()
                .withComponent(SOURCE)
                .endSource()
                .withReportingComponent("heddle.dev/kubernetes-bridge")
                .withReportingInstance(SOURCE)
                .build())
        .create();
  }

  /** Done also if the pod is gone. */
  Answer annotate(ObjectRef pod, String condition) {
    try {
      String value = condition.isEmpty() ? "null" : quoted(cut(condition));
      client
          .pods()
          .inNamespace(pod.namespace())
          .withName(pod.name())
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"metadata\": {\"annotations\": {\"" + CONDITION + "\": " + value + "}}}");
      return Answer.DONE;
    } catch (KubernetesClientException e) {
      if (rights.isRefusal(e, System.nanoTime())) {
        return Answer.REFUSED;
      }
      LOG.warn("{} could not be given its condition: {}", pod, e.getMessage());
      return e.getCode() == GONE ? Answer.DONE : Answer.UNREACHABLE;
    }
  }

  private static String quoted(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
  }

  private static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
  }
}
