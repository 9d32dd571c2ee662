package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.AdminPolicy.Action;
import dev.heddle.kubernetes.cluster.AdminPolicy.Rule;
import dev.heddle.kubernetes.cluster.AdminPolicy.Subject;
import dev.heddle.kubernetes.cluster.AdminPolicy.Tier;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Service;
import dev.heddle.model.Selector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Ways to misread a policy of an administrator; each must show within a few clusters. */
final class AdminMisreadings {

  private static final Selector ALL = new Selector(Map.of(), List.of());

  private AdminMisreadings() {}

  static Map<String, UnaryOperator<AdminPolicy>> all() {
    Map<String, UnaryOperator<AdminPolicy>> all = new TreeMap<>();
    all.put("the higher number goes first", p -> with(p, p.tier(), 1_000 - p.priority() % 1_001));
    all.put("no priorities", p -> with(p, p.tier(), 7));
    all.put("all in the Admin tier", p -> with(p, Tier.ADMIN, p.priority()));
    all.put("all in the Baseline tier", p -> with(p, Tier.BASELINE, p.priority()));
    all.put("the last rule goes first", rules(AdminMisreadings::reversed));
    all.put("pass accepts", each(r -> with(r, Action.PASS, Action.ACCEPT)));
    all.put("pass matches nothing", rules(l -> without(l, r -> r.action() == Action.PASS)));
    all.put("deny passes", each(r -> with(r, Action.DENY, Action.PASS)));
    all.put("accept passes", each(r -> with(r, Action.ACCEPT, Action.PASS)));
    all.put("what is not understood is left out", rules(l -> without(l, r -> isFaulty(r))));
    all.put("what is not understood passes", each(r -> isFaulty(r) ? passing(r) : r));
    all.put("nodes are left out", peers(p -> !(p instanceof Peer.Nodes)));
    all.put("networks are left out", peers(p -> !(p instanceof Peer.Block)));
    all.put("names of ports are left out", services(s -> !(s instanceof Service.Named)));
    all.put("names of ports are TCP's", services(s -> !(s instanceof Service.Named n) || tcp(n)));
    all.put("ports are left out", services(s -> false));
    all.put(
        "the subject's labels of pods are left out",
        subject(s -> new Subject(s.namespaces(), ALL)));
    all.put("the subject's namespaces are left out", subject(s -> new Subject(ALL, s.pods())));
    all.put("directions are swapped", p -> with(p, p.from(), p.to()));
    return all;
  }

  private static boolean tcp(Service.Named n) {
    return n.protocol().word().equals("tcp");
  }

  private static boolean isFaulty(Rule r) {
    return !r.fault().isEmpty();
  }

  private static Rule passing(Rule r) {
    return new Rule(r.name(), Action.PASS, new Policy.Rule(List.of(), List.of()), "");
  }

  private static Rule with(Rule r, Action from, Action to) {
    return r.action() == from ? new Rule(r.name(), to, r.what(), r.fault()) : r;
  }

  private static List<Rule> reversed(List<Rule> rules) {
    List<Rule> all = new ArrayList<>(rules);
    Collections.reverse(all);
    return all;
  }

  private static List<Rule> without(List<Rule> rules, Function<Rule, Boolean> which) {
    return rules.stream().filter(r -> !which.apply(r)).toList();
  }

  private static UnaryOperator<AdminPolicy> rules(UnaryOperator<List<Rule>> f) {
    return p -> with(p, f.apply(p.to()), f.apply(p.from()));
  }

  private static UnaryOperator<AdminPolicy> each(UnaryOperator<Rule> f) {
    return rules(l -> l.stream().map(f).toList());
  }

  /** Rules that lose their last peer match nothing. */
  private static UnaryOperator<AdminPolicy> peers(Function<Peer, Boolean> stay) {
    return rules(
        l ->
            l.stream()
                .filter(r -> isFaulty(r) || r.what().peers().stream().anyMatch(stay::apply))
                .map(
                    r ->
                        with(
                            r,
                            r.what().peers().stream().filter(stay::apply).toList(),
                            r.what().ports()))
                .toList());
  }

  private static UnaryOperator<AdminPolicy> services(Function<Service, Boolean> stay) {
    return each(
        r -> with(r, r.what().peers(), r.what().ports().stream().filter(stay::apply).toList()));
  }

  private static Rule with(Rule r, List<Peer> peers, List<Service> ports) {
    return new Rule(r.name(), r.action(), new Policy.Rule(peers, ports), r.fault());
  }

  private static UnaryOperator<AdminPolicy> subject(UnaryOperator<Subject> f) {
    return p -> with(p, f.apply(p.subject()));
  }

  private static AdminPolicy with(AdminPolicy p, Subject s) {
    return new AdminPolicy(
        p.ref(), p.generation(), p.tier(), p.priority(), s, p.to(), p.from(), p.faults());
  }

  private static AdminPolicy with(AdminPolicy p, Tier tier, int priority) {
    return new AdminPolicy(
        p.ref(), p.generation(), tier, priority, p.subject(), p.to(), p.from(), p.faults());
  }

  private static AdminPolicy with(AdminPolicy p, List<Rule> to, List<Rule> from) {
    return new AdminPolicy(
        p.ref(), p.generation(), p.tier(), p.priority(), p.subject(), to, from, p.faults());
  }
}
