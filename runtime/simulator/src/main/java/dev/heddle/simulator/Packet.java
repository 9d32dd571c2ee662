package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Wire;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A packet as a switch sees it: header fields, tunnel fields and the pipeline's registers. A field
 * the packet does not have reads as zero, as in OVS. Immutable.
 *
 * @param innerTag the tag behind the one that VLAN_TCI is, which no flow can see
 * @param quoted of an ICMP error, the packet it is about
 * @param fragment which piece of a datagram it is, if it is one
 */
public record Packet(
    Map<Wire, Bits> fields, Bits innerTag, Optional<Packet> quoted, Optional<Fragment> fragment) {

  public static final Packet EMPTY =
      new Packet(Map.of(), Bits.ZERO, Optional.empty(), Optional.empty());

  /** RFC 8200, 4.5. */
  private static final int FRAGMENT_HEADER = 44;

  /** Fields of what IP carries: only the first fragment has them. */
  private static final List<Wire> CARRIED =
      List.of(
          Wire.TCP_SRC,
          Wire.TCP_DST,
          Wire.TCP_FLAGS,
          Wire.UDP_SRC,
          Wire.UDP_DST,
          Wire.SCTP_SRC,
          Wire.SCTP_DST,
          Wire.ICMPV4_TYPE,
          Wire.ICMPV4_CODE,
          Wire.ICMPV6_TYPE,
          Wire.ICMPV6_CODE);

  /**
   * One of the pieces of a datagram.
   *
   * @param id which datagram, as its IP header tells
   * @param part 0 is the first
   * @param parts how many there are, two or more
   */
  public record Fragment(int id, int part, int parts) {

    public Fragment {
      if (part < 0 || part >= parts || parts < 2) {
        throw new IllegalArgumentException("no fragment " + part + " of " + parts);
      }
    }
  }

  /** Zero values are left out, so that equal packets are equal values. */
  public Packet {
    EnumMap<Wire, Bits> copy = new EnumMap<>(Wire.class);
    fields.forEach(
        (wire, value) -> {
          if (value.width() > wire.width()) {
            throw new IllegalArgumentException(wire.ovsName() + " is too narrow for " + value);
          }
          if (!value.isZero()) {
            copy.put(wire, value);
          }
        });
    fields = Collections.unmodifiableMap(copy);
  }

  public Bits get(Wire wire) {
    return fields.getOrDefault(wire, Bits.ZERO);
  }

  public Bits get(Field field) {
    return get(field.wire()).and(field.mask()).shiftRight(field.offset());
  }

  public Packet with(Wire wire, Bits value) {
    EnumMap<Wire, Bits> changed = new EnumMap<>(Wire.class);
    changed.putAll(fields);
    changed.put(wire, value);
    return new Packet(changed, innerTag, quoted, fragment);
  }

  /**
   * This piece of it. In a later one of IPv6 a switch sees no protocol but that of the fragment
   * header itself.
   */
  public Packet piece(Fragment piece) {
    boolean first = piece.part() == 0;
    Packet cut = first ? this : carrying(EMPTY);
    Packet marked =
        new Packet(cut.fields, cut.innerTag, cut.quoted, Optional.of(piece))
            .with(Field.IP_FRAG, first ? 1 : 3);
    return first || !is(Match.ETH_IPV6) ? marked : marked.with(Field.IP_PROTO, FRAGMENT_HEADER);
  }

  /** The whole datagram, of which {@code first} is the first fragment. */
  Packet whole(Packet first) {
    Packet all =
        carrying(first).with(Field.IP_FRAG, 0).with(Wire.IP_PROTO, first.get(Wire.IP_PROTO));
    return new Packet(all.fields, all.innerTag, all.quoted, Optional.empty());
  }

  private Packet carrying(Packet other) {
    Packet p = this;
    for (Wire w : CARRIED) {
      p = p.with(w, other.get(w));
    }
    return p;
  }

  /** An ICMP error about {@code packet}. */
  public Packet quoting(Packet packet) {
    return new Packet(fields, innerTag, Optional.of(packet), fragment);
  }

  /** With the bits of {@code field} replaced. */
  public Packet with(Field field, Bits value) {
    Bits rest = get(field.wire()).andNot(field.mask());
    return with(field.wire(), rest.or(value.shiftLeft(field.offset())));
  }

  public Packet with(Field field, long value) {
    return with(field, Bits.of(value));
  }

  /** Nothing happens if the packet has no such field, as ovs-actions(7) says of set_field. */
  Packet after(Action.Set set) {
    return has(set.wire()) && (!set.mask().equals(Field.VLAN_VID.mask()) || hasTagFor(set))
        ? with(set.wire(), get(set.wire()).andNot(set.mask()).or(set.value()))
        : this;
  }

  /** Nothing happens if the packet lacks one of the two fields, as ovs-actions(7) says of move. */
  Packet after(Action.Move move) {
    if (!has(move.from()) || !has(move.to())) {
      return this;
    }
    Bits ones = Bits.ones(move.width());
    Bits moved = get(move.from()).shiftRight(move.fromOffset()).and(ones);
    Bits rest = get(move.to()).andNot(ones.shiftLeft(move.toOffset()));
    return with(move.to(), rest.or(moved.shiftLeft(move.toOffset())));
  }

  /** The packet as the next switch, or a host, gets it: registers stay behind. */
  Packet onTheWire() {
    EnumMap<Wire, Bits> kept = new EnumMap<>(Wire.class);
    fields.forEach(
        (wire, value) -> {
          boolean noTag = wire == Wire.VLAN_TCI && value.and(Field.VLAN_PRESENT.mask()).isZero();
          if (wire.compareTo(Wire.TUN_METADATA0) > 0 && !noTag) {
            kept.put(wire, value);
          }
        });
    return new Packet(kept, innerTag, quoted, fragment);
  }

  /** As after {@link dev.heddle.pipeline.Track}: what is behind it knows nothing of connections. */
  Packet untracked() {
    EnumMap<Wire, Bits> kept = new EnumMap<>(Wire.class);
    fields.forEach(
        (wire, value) -> {
          if (wire.compareTo(Wire.CT_STATE) < 0 || wire.compareTo(Wire.CT_TP_DST) > 0) {
            kept.put(wire, value);
          }
        });
    return new Packet(kept, innerTag, quoted, fragment);
  }

  Bits get(Operand.Slice slice) {
    return get(slice.wire()).shiftRight(slice.offset()).and(Bits.ones(slice.width()));
  }

  /** With an empty tag before what there is; of three tags the innermost is lost. */
  Packet tagged() {
    return new Packet(fields, get(Wire.VLAN_TCI), quoted, fragment)
        .with(Wire.VLAN_TCI, Field.VLAN_PRESENT.mask());
  }

  Packet withoutTag() {
    return new Packet(fields, Bits.ZERO, quoted, fragment).with(Wire.VLAN_TCI, innerTag);
  }

  boolean isIp() {
    return has(Wire.IP_PROTO);
  }

  boolean isTagged() {
    return !get(Field.VLAN_PRESENT).isZero();
  }

  private boolean hasTagFor(Action.Set set) {
    return set.wire() != Wire.VLAN_TCI || isTagged();
  }

  private boolean has(Wire wire) {
    return switch (wire) {
      case IPV4_SRC, IPV4_DST -> is(Match.ETH_IPV4);
      case IPV6_SRC, IPV6_DST -> is(Match.ETH_IPV6);
      case IP_PROTO, IP_TTL, IP_DSCP, IP_FRAG -> is(Match.ETH_IPV4) || is(Match.ETH_IPV6);
      case TCP_SRC, TCP_DST, TCP_FLAGS -> isIp(Match.PROTO_TCP);
      case UDP_SRC, UDP_DST -> isIp(Match.PROTO_UDP);
      case SCTP_SRC, SCTP_DST -> isIp(Match.PROTO_SCTP);
      case ICMPV4_TYPE, ICMPV4_CODE -> is(Match.ETH_IPV4) && isIp(Match.PROTO_ICMP);
      case ARP_OP, ARP_SPA, ARP_TPA, ARP_SHA, ARP_THA -> is(Match.ETH_ARP);
      case ICMPV6_TYPE, ICMPV6_CODE -> is(Match.ETH_IPV6) && isIp(Match.PROTO_ICMPV6);
      case ND_TARGET, ND_RESERVED, ND_OPTIONS_TYPE ->
          isNeighbourDiscovery(135) || isNeighbourDiscovery(136);
      case ND_SLL -> isNeighbourDiscovery(135);
      case ND_TLL -> isNeighbourDiscovery(136);
      default -> true;
    };
  }

  private boolean is(int ethType) {
    return get(Wire.ETH_TYPE).low() == ethType;
  }

  private boolean isIp(int protocol) {
    return has(Wire.IP_PROTO) && get(Wire.IP_PROTO).low() == protocol;
  }

  private boolean isNeighbourDiscovery(int type) {
    return has(Wire.ICMPV6_TYPE)
        && get(Wire.ICMPV6_TYPE).low() == type
        && get(Wire.ICMPV6_CODE).isZero();
  }

  @Override
  public String toString() {
    return fields.isEmpty()
        ? "empty"
        : fields.entrySet().stream().map(Packet::shown).collect(Collectors.joining(","));
  }

  /** As ovs-ofctl(8) and ofproto/trace read it: the packet can be pasted there. */
  private static String shown(Map.Entry<Wire, Bits> field) {
    return field.getKey().ovsName() + "=" + Addresses.text(field.getKey(), field.getValue());
  }
}
