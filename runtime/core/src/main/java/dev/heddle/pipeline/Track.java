package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Operand.Constant;
import dev.heddle.pipeline.Operand.Slice;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks the packet's connection up in a zone of the node's connection tracker (ovs-actions(7), ct).
 * Only for IPv4 and IPv6. With a table, a copy goes on there with {@link Field#CT_STATE} and the
 * registers it had; what follows this action goes on without.
 *
 * @param commit the connection is kept; otherwise it is only looked at
 * @param force a connection kept in the other direction is forgotten first; with commit only
 * @param zone 16 bits
 * @param table where the copy goes on
 * @param exec writes {@link Field#CT_MARK} or {@link Field#CT_LABEL} of the connection; with commit
 *     only
 */
public record Track(
    boolean commit,
    boolean force,
    Operand zone,
    Optional<Integer> table,
    Optional<Nat> nat,
    List<Action> exec)
    implements Action {

  public Track {
    exec = List.copyOf(exec);
    table.ifPresent(Table::check);
    if (zone.width() != 16) {
      throw new IllegalArgumentException("a zone has 16 bits, not those of " + zone);
    }
    if (!commit && (force || !exec.isEmpty())) {
      throw new IllegalArgumentException("only a commit forces or writes mark and label");
    }
    if (!commit && nat.flatMap(Nat::range).isPresent()) {
      throw new IllegalArgumentException("only a commit agrees on a translation");
    }
    for (Action a : exec) {
      boolean ofConnection =
          a instanceof Action.Set s && s.wire().isOfConnection()
              || a instanceof Action.Move m && m.to().isOfConnection();
      if (!ofConnection) {
        throw new IllegalArgumentException("a commit writes mark and label only, not: " + a);
      }
    }
  }

  private static Track of(boolean commit, Operand zone) {
    return new Track(commit, false, zone, Optional.empty(), Optional.empty(), List.of());
  }

  /** Looks the connection up in the zone that {@code zone} holds. */
  public static Track in(Field zone) {
    return of(false, Slice.of(zone));
  }

  public static Track in(int zone) {
    return of(false, constant(zone));
  }

  /** Keeps the connection in the zone that {@code zone} holds. */
  public static Track commit(Field zone) {
    return of(true, Slice.of(zone));
  }

  public static Track commit(int zone) {
    return of(true, constant(zone));
  }

  private static Constant constant(int zone) {
    return new Constant(Bits.of(zone), 16);
  }

  /** A copy goes on in this table. */
  public Track into(int next) {
    return new Track(commit, force, zone, Optional.of(next), nat, exec);
  }

  public Track nat(Nat translation) {
    return new Track(commit, force, zone, table, Optional.of(translation), exec);
  }

  /** Whoever sent this packet began the connection, whatever was kept before. */
  public Track forced() {
    return new Track(commit, true, zone, table, nat, exec);
  }

  /** Writes into the connection's mark or label. */
  public Track with(Field field, long value) {
    return with(Action.Set.of(field, Bits.of(value)));
  }

  /** Writes into the connection's mark or label. */
  public Track with(Action write) {
    return new Track(
        commit, force, zone, table, nat, Stream.concat(exec.stream(), Stream.of(write)).toList());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.track(this);
  }

  @Override
  public String toString() {
    return "ct("
        + Stream.of(
                Stream.of("commit").filter(c -> commit),
                Stream.of("force").filter(f -> force),
                table.stream().map(t -> "table=" + t),
                Stream.of("zone=" + zone),
                nat.stream().map(Nat::toString),
                Stream.of("exec" + exec).filter(e -> !exec.isEmpty()))
            .flatMap(s -> s)
            .collect(Collectors.joining(","))
        + ")";
  }
}
