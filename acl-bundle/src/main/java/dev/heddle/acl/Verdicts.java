package dev.heddle.acl;

import static dev.heddle.pipeline.Field.CLOSED;
import static dev.heddle.pipeline.Field.CT_DRAINS;
import static dev.heddle.pipeline.Field.CT_NEW;
import static dev.heddle.pipeline.Field.CT_PEER;
import static dev.heddle.pipeline.Field.CT_RPL;
import static dev.heddle.pipeline.Field.DECIDED;
import static dev.heddle.pipeline.Field.DRAINS;
import static dev.heddle.pipeline.Field.ETH_TYPE;
import static dev.heddle.pipeline.Field.ICMPV6_TYPE;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.IP_FRAG;
import static dev.heddle.pipeline.Field.JUDGING;
import static dev.heddle.pipeline.Field.LENS;
import static dev.heddle.pipeline.Field.VERDICT;
import static dev.heddle.pipeline.Field.ZONE;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.model.View;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.Track;
import dev.heddle.policy.Acl;
import dev.heddle.policy.Uses;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is the same for all ports and rules of a node: the order in which tiers are asked, and what
 * becomes of each verdict. A node has these flows once.
 */
final class Verdicts {

  /** Bit 1 of ip_frag: not the first fragment. */
  private static final Bits LATER = Bits.of(2);

  /** Of ip_frag: the first fragment. Its flows are so much above those of a whole packet. */
  private static final int FIRST = 1;

  private static final List<Integer> FAMILIES = List.of(Match.ETH_IPV4, Match.ETH_IPV6);

  /** What is looked up before rules are asked, and where the answer stands. */
  private static final SortedMap<Stage, List<Field>> LOOKED_UP = lookedUp();

  private static SortedMap<Stage, List<Field>> lookedUp() {
    SortedMap<Stage, List<Field>> all = new TreeMap<>(Comparator.comparingInt(Stage::table));
    all.put(Policy.PEER_GROUPS, Policy.PEERS);
    all.put(Policy.SOURCE_SETS, Policy.SOURCES);
    all.put(Policy.DESTINATION_SETS, Policy.DESTINATIONS);
    return all;
  }

  private Verdicts() {}

  static void flows(Id<Node> id, View view, FlowSink out) {
    new Flows(id, view, out).write();
  }

  /** The flows of one node. */
  private record Flows(Id<Node> node, View view, FlowSink out) {

    void write() {
      evaluate(true, Policy.EVALUATE_FROM);
      evaluate(false, Policy.EVALUATE_TO);
      side(Spine.TRACK_FROM, Policy.GATE_FROM, Spine.POLICY_FROM, Policy.VERDICT_FROM, false);
      side(Spine.TRACK_TO, Policy.GATE_TO, Spine.POLICY_TO, Policy.VERDICT_TO, true);
    }

    /** Tables of which no rule makes use are not asked: a first packet would wait for each. */
    private void evaluate(boolean from, Stage stage) {
      FlowDraft draft = stage.flow(100);
      LOOKED_UP.forEach(
          (table, slots) -> {
            if (Uses.isAsked(from, table, view)) {
              Slots.write(draft, slots, List.of());
              draft.resubmit(table);
            }
          });
      List<Stage> tiers =
          Policy.tiers(from).stream().filter(t -> Uses.isAsked(from, t, view)).toList();
      tiers.forEach(draft::resubmit);
      if (!tiers.isEmpty()) {
        if (Uses.anyLogs(view)) {
          draft.resubmit(Policy.REPORT);
        }
        add(draft);
      }
    }

    private void side(Stage track, Stage gate, Stage judge, Stage verdict, boolean peer) {
      for (int type : Acl.LINK_TYPES) {
        add(track.flow(200).match(ICMPV6_TYPE, type).next());
      }
      // What is allowed without a look at connections goes past the tracker and past judging.
      add(to(gate.flow(100).match(DECIDED, 1).match(VERDICT, Lens.ALLOW_STATELESS), track));
      for (int family : FAMILIES) {
        FlowDraft others = gate.flow(90).match(ETH_TYPE, family);
        add(others.then(Track.in(ZONE).into(track.joint())));
      }
      add(
          judge
              .flow(200)
              .match(LENS, Lens.PACKET.number())
              .match(DECIDED, 1)
              .match(VERDICT, Lens.ALLOW_STATELESS)
              .set(JUDGING, 0)
              .next());
      link(verdict, judge);
      for (int family : FAMILIES) {
        fragments(family, verdict, judge, peer);
        connections(family, verdict, judge, peer);
      }
      refusals(verdict);
    }

    private void link(Stage verdict, Stage judge) {
      for (int refused : List.of(Lens.DROP, Lens.REJECT)) { // ARP has no answer that says no
        add(
            verdict
                .flow(210)
                .match(LENS, Lens.LINK.number())
                .match(DECIDED, 1)
                .match(VERDICT, refused)
                .drop());
      }
      add(to(verdict.flow(200).match(LENS, Lens.LINK.number()).set(JUDGING, 0), judge));
    }

    /**
     * A later fragment does not show its ports. The tracker lets a datagram on only when it is
     * whole: each fragment that may go on, and each later one, goes there once more, and what has
     * lost its first fragment stays there.
     */
    private void fragments(int family, Stage verdict, Stage judge, boolean peer) {
      FlowDraft begins = later(family, verdict).match(CT_NEW, 1);
      add(waits(begins, kept(peer, Optional.empty()), judge));
      add(waits(later(family, verdict).match(CT_NEW, 0), Track.commit(ZONE), judge));
    }

    private static FlowDraft later(int family, Stage verdict) {
      return connection(verdict, 180).match(ETH_TYPE, family).match(IP_FRAG, LATER, LATER);
    }

    /** What is allowed goes on, and is kept if it is new. */
    private void connections(int family, Stage verdict, Stage judge, boolean peer) {
      for (int first : List.of(0, FIRST)) {
        for (int drains : List.of(0, 1)) {
          FlowDraft begins = decided(verdict, 100 + first, Lens.ALLOW).match(DRAINS, drains);
          begins(begins, family, first, kept(peer, Optional.of(drains)), judge);
        }
        FlowDraft open = connection(verdict, 30 + first).match(DECIDED, 0).match(CLOSED, 0);
        begins(open, family, first, kept(peer, Optional.of(0)), judge);
        for (FlowDraft goesOn :
            List.of(
                decided(verdict, 100 + first, Lens.ALLOW).match(CT_NEW, 0),
                decided(verdict, 100 + first, Lens.ALLOW_STATELESS).match(CT_RPL, 0),
                // Where a rule decides otherwise that rule is obeyed: it may be newer.
                connection(verdict, 60 + first)
                    .match(DECIDED, 0)
                    .match(CT_NEW, 0)
                    .match(CT_DRAINS, 1),
                connection(verdict, 30 + first)
                    .match(DECIDED, 0)
                    .match(CLOSED, 0)
                    .match(CT_NEW, 0))) {
          goesOn.match(ETH_TYPE, family);
          add(
              first == 0
                  ? to(goesOn.set(JUDGING, 0), judge)
                  : waits(first(goesOn), Track.commit(ZONE), judge));
        }
      }
    }

    private void begins(FlowDraft draft, int family, int first, Track keeps, Stage judge) {
      draft.match(CT_NEW, 1).match(ETH_TYPE, family);
      add(
          first == 0
              ? to(draft.then(keeps).set(JUDGING, 0), judge)
              : waits(first(draft), keeps, judge));
    }

    private static FlowDraft first(FlowDraft draft) {
      return draft.match(IP_FRAG, FIRST);
    }

    /**
     * A fragment, for the others. All of them then do what is left to do for the last, so each is
     * looked up anew.
     */
    private static FlowDraft waits(FlowDraft draft, Track track, Stage stage) {
      return draft.set(JUDGING, 0).then(track.into(stage.joint()));
    }

    /** What is not, does not; the replies of what is stateless are among it. */
    private void refusals(Stage verdict) {
      add(decided(verdict, 55, Lens.REJECT).then(Refusal.punt()));
      add(connection(verdict, 50).match(DECIDED, 1).drop());
      add(connection(verdict, 20).match(DECIDED, 0).match(CLOSED, 1).drop());
    }

    private static FlowDraft connection(Stage verdict, int priority) {
      return verdict.flow(priority).match(LENS, Lens.CONNECTION.number());
    }

    private static FlowDraft decided(Stage verdict, int priority, int as) {
      return verdict
          .flow(priority)
          .match(LENS, Lens.CONNECTION.number())
          .match(DECIDED, 1)
          .match(VERDICT, as);
    }

    /** Keeps the connection, and with it who began it. */
    private static Track kept(boolean peer, Optional<Integer> drains) {
      Track track = Track.commit(ZONE);
      if (drains.isPresent()) {
        track = track.with(CT_DRAINS, drains.get());
      }
      return peer ? track.with(Action.Move.of(IN_PORT, CT_PEER)) : track;
    }

    /** On behind the stage that was about to judge. */
    private static FlowDraft to(FlowDraft draft, Stage stage) {
      return draft.then(new Action.Resubmit(stage.joint()));
    }

    private void add(FlowDraft draft) {
      out.add(draft.because(node).where(Scope.node(node)));
    }
  }
}
