package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Operand.Slice;
import java.util.List;
import java.util.Optional;

/**
 * What a stage's declaration allows a flow to do, action by action: also what a learned flow will
 * match and write, and what tracking and its translation change.
 *
 * @param family the EtherType the flow matches: what a translation may touch
 */
record Contract(Stage stage, Optional<Bits> family) implements Action.Visitor<Boolean> {

  /**
   * True if the action names what differs by node.
   *
   * @throws ContractException if it does what is not declared
   */
  boolean check(Action action) {
    return action.accept(this);
  }

  void require(boolean kept, String broken) {
    require(stage, kept, broken);
  }

  static void require(Stage stage, boolean kept, String broken) {
    if (!kept) {
      throw new ContractException("stage " + stage.name() + " " + broken);
    }
  }

  // The next two are asked for every field of every flow: nothing is made unless it is needed.

  static void mayMatch(Stage stage, Field field) {
    if (field.isRegister() && !stage.matches().contains(field.declared())) {
      require(stage, false, "may not match " + field);
    }
  }

  static void mayWrite(Stage stage, Field field) {
    if (!stage.writes().contains(field.declared())) {
      require(stage, false, "may not write " + field);
    }
  }

  private void mayWrite(Field field) {
    mayWrite(stage, field);
  }

  private void mayWrite(Wire wire, Bits bits) {
    require(
        stage.writes().stream().anyMatch(f -> f.wire() == wire && bits.andNot(f.mask()).isZero()),
        "may not write " + wire.ovsName() + " " + bits);
  }

  private void reaches(int table) {
    require(
        !stage.beside() && table == stage.joint() || stage.reaches().contains(table),
        "may not lead to table " + table);
  }

  @Override
  public Boolean set(Action.Set set) {
    mayWrite(set.wire(), set.mask());
    return false;
  }

  @Override
  public Boolean move(Action.Move move) {
    mayWrite(move.to(), Bits.ones(move.width()).shiftLeft(move.toOffset()));
    return false;
  }

  @Override
  public Boolean output(Action.Output output) {
    require(stage.placed(), "is the same on every node: no port number");
    return output.port() != Tunnel.OF_PORT;
  }

  @Override
  public Boolean toSender(Action.ToSender toSender) {
    return false;
  }

  @Override
  public Boolean resubmit(Action.Resubmit resubmit) {
    reaches(resubmit.table());
    return false;
  }

  @Override
  public Boolean gotoTable(Action.GotoTable go) {
    reaches(go.table());
    return false;
  }

  @Override
  public Boolean pushVlan(Action.PushVlan push) {
    mayWrite(Field.VLAN_TCI);
    return false;
  }

  @Override
  public Boolean popVlan(Action.PopVlan pop) {
    mayWrite(Field.VLAN_TCI);
    return false;
  }

  @Override
  public Boolean decTtl(Action.DecTtl decTtl) {
    mayWrite(Field.IP_TTL);
    return false;
  }

  @Override
  public Boolean conjunction(Action.Conjunction conjunction) {
    return false;
  }

  @Override
  public Boolean group(Action.GroupRef group) {
    return false; // its buckets are not here: whoever makes the group answers for them
  }

  @Override
  public Boolean meter(Action.Meter meter) {
    return false;
  }

  @Override
  public Boolean clone(Action.Clone clone) {
    boolean byNode = false;
    for (Action a : clone.actions()) {
      byNode |= check(a);
    }
    return byNode;
  }

  @Override
  public Boolean learn(Learn learn) {
    require(
        learn.table() == stage.table() || stage.reaches().contains(learn.table()),
        "may not learn into table " + learn.table());
    for (Learn.Spec spec : learn.specs()) {
      if (spec instanceof Learn.Matches m) {
        mayMatch(m.field());
      } else if (spec instanceof Learn.Loads l) {
        mayWrite(l.field().wire(), l.field().mask());
      } else {
        require(stage.placed(), "is the same on every node: no port number");
      }
    }
    return false; // the port of a packet that came is right wherever it came
  }

  private void mayMatch(Slice slice) {
    boolean register =
        slice.wire().compareTo(Wire.METADATA) >= 0 && slice.wire().compareTo(Wire.CT_LABEL) <= 0;
    require(
        !register
            || stage.matches().stream()
                .anyMatch(f -> f.wire() == slice.wire() && slice.mask().andNot(f.mask()).isZero()),
        "may not match " + slice);
  }

  @Override
  public Boolean track(Track track) {
    track.table().ifPresent(this::reaches);
    if (track.table().isPresent()) {
      mayWrite(Field.CT_STATE);
    }
    track.exec().forEach(this::check);
    track.nat().ifPresent(this::mayTranslate);
    return false;
  }

  private void mayTranslate(Nat nat) {
    boolean v4 = family.map(f -> f.low() == Match.ETH_IPV4).orElse(true);
    boolean v6 = family.map(f -> f.low() == Match.ETH_IPV6).orElse(true);
    // A packet of a known connection may be one in either direction, whatever is said for a new one
    for (Field f : List.of(Field.IPV4_SRC, Field.IPV4_DST)) {
      require(!v4 || stage.writes().contains(f), "may not translate " + f + " by " + nat);
    }
    for (Field f : List.of(Field.IPV6_SRC, Field.IPV6_DST)) {
      require(!v6 || stage.writes().contains(f), "may not translate " + f + " by " + nat);
    }
  }

  @Override
  public Boolean punt(Punt punt) {
    return false;
  }
}
