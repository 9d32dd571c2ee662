package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.Interned;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A flow being written: what it matches, then what it does, then {@link #because} and {@link
 * #where}. Whatever is outside the stage's contract is refused at once, in the test of whoever
 * wrote it. Not a value: used once, within one call.
 */
public final class FlowDraft {

  private static final Interned<Action> ACTIONS = new Interned<>();
  private static final Interned<List<Action>> LISTS = new Interned<>();
  private static final String BOTH = "drops or does something, not both";

  private final Stage stage;
  private final int priority;
  private final Match.Builder match = Match.builder();
  private final List<Action> actions = new ArrayList<>(4);
  private boolean differsByNode;
  private boolean drops;
  private Id<?> owner;

  FlowDraft(Stage stage, int priority) {
    this.stage = stage;
    this.priority = priority;
  }

  public FlowDraft match(Field field, Bits value) {
    return match(field, value, Bits.ones(field.width()));
  }

  public FlowDraft match(Field field, long value) {
    return match(field, Bits.of(value));
  }

  public FlowDraft match(Field field, MacAddress value) {
    return match(field, value.bits());
  }

  public FlowDraft match(Field field, IpAddress value) {
    return match(field, value.bits());
  }

  public FlowDraft match(Field field, Bits value, Bits mask) {
    Contract.mayMatch(stage, field);
    if (field == Field.OF_PORT && !Tunnel.isPort(value.low())) {
      namesPort();
    }
    match.match(field, value, mask);
    return this;
  }

  /** What is of the packet only, whatever it is: registers are matched by their fields. */
  public FlowDraft match(Match fields) {
    for (Term t : fields.terms()) {
      boolean register =
          t.wire().compareTo(Wire.METADATA) >= 0 && t.wire().compareTo(Wire.CT_LABEL) <= 0;
      require(!register && t.wire() != Wire.OF_PORT, "may not match " + t);
      match.add(t);
    }
    return this;
  }

  public FlowDraft set(Field field, Bits value) {
    mayWrite(field);
    does(Action.Set.of(field, value));
    return this;
  }

  public FlowDraft set(Field field, long value) {
    return set(field, Bits.of(value));
  }

  public FlowDraft set(Field field, MacAddress value) {
    return set(field, value.bits());
  }

  public FlowDraft set(Field field, IpAddress value) {
    return set(field, value.bits());
  }

  /** Copies one field to another of the same width. */
  public FlowDraft move(Field from, Field to) {
    mayWrite(to);
    does(Action.Move.of(from, to));
    return this;
  }

  /** Out of an OpenFlow port, never back where the packet came from. */
  public FlowDraft output(int ofPort) {
    namesPort();
    does(new Action.Output(ofPort));
    return this;
  }

  /**
   * To the node at {@code remote}, by the tunnel that CROSS knows, with the present NETWORK,
   * IN_PORT and OUT_PORT; nowhere on that node itself. By Geneve the packet resumes there at
   * REPLICATE; by VXLAN only NETWORK gets there, and it resumes at SWITCH. May be said several
   * times, for several nodes. A flow that says it of all nodes of a network is the same on each.
   */
  public FlowDraft crossTo(IpAddress remote) {
    return tunnelHeader().set(Field.TUNNEL_DST, remote).resubmit(Spine.CROSS);
  }

  /** As {@link #crossTo}, to the node that SWITCH has written into TUNNEL_DST. */
  public FlowDraft cross() {
    return tunnelHeader().resubmit(Spine.CROSS);
  }

  private FlowDraft tunnelHeader() {
    if (actions.stream().noneMatch(Tunnel::writesHeader)) {
      move(Field.NETWORK, Field.TUNNEL_NETWORK);
      move(Field.IN_PORT, Field.TUNNEL_IN_PORT);
      move(Field.OUT_PORT, Field.TUNNEL_OUT_PORT);
      set(Field.TUNNEL_RESUME, Spine.REPLICATE.table());
      set(Field.TUNNEL_FLAGS, 0);
    }
    return this;
  }

  /** Into the tunnel, with the header and to the node that were said before. */
  public FlowDraft intoTunnel(Encapsulation encapsulation) {
    return then(new Action.Output(Tunnel.port(encapsulation)));
  }

  /**
   * Any action. What it writes, learns and leads to must be in the contract; a match that a
   * translation depends on comes before it.
   */
  public FlowDraft then(Action action) {
    require(!(action instanceof Action.GotoTable), "leads on by next and resumeAt only");
    if (new Contract(stage, match.build().value(Field.ETH_TYPE)).check(action)) {
      namesPort();
    }
    does(action);
    return this;
  }

  /** Looks the packet up in a stage that the contract names, and comes back. */
  public FlowDraft resubmit(Stage other) {
    mayLeadTo(other);
    does(new Action.Resubmit(other.table()));
    return this;
  }

  /** This flow is one clause of a conjunction; it may say so of several, and nothing else. */
  public FlowDraft clause(long conjunction, int clause, int of) {
    return then(new Action.Conjunction(conjunction, clause, of));
  }

  /** With a VLAN tag of this id, put before what there is. */
  public FlowDraft pushVlan(int vid) {
    then(new Action.PushVlan());
    return set(Field.VLAN_VID, vid);
  }

  public FlowDraft popVlan() {
    return then(new Action.PopVlan());
  }

  /** Back out of the port the packet came in by. */
  public FlowDraft toSender() {
    does(new Action.ToSender());
    return this;
  }

  /** On to the next stage in use; last. */
  public FlowDraft next() {
    does(new Action.GotoTable(stage.joint()));
    return this;
  }

  /** On at a later stage that the contract names; last. */
  public FlowDraft resumeAt(Stage later) {
    mayLeadTo(later);
    does(new Action.GotoTable(later.table()));
    return this;
  }

  /** In no VLAN, or in one, 1 to 4094: as a frame comes or as it is to be. */
  public FlowDraft matchVlan(int tag) {
    return tag == 0 ? match(Field.VLAN_TCI, 0) : match(Field.VLAN_VID, tag);
  }

  /** Takes the tag away (0), or gives the frame this one. */
  public FlowDraft setVlan(int tag) {
    return set(Field.VLAN_TCI, tci(tag));
  }

  /** OVS: a frame has a tag if the CFI bit is set (ovs-fields(7), vlan_tci). */
  private static int tci(int tag) {
    return tag == 0 ? 0 : 0x1000 | tag;
  }

  /** The flow drops: said, so that no flow drops by having been forgotten. */
  public FlowDraft drop() {
    require(actions.isEmpty(), BOTH);
    drops = true;
    return this;
  }

  /** The object this flow exists for. */
  public FlowDraft because(Id<?> object) {
    owner = object;
    return this;
  }

  /** The finished flow, wanted in {@code scope}. */
  public DesiredFlow where(Scope scope) {
    require(owner != null, "has a flow that says no owner");
    require(drops || !actions.isEmpty(), "has a flow that does nothing and says no drop");
    if (differsByNode && scope.reach() != Scope.Reach.NODE && scope.reach() != Scope.Reach.PORT) {
      require(false, "has a flow that names a port of one node, wanted " + scope);
    }
    return new DesiredFlow(
        new FlowKey(stage.table(), priority, match.build()),
        LISTS.of(List.copyOf(actions)),
        scope,
        owner);
  }

  private void does(Action action) {
    require(!drops, BOTH);
    require(
        actions.isEmpty() || !(actions.get(actions.size() - 1) instanceof Action.GotoTable),
        "has a flow that goes on after it has left");
    actions.add(ACTIONS.of(action, FlowDraft::kept));
  }

  private static Action kept(Action action) {
    return action instanceof Action.Set set
        ? new Action.Set(set.wire(), set.value().shared(), set.mask())
        : action;
  }

  private void mayLeadTo(Stage other) {
    if (!stage.reaches().contains(other.table())) {
      require(false, "may not lead to " + other.name());
    }
  }

  private void namesPort() {
    require(stage.placed(), "is the same on every node: no port number");
    differsByNode = true;
  }

  private void mayWrite(Field field) {
    Contract.mayWrite(stage, field);
  }

  private void require(boolean kept, String broken) {
    Contract.require(stage, kept, broken);
  }
}
