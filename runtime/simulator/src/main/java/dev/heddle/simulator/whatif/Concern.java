package dev.heddle.simulator.whatif;

import dev.heddle.model.AddressSet;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Change;
import dev.heddle.model.PortGroup;
import dev.heddle.policy.Acl;
import dev.heddle.policy.Uses;
import dev.heddle.simulator.whatif.Services.Piece;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a change may concern: rules that are other than before, or name something that is; and ports
 * of which everything may be judged otherwise.
 */
final class Concern {

  private final Rules before;
  private final Rules after;
  private final List<Acl> changed = new ArrayList<>();
  private final Set<String> wholly = new HashSet<>();

  /** Somebody allows without a look at connections: answers are judged by themselves, too. */
  private final boolean bothWays;

  Concern(Rules before, Rules after, List<Change> changes) {
    this.before = before;
    this.after = after;
    bothWays =
        Stream.of(before, after)
            .flatMap(r -> r.acls.values().stream())
            .anyMatch(a -> a.action() == Acl.Verdict.ALLOW_STATELESS);
    Set<String> rules = new HashSet<>();
    Set<String> groups = new HashSet<>();
    Set<String> sets = new HashSet<>();
    Set<String> switches = new HashSet<>();
    for (Change change : changes) {
      String kind =
          change instanceof Change.Put p ? p.document().kind() : ((Change.Remove) change).kind();
      String name =
          change instanceof Change.Put p ? p.document().name() : ((Change.Remove) change).name();
      if (kind.equals(Acl.KIND.name())) {
        rules.add(name);
      } else if (kind.equals(PortGroup.KIND.name())) {
        groups.add(name);
      } else if (kind.equals(AddressSet.KIND.name())) {
        sets.add(name);
      } else if (kind.equals(LogicalSwitch.KIND.name())) {
        switches.add(name);
      } else if (kind.equals(LogicalPort.KIND.name())) {
        wholly.add(name);
      }
    }
    Stream.of(before, after)
        .flatMap(r -> r.acls.values().stream())
        .filter(
            a ->
                rules.contains(a.id().name()) && !Objects.equals(bare(before, a), bare(after, a))
                    || Rules.groups(a).stream().anyMatch(groups::contains)
                    || Rules.sets(a).stream().anyMatch(sets::contains))
        .forEach(changed::add);
    after.ports.forEach(
        (name, port) -> {
          boolean other =
              switches.contains(port.network().name())
                  || isCrowded(before, port) != isCrowded(after, port);
          if (other) {
            wholly.add(name);
          }
        });
  }

  private static Acl bare(Rules rules, Acl acl) {
    return rules.acls.get(acl.id().name());
  }

  /** In more sets that rules ask for than can be told apart: then nothing passes. */
  private static boolean isCrowded(Rules rules, LogicalPort port) {
    Set<String> sets = new HashSet<>();
    for (Acl a : rules.acls.values()) {
      Rules.sets(a).stream()
          .filter(s -> port.addresses().stream().anyMatch(x -> rules.holds(s, x)))
          .forEach(sets::add);
    }
    return sets.size() > Uses.CARRIED_SETS;
  }

  /** Whether a rule that changes judges what this port begins, or what is begun to it. */
  String of(String port) {
    StringBuilder text = new StringBuilder(wholly.contains(port) ? "*" : "");
    for (int i = 0; i < changed.size(); i++) {
      Acl a = changed.get(i);
      if (before.judges(a, port) || after.judges(a, port)) {
        text.append(' ').append(i);
      }
    }
    return text.toString();
  }

  boolean isConcerned(String port) {
    return !of(port).isEmpty();
  }

  /** Whether connections of this piece between two ports may be judged otherwise. */
  boolean isOf(String from, String to, Piece piece) {
    return wholly.contains(from)
        || wholly.contains(to)
        || isSent(from, to, piece)
        || bothWays && isSent(to, from, piece.answer());
  }

  private boolean isSent(String from, String to, Piece piece) {
    return changed.stream()
        .filter(
            a -> {
              String judged = a.direction() == Acl.Direction.FROM ? from : to;
              return before.judges(a, judged) || after.judges(a, judged);
            })
        .anyMatch(a -> meets(a, piece));
  }

  private static boolean meets(Acl acl, Piece piece) {
    return acl.match().stream()
        .anyMatch(
            c ->
                c.services().isEmpty()
                    || c.services().stream()
                        .anyMatch(
                            s ->
                                piece.isWithin(s)
                                    || !piece.hasPorts() && s.protocol() == piece.protocol()));
  }
}
