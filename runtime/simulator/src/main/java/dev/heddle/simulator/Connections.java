package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Track;
import dev.heddle.pipeline.Wire;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The connections of one switch, zone by zone. A connection is new until its first reply, one of
 * TCP only until its next packet if that is no SYN; it ends when it is forgotten, never by itself.
 * Addresses and ports are chosen from the first of their range on, where a real tracker goes by a
 * hash.
 */
final class Connections implements Tracker {

  private static final int SYN = 2;
  private static final int RST_OR_FIN = 5;
  private static final int ACK = 16;
  private static final int MOST_TRIES = 1 << 16;

  /** One connection: its keys in both directions as they are seen on the wire. */
  private static final class Connection {
    final ConnectionKey original;
    final ConnectionKey reply;
    final Optional<Nat.End> translated;
    boolean replied;
    Bits mark = Bits.ZERO;
    Bits label = Bits.ZERO;

    Connection(ConnectionKey original, ConnectionKey reply, Optional<Nat.End> translated) {
      this.original = original;
      this.reply = reply;
      this.translated = translated;
    }
  }

  private record Side(Connection of, boolean reply) {}

  private final Map<ConnectionKey, Side> sides = new HashMap<>();

  @Override
  public Packet track(Packet packet, Track track, int zone) {
    boolean sameZone = packet.get(Field.CT_ZONE).low() == zone;
    long before = sameZone ? packet.get(Field.CT_STATE).low() : 0;
    Packet clean = packet.untracked().with(Field.CT_ZONE, zone);
    boolean error = ConnectionKey.isError(packet);
    Optional<ConnectionKey> key =
        error
            ? packet.quoted().flatMap(q -> ConnectionKey.quoted(packet, q, zone))
            : ConnectionKey.of(packet, zone);
    if (key.isEmpty()) {
      return state(clean, bit(Field.CT_INV));
    }
    boolean already = (before & (bit(Field.CT_SNAT) | bit(Field.CT_DNAT))) != 0;
    Optional<Side> found = find(key.get(), already);
    if (track.force() && found.filter(Side::reply).isPresent()) {
      forget(found.get().of);
      found = Optional.empty();
    }
    if (found.isPresent()) {
      Packet known = found.get().of.original.asFirstOn(clean);
      return known(known, track, found.get(), error, before);
    }
    if (error || !key.get().mayBegin() || !mayBegin(packet)) {
      return state(clean, bit(Field.CT_INV));
    }
    Packet begun = key.get().asFirstOn(clean);
    return track.commit() ? commit(begun, track, key.get()) : state(begun, bit(Field.CT_NEW));
  }

  /** Keeps a connection that this packet begins, as if it had been answered. */
  void know(Packet first, int zone, Bits mark, Bits label) {
    ConnectionKey.of(first, zone)
        .ifPresent(
            key -> {
              Connection c = new Connection(key, key.reversed(), Optional.empty());
              c.replied = true;
              c.mark = mark;
              c.label = label;
              sides.put(c.reply, new Side(c, true));
              sides.put(key, new Side(c, false));
            });
  }

  /** A packet that was translated in this zone looks like the other side's, reversed. */
  private Optional<Side> find(ConnectionKey key, boolean already) {
    if (already) {
      Side other = sides.get(key.reversed());
      if (other != null) {
        return Optional.of(new Side(other.of, !other.reply));
      }
    }
    return Optional.ofNullable(sides.get(key));
  }

  /** Flags that begin nothing (as the userspace tracker has it); none said is a packet like any. */
  private static boolean mayBegin(Packet p) {
    int flags = (int) p.get(Wire.TCP_FLAGS).low();
    boolean tcp = p.get(Wire.IP_PROTO).low() == Match.PROTO_TCP && flags != 0;
    if (!tcp) {
      return true;
    }
    return (flags & SYN) != 0
        ? (flags & (ACK | RST_OR_FIN)) == 0
        : (flags & (ACK | 4)) != 0 && ((flags & ACK) != 0 || (flags & 0x29) == 0);
  }

  private static boolean goesOn(Packet p) {
    int flags = (int) p.get(Wire.TCP_FLAGS).low();
    return p.get(Wire.IP_PROTO).low() == Match.PROTO_TCP && flags != 0 && (flags & SYN) == 0;
  }

  private static Packet known(Packet p, Track track, Side side, boolean error, long before) {
    Connection c = side.of;
    long state = before;
    if (error) {
      state |= bit(Field.CT_REL) | (side.reply ? bit(Field.CT_RPL) : 0);
    } else {
      c.replied |= side.reply || goesOn(p);
      state |= c.replied ? bit(Field.CT_EST) : bit(Field.CT_NEW);
      state &= c.replied ? ~bit(Field.CT_NEW) : -1L;
      state |= side.reply ? bit(Field.CT_RPL) : 0;
    }
    Packet q = p;
    if (track.nat().isPresent() && c.translated.isPresent()) {
      state |= translation(c, side.reply);
      q = error ? translatedError(p, c, side.reply) : translated(p, c, side.reply);
    }
    return written(state(q, state), track, c, p);
  }

  private Packet commit(Packet p, Track track, ConnectionKey key) {
    Optional<Nat.Range> range = track.nat().flatMap(Nat::range);
    Optional<ConnectionKey> reply =
        range.isEmpty() ? Optional.of(key.reversed()) : choose(key, range.get());
    if (reply.isEmpty()) {
      return state(p, bit(Field.CT_NEW)); // no address or port is left: not kept
    }
    Connection c = new Connection(key, reply.get(), range.map(Nat.Range::end));
    sides.put(reply.get(), new Side(c, true));
    sides.put(key, new Side(c, false));
    long state = bit(Field.CT_NEW) | (range.isPresent() ? translation(c, false) : 0);
    Packet q = range.isPresent() ? translated(p, c, false) : p;
    return written(state(q, state), track, c, p);
  }

  private Optional<ConnectionKey> choose(ConnectionKey key, Nat.Range range) {
    boolean source = range.end() == Nat.End.SOURCE;
    int own = source ? key.from() : key.to();
    int first = range.firstPort() == 0 || !key.hasPorts() ? own : range.firstPort();
    int last = range.firstPort() == 0 || !key.hasPorts() ? own : range.lastPort();
    Bits address = range.first().bits();
    int tries = 0;
    while (address.compareTo(range.last().bits()) <= 0 && tries < MOST_TRIES) {
      for (int port = first; port <= last && tries < MOST_TRIES; port++, tries++) {
        ConnectionKey sent = source ? key.from(address, port) : key.to(address, port);
        if (!sides.containsKey(sent.reversed())) {
          return Optional.of(sent.reversed());
        }
      }
      address = plusOne(address);
    }
    return Optional.empty();
  }

  private static Bits plusOne(Bits b) {
    return new Bits(b.low() == -1L ? b.high() + 1 : b.high(), b.low() + 1);
  }

  private static long translation(Connection c, boolean reply) {
    boolean source = (c.translated.orElseThrow() == Nat.End.SOURCE) != reply;
    return bit(source ? Field.CT_SNAT : Field.CT_DNAT);
  }

  private static Packet translated(Packet p, Connection c, boolean reply) {
    return (reply ? c.original : c.reply).reversed().on(p);
  }

  /** Whoever sent the error stays; the other end, and the packet it quotes, are translated. */
  private static Packet translatedError(Packet p, Connection c, boolean reply) {
    ConnectionKey as = (reply ? c.original : c.reply).reversed();
    boolean source = (c.translated.orElseThrow() == Nat.End.SOURCE) != reply;
    Wire end =
        as.v6() ? source ? Wire.IPV6_SRC : Wire.IPV6_DST : source ? Wire.IPV4_SRC : Wire.IPV4_DST;
    Packet outer = p.with(end, source ? as.source() : as.destination());
    return outer.quoting(as.reversed().on(p.quoted().orElseThrow()));
  }

  private static Packet written(Packet p, Track track, Connection c, Packet before) {
    for (Action a : track.exec()) {
      Packet kept = before.with(Wire.CT_MARK, c.mark).with(Wire.CT_LABEL, c.label);
      Packet after = a instanceof Action.Set s ? kept.after(s) : kept.after((Action.Move) a);
      c.mark = after.get(Wire.CT_MARK);
      c.label = after.get(Wire.CT_LABEL);
    }
    return p.with(Wire.CT_MARK, c.mark).with(Wire.CT_LABEL, c.label);
  }

  private void forget(Connection c) {
    sides.remove(c.original);
    sides.remove(c.reply);
  }

  private static Packet state(Packet p, long state) {
    return p.with(Wire.CT_STATE, Bits.of(state | bit(Field.CT_TRK)));
  }

  private static long bit(Field field) {
    return field.mask().low();
  }
}
