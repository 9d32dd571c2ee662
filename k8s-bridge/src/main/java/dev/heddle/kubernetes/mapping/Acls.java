package dev.heddle.kubernetes.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.mapping.Subjects.SubjectClass;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules of classes of pods as documents. All stand in one tier, three priorities of it: what is
 * always allowed between a node and its pods, what policies allow, and the isolation that drops the
 * rest (docs/decisions/131). Of one priority there is one verdict, so which of them decides makes
 * no difference.
 */
final class Acls {

  private static final int TIER = 2;
  private static final int OF_NODE = 3000;
  private static final int ALLOWED = 2000;
  private static final int ISOLATED = 1000;

  /** How many a policy may be for one class of pods and one direction. */
  static final int MOST = 200;

  private static final String KIND = "Acl";
  private static final int MOST_TEXT = 63;
  static final int LONGEST_BASE = 180;

  /** A direction, as the model and as Kubernetes call it. */
  enum Way {
    TO("to", "ingress"),
    FROM("from", "egress");

    private final String word;
    final String kubernetes;

    Way(String word, String kubernetes) {
      this.word = word;
      this.kubernetes = kubernetes;
    }
  }

  private final Matches matches;
  private final List<Document> documents = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();
  private final Map<Id<?>, List<ObjectRef>> origins = new LinkedHashMap<>();

  Acls(Matches matches) {
    this.matches = matches;
  }

  List<Document> documents() {
    return documents;
  }

  List<Notice> notices() {
    return notices;
  }

  Map<Id<?>, List<ObjectRef>> origins() {
    return origins;
  }

  /** Says what makes no sense in a policy, also while it is about no pod. */
  void read(Policy policy) {
    if (!policy.faults().isEmpty()) {
      refuse(policy, String.join(" ", policy.faults()));
    }
  }

  void add(SubjectClass subject) {
    isolate(subject, Way.TO, subject.to());
    isolate(subject, Way.FROM, subject.from());
  }

  private void isolate(SubjectClass subject, Way way, List<Policy> policies) {
    if (policies.isEmpty()) {
      return;
    }
    drop(subject, way, policies);
    for (Policy policy : policies) {
      if (policy.faults().isEmpty()) {
        try {
          documents(subject, way, policy).forEach(d -> put(d, List.of(policy.ref())));
        } catch (IllegalArgumentException e) {
          refuse(policy, e.getMessage());
        }
      }
    }
  }

  private void refuse(Policy policy, String why) {
    Notice notice =
        new Notice(
            policy.ref(),
            "NotCompiled",
            why + " The policy allows nothing; the pods that it selects are isolated by it.");
    if (!notices.contains(notice)) {
      notices.add(notice);
    }
  }

  void put(Document d, List<ObjectRef> about) {
    documents.add(d);
    origins.put(d.id(), about);
  }

  private List<Document> documents(SubjectClass subject, Way way, Policy policy) {
    List<Document> all = new ArrayList<>();
    List<Policy.Rule> rules = way == Way.TO ? policy.to() : policy.from();
    for (int i = 0; i < rules.size(); i++) {
      List<String> texts =
          way == Way.TO
              ? matches.to(policy.namespace(), rules.get(i), subject.numbers())
              : matches.from(policy.namespace(), rules.get(i));
      String rule = way.kubernetes + "-" + i;
      for (int part = 0; part < texts.size(); part++) {
        if (all.size() == MOST) {
          throw new IllegalArgumentException(
              "Its " + way.kubernetes + " rules come to more than " + MOST + " rules.");
        }
        String name = base(policy) + "." + rule + "." + part + "." + subject.id();
        all.add(
            document(
                name,
                labels(policy, rule),
                spec(subject.group(), way, TIER, ALLOWED, texts.get(part), "allow"),
                policy.ref() + " " + rule));
      }
    }
    return all;
  }

  /** One for all policies that isolate: what it drops, none of them allows. */
  private void drop(SubjectClass subject, Way way, List<Policy> policies) {
    Policy first = policies.get(0);
    String rule = way.kubernetes + "-isolated";
    Map<String, String> labels = labels(first, rule);
    for (Policy p : policies) {
      if (p.name().length() <= MOST_TEXT && labels.size() < MOST_TEXT) {
        labels.put(Marks.ISOLATED_BY + p.name(), "");
      }
    }
    String more = policies.size() == 1 ? "" : " and " + (policies.size() - 1) + " more";
    put(
        document(
            base(first) + "." + rule + "." + subject.id(),
            labels,
            spec(subject.group(), way, TIER, ISOLATED, "ip", "drop"),
            first.ref() + more + " " + rule),
        policies.stream().map(Policy::ref).toList());
  }

  /** Between a node and the pods on it that policies isolate. */
  void addNode(String node, String group, Way way, String match) {
    put(
        document(
            "k8s.node." + way.word + "." + node,
            Marks.own(),
            spec(group, way, TIER, OF_NODE, match, "allow"),
            "node and its own pods"),
        List.of());
  }

  private static String base(Policy policy) {
    String base = policy.namespace() + "." + policy.name();
    return base.length() <= LONGEST_BASE
        ? base
        : policy.namespace() + ".policy-" + Marks.hash(policy.name());
  }

  private static Map<String, String> labels(Policy policy, String rule) {
    Map<String, String> labels = Marks.own();
    labels.put(Marks.POLICY_NAMESPACE, Marks.value(policy.namespace()));
    labels.put(Marks.POLICY, Marks.value(policy.name()));
    labels.put(Marks.RULE, rule);
    return labels;
  }

  static ObjectNode spec(
      String group, Way way, int tier, int priority, String match, String action) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.putObject("appliesTo").put("portGroup", group);
    return spec.put("direction", way.word)
        .put("tier", tier)
        .put("priority", priority)
        .put("match", match)
        .put("action", action);
  }

  static Document document(String name, Map<String, String> labels, ObjectNode spec, String says) {
    spec.put("label", says.length() <= MOST_TEXT ? says : says.substring(0, MOST_TEXT));
    return new Document(KIND, name, labels, spec);
  }
}
