package dev.heddle.kubernetes.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Conditions of administrators' policies, each for the generation that it is about: {@code
 * Accepted}, whether all of its rules are understood, and {@code Realized}, whether all nodes that
 * need them have them. They are applied by the server, so that conditions of others stay. For one
 * thread.
 */
final class AdminStatus {

  private static final Logger LOG = LoggerFactory.getLogger(AdminStatus.class);
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("heddle")
          .withForce(true)
          .build();

  /** Policies that are written to in one look, at most. */
  private static final int MOST = 20;

  private static final int MOST_TEXT = 1_000;
  private static final int GONE = 404;

  private final KubernetesClient client;
  private final Clock clock;
  private final Rights rights;
  private String failure = "";

  AdminStatus(KubernetesClient client, Clock clock, Rights rights) {
    this.client = client;
    this.clock = clock;
    this.rights = rights;
  }

  /**
   * Writes what is not so yet.
   *
   * @param objects as they were seen last
   * @param notices what is wrong; the first about a policy counts
   * @param realized whether all of a policy is in all switches; asked only where it is not known
   */
  void tell(
      List<AdminPolicy> policies,
      Map<ObjectRef, GenericKubernetesResource> objects,
      List<Notice> notices,
      Predicate<ObjectRef> realized) {
    int writes = 0;
    for (AdminPolicy p : policies) {
      GenericKubernetesResource o = objects.get(p.ref());
      if (o != null && writes < MOST) {
        JsonNode is = MAPPER.valueToTree(o.getAdditionalProperties().get("status"));
        List<ObjectNode> to = conditions(p, is, notices, realized);
        if (!isWritten(is, to)) {
          writes++;
          if (!write(p.ref(), to)) {
            return; // who cannot be reached once is not asked again now
          }
        }
      }
    }
  }

  private List<ObjectNode> conditions(
      AdminPolicy p, JsonNode is, List<Notice> notices, Predicate<ObjectRef> realized) {
    Optional<Notice> late = find(notices, p.ref(), n -> n.reason().equals(Progress.LATE));
    Optional<Notice> wrong = find(notices, p.ref(), n -> !n.reason().equals(Progress.LATE));
    List<ObjectNode> all = new ArrayList<>();
    all.add(condition(p, is, Condition.ACCEPTED, wrong, "Compiled"));
    ObjectNode done = condition(p, is, Condition.REALIZED, late, "Enforced");
    if (late.isPresent() || isAmong(is, done) || realized.test(p.ref())) {
      all.add(done);
    }
    return all;
  }

  private static Optional<Notice> find(
      List<Notice> notices, ObjectRef about, Predicate<Notice> which) {
    return notices.stream().filter(n -> n.about().equals(about)).filter(which).findFirst();
  }

  private ObjectNode condition(
      AdminPolicy p, JsonNode is, String type, Optional<Notice> fault, String reason) {
    String status = fault.isPresent() ? "False" : "True";
    String message = fault.map(Notice::message).orElse("");
    JsonNode before = named(is, type);
    String since =
        before.path("status").asText().equals(status)
            ? before.path("lastTransitionTime").asText()
            : Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("status", status)
        .put("reason", fault.map(Notice::reason).orElse(reason))
        .put("message", message.length() <= MOST_TEXT ? message : message.substring(0, MOST_TEXT))
        .put("observedGeneration", p.generation())
        .put("lastTransitionTime", since);
  }

  private static JsonNode named(JsonNode status, String type) {
    if (status != null) {
      for (JsonNode c : status.path("conditions")) {
        if (c.path("type").asText().equals(type)) {
          return c;
        }
      }
    }
    return JsonNodeFactory.instance.missingNode();
  }

  /** Whether those that are to be are there, and no other of the bridge's. */
  private static boolean isWritten(JsonNode is, List<ObjectNode> to) {
    long own =
        List.of(Condition.ACCEPTED, Condition.REALIZED).stream()
            .filter(t -> !named(is, t).isMissingNode())
            .count();
    return own == to.size() && to.stream().allMatch(c -> isAmong(is, c));
  }

  private static boolean isAmong(JsonNode is, ObjectNode condition) {
    JsonNode there = named(is, condition.path("type").asText());
    return List.of("status", "reason", "message", "observedGeneration").stream()
        .allMatch(f -> there.path(f).asText().equals(condition.path(f).asText()));
  }

  /** False if the API server cannot be reached. */
  private boolean write(ObjectRef about, List<ObjectNode> conditions) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("apiVersion", about.kind().apiVersion()).put("kind", about.kind().word());
    body.putObject("metadata").put("name", about.name());
    body.putObject("status").putArray("conditions").addAll(conditions);
    try {
      client
          .genericKubernetesResources(AdminWatches.context(about.kind()))
          .withName(about.name())
          .subresource("status")
          .patch(APPLY, body.toString());
      failure = "";
      return true;
    } catch (KubernetesClientException e) {
      if (rights.isRefusal(e, System.nanoTime())) {
        return true;
      }
      String why = String.valueOf(e.getMessage());
      if (!why.equals(failure)) {
        failure = why;
        LOG.warn("{} could not be given its conditions: {}", about, why);
      }
      return e.getCode() == GONE;
    }
  }
}
