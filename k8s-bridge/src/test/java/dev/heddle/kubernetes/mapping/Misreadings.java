package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Rule;
import dev.heddle.kubernetes.cluster.Policy.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Ways to misread a policy; each must show within a few clusters. */
final class Misreadings {

  private Misreadings() {}

  static Map<String, UnaryOperator<Policy>> all() {
    Map<String, UnaryOperator<Policy>> all = new TreeMap<>();
    all.put("exceptions forgotten", peers(Misreadings::whole));
    all.put("selectors of namespaces forgotten", peers(Misreadings::here));
    all.put("ports forgotten", rules(r -> new Rule(r.peers(), List.of())));
    all.put("endPort forgotten", services(Misreadings::first));
    all.put("names are 80", services(Misreadings::numbered));
    all.put("egress never isolates", p -> with(p, p.ingress(), false, p.to(), p.from()));
    all.put("ingress always isolates", p -> with(p, true, p.egress(), p.to(), p.from()));
    all.put("directions swapped", p -> with(p, p.ingress(), p.egress(), p.from(), p.to()));
    return all;
  }

  private static UnaryOperator<Policy> peers(UnaryOperator<Peer> each) {
    return rules(r -> new Rule(r.peers().stream().map(each).toList(), r.ports()));
  }

  private static UnaryOperator<Policy> services(UnaryOperator<Service> each) {
    return rules(r -> new Rule(r.peers(), r.ports().stream().map(each).toList()));
  }

  private static UnaryOperator<Policy> rules(UnaryOperator<Rule> each) {
    return p ->
        with(
            p,
            p.ingress(),
            p.egress(),
            p.to().stream().map(each).toList(),
            p.from().stream().map(each).toList());
  }

  private static Policy with(Policy p, boolean in, boolean out, List<Rule> to, List<Rule> from) {
    return new Policy(p.namespace(), p.name(), p.subjects(), in, out, to, from, p.faults());
  }

  private static Peer whole(Peer p) {
    return p instanceof Peer.Block b ? new Peer.Block(b.cidr(), List.of()) : p;
  }

  private static Peer here(Peer p) {
    return p instanceof Peer.Pods l ? new Peer.Pods(Optional.empty(), l.pods()) : p;
  }

  private static Service first(Service s) {
    return s instanceof Service.Numbers n && n.first() != 0
        ? Services.one(n.protocol(), n.first())
        : s;
  }

  private static Service numbered(Service s) {
    return s instanceof Service.Named n ? Services.one(n.protocol(), 80) : s;
  }
}
