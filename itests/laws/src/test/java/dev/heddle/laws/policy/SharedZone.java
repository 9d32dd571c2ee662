package dev.heddle.laws.policy;

import dev.heddle.acl.AccessControl;
import dev.heddle.model.Bits;
import dev.heddle.otherwise.Otherwise;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Track;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * acl with one tracking zone for all ports of a node: what a packet's sender has looked up serves
 * its receiver, too. An experiment: decision 106 says why it is not how acl works.
 */
final class SharedZone implements Feature {

  private static final Bits ZONE = Bits.of(30_000);
  private static final Bits ALL = Bits.ones(16);

  /** Where what a port is to get is looked up. */
  private static final Set<Integer> LOOKS_UP =
      Set.of(Spine.TRACK_TO.table(), Policy.GATE_TO.table());

  private final Feature acl = new AccessControl();

  @Override
  public String name() {
    return acl.name();
  }

  @Override
  public void declare(Declarations declarations) {
    acl.declare(new Otherwise(declarations, SharedZone::shared));
  }

  @Override
  public Response respond(Punted punted) {
    return acl.respond(punted);
  }

  private static Stream<DesiredFlow> shared(DesiredFlow flow) {
    List<Action> actions = flow.actions().stream().map(SharedZone::inZone).toList();
    DesiredFlow other = with(flow, flow.key(), actions);
    boolean looksUp =
        LOOKS_UP.contains(flow.key().table())
            && actions.stream().anyMatch(a -> a instanceof Track t && t.table().isPresent());
    return looksUp ? Stream.of(other, known(other)) : Stream.of(other);
  }

  private static Action inZone(Action action) {
    if (action instanceof Action.Set set
        && set.wire() == Field.ZONE.wire()
        && set.mask().equals(ALL)) {
      return new Action.Set(set.wire(), ZONE, ALL);
    }
    if (action instanceof Track t && t.zone() instanceof Operand.Constant) {
      return new Track(
          t.commit(), t.force(), new Operand.Constant(ZONE, 16), t.table(), t.nat(), t.exec());
    }
    return action;
  }

  /** What was looked up for the sender, in the zone that is everybody's, is as good. */
  private static DesiredFlow known(DesiredFlow flow) {
    FlowKey key = flow.key();
    Match found = Match.builder().match(Field.CT_TRK, 1).match(Field.CT_ZONE, ZONE).build();
    Match both =
        Match.of(Stream.concat(key.match().terms().stream(), found.terms().stream()).toList());
    List<Action> onwards = new ArrayList<>();
    for (Action a : flow.actions()) {
      onwards.add(a instanceof Track t ? new Action.Resubmit(t.table().orElseThrow()) : a);
    }
    return with(flow, new FlowKey(key.table(), key.priority() + 5, both), onwards);
  }

  private static DesiredFlow with(DesiredFlow flow, FlowKey key, List<Action> actions) {
    return new DesiredFlow(key, actions, flow.scope(), flow.owner());
  }
}
