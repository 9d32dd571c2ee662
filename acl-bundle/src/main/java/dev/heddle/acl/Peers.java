package dev.heddle.acl;

import dev.heddle.model.Id;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.PortGroup;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Scope;
import dev.heddle.policy.Acl.Subject;
import dev.heddle.policy.Peered;
import dev.heddle.policy.Uses;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** PEER_GROUPS: one flow per port that some rule may ask for as the other end. */
final class Peers {

  /** From so many subjects on a flow is wanted everywhere. */
  private static final int MANY = 8;

  private Peers() {}

  static void flows(Pair<Id<PortGroup>, Id<LogicalPort>> member, View view, FlowSink out) {
    Optional<LogicalPort> port = view.get(member.member());
    Set<Subject> asking = new HashSet<>();
    view.fact(PortGroup.OF_PORT, member.member()).forEach(g -> asking.addAll(Uses.asPeer(g, view)));
    if (port.isEmpty() || asking.isEmpty()) {
      return;
    }
    List<Integer> groups = Peered.carried(member.member(), view);
    for (Scope scope : scopes(asking)) {
      FlowDraft draft = Policy.PEER_GROUPS.flow(100).match(Field.PEER, port.get().key());
      Slots.write(draft, Policy.PEERS, groups);
      out.add(draft.because(member.member()).where(scope));
    }
  }

  /** Where the ports of these subjects are. */
  static List<Scope> scopes(Set<Subject> subjects) {
    return subjects.size() > MANY
        ? List.of(Scope.everywhere())
        : subjects.stream().map(Peers::scope).toList();
  }

  static Scope scope(Subject subject) {
    return subject
        .group()
        .map(Scope::group)
        .orElseGet(() -> Scope.network(subject.network().orElseThrow()));
  }
}
