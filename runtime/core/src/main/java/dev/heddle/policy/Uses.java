package dev.heddle.policy;

import dev.heddle.model.AddressSet;
import dev.heddle.model.Condition;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.PortGroup;
import dev.heddle.model.View;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Stage;
import dev.heddle.policy.Acl.Subject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What rules use groups and sets for: a rule more for the same use changes nothing of these. */
public final class Uses {

  /** How a rule uses something. */
  private enum As {
    SELF,
    PEER,
    SOURCE,
    DESTINATION
  }

  private record Use(As as, Id<?> of) {}

  private static final Index<Acl, Acl, Use, Id<Acl>> NAMING =
      Index.of(
          "acls-naming",
          Acl.KIND,
          (id, acl) -> {
            Names n = Names.of(acl);
            return Stream.of(
                    n.self().stream().map(g -> new Use(As.SELF, g)),
                    n.peers().stream().map(g -> new Use(As.PEER, g)),
                    n.sources().stream().map(s -> new Use(As.SOURCE, s)),
                    n.destinations().stream().map(s -> new Use(As.DESTINATION, s)))
                .flatMap(s -> s)
                .map(use -> new Index.Pair<>(use, id));
          });

  /** A table that is asked about what a port begins, or about what is begun to one. */
  private record Place(boolean from, int table) {}

  private static final Index<Acl, Acl, Place, Id<Acl>> ASKING =
      Index.of(
          "acls-asking",
          Acl.KIND,
          (id, acl) -> {
            Names n = Names.of(acl);
            return Stream.of(
                    Optional.of(Policy.table(acl.isFrom(), acl.tier(), acl.priority())),
                    Optional.of(Policy.PEER_GROUPS).filter(t -> !n.peers().isEmpty()),
                    Optional.of(Policy.SOURCE_SETS).filter(t -> !n.sources().isEmpty()),
                    Optional.of(Policy.DESTINATION_SETS).filter(t -> !n.destinations().isEmpty()))
                .flatMap(Optional::stream)
                .map(t -> new Index.Pair<>(new Place(acl.isFrom(), t.table()), id));
          });

  private static final Fact<Place, Boolean> ASKED =
      new Fact<>("asked-by-rules", 1, (place, view) -> !view.ids(ASKING, place).isEmpty());

  private static final Index<Acl, Acl, Acl.Verdict, Id<Acl>> BY_VERDICT =
      Index.of(
          "acls-by-verdict", Acl.KIND, (id, acl) -> Stream.of(new Index.Pair<>(acl.action(), id)));

  private static final Fact<String, Boolean> STATELESS =
      new Fact<>(
          "stateless-rules",
          1,
          (all, view) -> !view.ids(BY_VERDICT, Acl.Verdict.ALLOW_STATELESS).isEmpty());

  private static final Index<Acl, Acl, String, Id<Acl>> LOGGING =
      Index.of(
          "acls-logging",
          Acl.KIND,
          (id, acl) -> acl.log().stream().map(l -> new Index.Pair<>("any", id)));

  private static final Fact<String, Boolean> LOGGED =
      new Fact<>("rules-that-log", 1, (any, view) -> !view.ids(LOGGING, any).isEmpty());

  /**
   * The rules of a subject.
   *
   * @param stateless one of them allows without a look at connections
   */
  public record Rules(boolean any, boolean stateless) {}

  private static final Fact<Subject, Rules> OF_SUBJECT =
      new Fact<>(
          "rules-of-subject",
          1,
          (subject, view) -> {
            Set<Id<Acl>> acls = view.ids(Acl.OF_SUBJECT, subject);
            return new Rules(
                !acls.isEmpty(),
                acls.stream()
                    .flatMap(a -> view.get(a).stream())
                    .anyMatch(a -> a.action() == Acl.Verdict.ALLOW_STATELESS));
          });

  private static final Fact<Use, Set<Subject>> SUBJECTS =
      new Fact<>(
          "subjects-naming",
          1,
          (use, view) ->
              view.ids(NAMING, use).stream()
                  .flatMap(a -> view.get(a).stream())
                  .map(Acl::subject)
                  .collect(Collectors.toUnmodifiableSet()));

  /** So many sets of an address travel with a packet. */
  public static final int CARRIED_SETS = 4;

  private Uses() {}

  /** Whether any rule at all allows without a look at connections. */
  public static boolean anyStateless(View view) {
    return view.fact(STATELESS, "any");
  }

  /** Whether any rule at all writes down what it decides. */
  public static boolean anyLogs(View view) {
    return view.fact(LOGGED, "any");
  }

  /**
   * Whether any rule needs this table to be asked.
   *
   * @param from about what a port begins; else about what is begun to one
   */
  public static boolean isAsked(boolean from, Stage table, View view) {
    return view.fact(ASKED, new Place(from, table.table()));
  }

  static Rules rules(Subject subject, View view) {
    return view.fact(OF_SUBJECT, subject);
  }

  /** Whether some rule asks if a port is in this group. */
  static boolean isAsked(Id<PortGroup> group, View view) {
    return rules(new Subject(Optional.of(group), Optional.empty()), view).any()
        || !view.fact(SUBJECTS, new Use(As.SELF, group)).isEmpty();
  }

  /** Whose rules ask if the port at the other end is in this group. */
  public static Set<Subject> asPeer(Id<PortGroup> group, View view) {
    return view.fact(SUBJECTS, new Use(As.PEER, group));
  }

  /** Whose rules ask if a source, or a destination, is in this set. */
  public static Set<Subject> ofAddresses(Id<AddressSet> set, boolean source, View view) {
    return view.fact(SUBJECTS, new Use(source ? As.SOURCE : As.DESTINATION, set));
  }

  /**
   * What of an address set rules cannot tell: an address carries four of the sets that they ask
   * for, and what has one in more gets nothing through.
   */
  public static List<Condition> conditions(AddressSet set, View view) {
    Optional<IpPrefix> crowded =
        Stream.of(true, false)
            .filter(source -> !ofAddresses(set.id(), source, view).isEmpty())
            .flatMap(source -> set.prefixes().stream().filter(p -> isCrowded(p, source, view)))
            .findFirst();
    Condition accepted = Condition.met(Condition.ACCEPTED, "");
    return crowded
        .map(
            p ->
                List.of(
                    accepted,
                    Condition.failed(
                        Condition.REALIZED,
                        "TooManySets",
                        p
                            + " is in more than "
                            + CARRIED_SETS
                            + " sets that rules ask for; what has such an address gets nothing"
                            + " through. Write it into the match of rules in place of a set.")))
        .orElse(List.of(accepted));
  }

  private static boolean isCrowded(IpPrefix prefix, boolean source, View view) {
    return AddressSet.holding(prefix, view).stream()
            .filter(s -> !ofAddresses(s, source, view).isEmpty())
            .count()
        > CARRIED_SETS;
  }
}
