package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.AdminPolicy.Action;
import dev.heddle.kubernetes.cluster.AdminPolicy.Rule;
import dev.heddle.kubernetes.cluster.AdminPolicy.Tier;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Acls.Way;
import dev.heddle.kubernetes.mapping.AdminSubjects.AdminClass;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rules of administrators as documents: those of the Admin tier before NetworkPolicies, those of
 * the Baseline tier behind them (docs/decisions/134). What cannot be compiled fails closed, rule by
 * rule, as the API asks: it matches nothing if it accepts, and denies everything otherwise.
 */
final class AdminAcls {

  private static final int ADMIN_TIER = 1;
  private static final int BASELINE_TIER = 3;

  /** How many a policy may be for one class of pods and one direction. */
  private static final int MOST = 1_000;

  /** Of what is wrong with a policy so much is told. */
  private static final int MOST_SENTENCES = 8;

  private static final String EVERYTHING = "ip";
  private static final Map<ObjectRef.Kind, String> SHORT =
      Map.of(
          ObjectRef.Kind.CLUSTER_POLICY, "cnp",
          ObjectRef.Kind.ADMIN_POLICY, "anp",
          ObjectRef.Kind.BASELINE_POLICY, "banp");

  private final Matches matches;
  private final Acls acls;
  private final Map<ObjectRef, Set<String>> refused = new TreeMap<>();

  /**
   * @param acls where the documents go
   * @param policies all; of what cannot be read of them is told, whether they have subjects or not
   */
  AdminAcls(Matches matches, Acls acls, List<AdminPolicy> policies) {
    this.matches = matches;
    this.acls = acls;
    for (AdminPolicy p : policies) {
      p.faults().forEach(f -> refuse(p, f));
      for (Way way : Way.values()) {
        List<Rule> rules = rules(p, way);
        for (int i = 0; i < rules.size(); i++) {
          if (!rules.get(i).fault().isEmpty()) {
            refuse(p, sentence(way, i, rules.get(i), rules.get(i).fault()));
          }
        }
      }
    }
  }

  List<Notice> notices() {
    return refused.entrySet().stream().map(e -> notice(e.getKey(), e.getValue())).toList();
  }

  private static Notice notice(ObjectRef about, Set<String> sentences) {
    String more =
        sentences.size() > MOST_SENTENCES
            ? " And " + (sentences.size() - MOST_SENTENCES) + " more."
            : "";
    return new Notice(
        about,
        "NotCompiled",
        String.join(" ", sentences.stream().limit(MOST_SENTENCES).toList())
            + more
            + " A rule that is not understood matches nothing if it accepts, and else denies.");
  }

  private void refuse(AdminPolicy policy, String sentence) {
    refused.computeIfAbsent(policy.ref(), r -> new LinkedHashSet<>()).add(sentence);
  }

  void add(AdminClass subject) {
    for (Tier tier : Tier.values()) {
      List<AdminPolicy> its = subject.policies().stream().filter(p -> p.tier() == tier).toList();
      add(subject, Way.TO, its.stream().filter(p -> !p.to().isEmpty()).toList());
      add(subject, Way.FROM, its.stream().filter(p -> !p.from().isEmpty()).toList());
    }
  }

  private static List<Rule> rules(AdminPolicy policy, Way way) {
    return way == Way.TO ? policy.to() : policy.from();
  }

  private void add(AdminClass subject, Way way, List<AdminPolicy> policies) {
    TreeMap<Integer, Integer> widths = new TreeMap<>();
    policies.forEach(p -> widths.merge(p.priority(), rules(p, way).size(), Math::max));
    Map<Integer, Integer> places;
    try {
      places = Precedence.of(widths);
    } catch (IllegalArgumentException e) {
      policies.forEach(p -> refuse(p, e.getMessage()));
      AdminPolicy first = policies.get(0);
      put(subject, way, first, new Part("all", 0, Action.DENY, ""), List.of(EVERYTHING));
      return;
    }
    for (AdminPolicy policy : policies) {
      add(subject, way, policy, places.get(policy.priority()));
    }
  }

  /**
   * What is said of a rule's documents.
   *
   * @param word which rule it is
   * @param place in its tier
   * @param name given by the policy's author
   */
  private record Part(String word, int place, Action action, String name) {}

  private void add(AdminClass subject, Way way, AdminPolicy policy, int first) {
    List<Rule> rules = rules(policy, way);
    int count = 0;
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      boolean accepts = rule.action() == Action.ACCEPT;
      Action action = rule.action();
      List<String> texts;
      try {
        texts = texts(subject, way, rule);
        if (count + texts.size() > MOST - rules.size()) {
          throw new IllegalArgumentException("with those before it comes to too many rules.");
        }
        if (!policy.faults().isEmpty()) {
          texts = accepts ? List.of() : texts;
          action = Action.DENY;
        }
      } catch (IllegalArgumentException e) {
        refuse(policy, sentence(way, i, rule, e.getMessage()));
        texts = accepts ? List.of() : List.of(EVERYTHING);
        action = Action.DENY;
      }
      count += texts.size();
      put(subject, way, policy, new Part("" + i, first + i, action, rule.name()), texts);
    }
  }

  private List<String> texts(AdminClass subject, Way way, Rule rule) {
    if (!rule.fault().isEmpty()) {
      throw new IllegalArgumentException(rule.fault());
    }
    return way == Way.TO
        ? matches.to(Peers.NOWHERE, rule.what(), subject.numbers())
        : matches.from(Peers.NOWHERE, rule.what());
  }

  private static String sentence(Way way, int index, Rule rule, String why) {
    String name = rule.name().isEmpty() ? "" : " (" + rule.name() + ")";
    return "Its " + way.kubernetes + " rule " + index + name + ": " + why;
  }

  private void put(AdminClass subject, Way way, AdminPolicy policy, Part part, List<String> texts) {
    int tier = policy.tier() == Tier.ADMIN ? ADMIN_TIER : BASELINE_TIER;
    String rule = way.kubernetes + "-" + part.word;
    String says = policy.ref() + " " + rule + (part.name.isEmpty() ? "" : " " + part.name);
    for (int i = 0; i < texts.size(); i++) {
      String name = base(policy) + "." + rule + "." + verb(part.action) + "." + i;
      acls.put(
          Acls.document(
              name + "." + subject.id(),
              labels(policy, rule),
              Acls.spec(
                  subject.group(),
                  way,
                  tier,
                  Precedence.PLACES - part.place,
                  texts.get(i),
                  verb(part.action)),
              says),
          List.of(policy.ref()));
    }
  }

  private static String verb(Action action) {
    return switch (action) {
      case ACCEPT -> "allow";
      case DENY -> "drop";
      case PASS -> "pass";
    };
  }

  private static String base(AdminPolicy policy) {
    String name = policy.ref().name();
    return SHORT.get(policy.ref().kind())
        + "."
        + (name.length() <= Acls.LONGEST_BASE ? name : "policy-" + Marks.hash(name));
  }

  private static Map<String, String> labels(AdminPolicy policy, String rule) {
    Map<String, String> labels = Marks.own();
    labels.put(Marks.POLICY_KIND, policy.ref().kind().word());
    labels.put(Marks.POLICY, Marks.value(policy.ref().name()));
    labels.put(Marks.RULE, rule);
    return labels;
  }
}
