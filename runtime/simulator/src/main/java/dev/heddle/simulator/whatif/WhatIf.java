package dev.heddle.simulator.whatif;

import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Supposition;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.policy.Acl;
import dev.heddle.simulator.whatif.Probe.Fate;
import dev.heddle.simulator.whatif.Services.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What would become of flows and verdicts by a change. Nothing is stored or installed.
 *
 * @param revision of the model that the change was tried on
 * @param flows by node, how its flows would differ
 * @param verdicts pairs of ports and services whose verdict would be another, one of each kind
 * @param tried how many connections were begun, each before and after
 * @param live what would become of connections that nodes track
 * @param unplugged ports the change may concern that have no interface: nothing was sent
 * @param unmet what would not hold of the objects of the change, by object
 * @param failures units that could not be computed, with the reason
 */
public record WhatIf(
    long revision,
    Map<Id<Node>, Difference> flows,
    List<Verdict> verdicts,
    long tried,
    Live live,
    long unplugged,
    Map<String, String> unmet,
    Map<String, String> failures) {

  /** What is worked out at most: documents of a model, connections that are begun. */
  public record Limits(int objects, int connections) {

    public static final Limits USUAL = new Limits(50_000, 5_000);
  }

  /**
   * A pair of ports and a service that is judged otherwise than now.
   *
   * @param froms who begins the connection: ports that no rule tells apart, sorted
   * @param tos to whom; may be the same ones
   */
  public record Verdict(
      List<String> froms, List<String> tos, Piece service, boolean v6, Fate now, Fate then) {

    /** One of those who begin it. */
    public String from() {
      return froms.get(0);
    }

    /** One of those to whom, another than {@link #from}. */
    public String to() {
      return tos.get(tos.get(0).equals(from()) ? 1 : 0);
    }

    /** How many pairs there are of this kind, at least 1. */
    public long alike() {
      return pairs(froms, tos);
    }
  }

  private static long pairs(List<String> froms, List<String> tos) {
    boolean same = froms.get(0).equals(tos.get(0));
    return (long) froms.size() * (same ? tos.size() - 1 : tos.size());
  }

  /** Of no live connections. */
  public static WhatIf of(Inspection inspection, List<Change> changes, Limits limits) {
    return of(inspection, changes, List.of(), limits);
  }

  /**
   * @param tracked what nodes track, of those that are asked about
   * @throws RefusedException if the change would be refused; for the path {@code model} if nothing
   *     can be said, or only at a greater cost
   */
  public static WhatIf of(
      Inspection inspection, List<Change> changes, List<Tracked> tracked, Limits limits) {
    try (Supposition s = inspection.suppose(changes, limits.objects)) {
      Rules before = new Rules(s::before);
      Rules after = new Rules(s.network()::documents);
      Concern concern = new Concern(before, after, changes);
      Probe now = new Probe(s.network(), s.flowsBefore());
      Probe then = new Probe(s.network(), s.flowsAfter());
      List<Try> tries = tries(before, after, concern, now, limits);
      List<Verdict> verdicts = new ArrayList<>();
      for (Try t : tries) {
        Fate was = now.begin(t.oldFrom, t.oldTo, t.piece, t.v6);
        Fate is = then.begin(t.from, t.to, t.piece, t.v6);
        if (was != is) {
          verdicts.add(new Verdict(t.a.names(), t.b.names(), t.piece, t.v6, was, is));
        }
      }
      Live.Question question = new Live.Question(before, after, concern, now, then);
      Live live = Live.of(tracked, s::before, question, limits.connections);
      long unplugged =
          after.ports.keySet().stream()
              .filter(p -> concern.isConcerned(p) && now.plug(p).isEmpty())
              .count();
      return new WhatIf(
          s.revision(),
          s.differences(),
          verdicts,
          tries.size(),
          live,
          unplugged,
          unmet(changes, s.network()),
          s.failures());
    }
  }

  /** How many pairs and services change their verdict, all that are alike counted. */
  public long changing() {
    return verdicts.stream().mapToLong(Verdict::alike).sum();
  }

  /** A connection to be begun, by the ports as they are and as they would be. */
  private record Try(
      Alike a,
      Alike b,
      LogicalPort oldFrom,
      LogicalPort oldTo,
      LogicalPort from,
      LogicalPort to,
      Piece piece,
      boolean v6) {

    boolean canSpeak() {
      return piece.isOf(v6)
          && Stream.of(oldFrom, oldTo, from, to).allMatch(p -> Alike.address(p, v6).isPresent());
    }
  }

  private static List<Try> tries(
      Rules before, Rules after, Concern concern, Probe probe, Limits limits) {
    List<Acl> all = new ArrayList<>(before.acls.values());
    all.addAll(after.acls.values());
    List<Piece> pieces = Services.of(all);
    List<Alike> kinds = Alike.of(before, after, concern, p -> probe.plug(p).isPresent());
    List<Try> tries = new ArrayList<>();
    long count = 0;
    for (Alike a : kinds) {
      for (Alike b : kinds) {
        LogicalPort from = a.first();
        Optional<LogicalPort> other = b.otherThan(from);
        if (other.isEmpty() || !other.get().network().equals(from.network())) {
          continue;
        }
        LogicalPort to = other.get();
        LogicalPort oldFrom = before.ports.get(from.id().name());
        LogicalPort oldTo = before.ports.get(to.id().name());
        for (Piece piece : pieces) {
          if (concern.isOf(from.id().name(), to.id().name(), piece)) {
            for (boolean v6 : new boolean[] {false, true}) {
              Try t = new Try(a, b, oldFrom, oldTo, from, to, piece, v6);
              if (t.canSpeak() && ++count <= limits.connections) {
                tries.add(t);
              }
            }
          }
        }
      }
    }
    if (count > limits.connections) {
      throw new RefusedException(
          "model",
          count
              + " connections would have to be tried, one for each kind of ports and services; at most "
              + limits.connections
              + " are");
    }
    return tries;
  }

  private static Map<String, String> unmet(List<Change> changes, Network network) {
    Map<String, String> unmet = new TreeMap<>();
    for (Change change : changes) {
      if (change instanceof Change.Put put) {
        Document d = put.document();
        network.get(d.kind(), d.name()).stream()
            .flatMap(s -> s.conditions().stream())
            .filter(c -> !c.status() && !c.type().equals(Condition.REALIZED))
            .findFirst()
            .ifPresent(c -> unmet.put(d.path(), c.message()));
      }
    }
    return unmet;
  }
}
