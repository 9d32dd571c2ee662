package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import dev.heddle.model.Interned;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a flow matches, in canonical form: at most one {@link Term} per wire field, in the order of
 * {@link Wire}, with the prerequisites of OpenFlow 1.3 (section 7.2.3.8) already in it. Equal sets
 * of packets written alike are equal values; {@link #of} takes terms as a switch reports them.
 */
public final class Match {

  public static final Match ALL = new Match();

  public static final int ETH_IPV4 = 0x0800;
  public static final int ETH_ARP = 0x0806;
  public static final int ETH_IPV6 = 0x86dd;
  public static final int PROTO_ICMP = 1;
  public static final int PROTO_TCP = 6;
  public static final int PROTO_UDP = 17;
  public static final int PROTO_ICMPV6 = 58;
  public static final int PROTO_SCTP = 132;

  private static final Interned<Term> TERMS = new Interned<>();
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  /** Not to be changed. */
  final Term[] terms;

  private final int hash;

  private Match(Term... terms) {
    this(terms, hash(terms));
  }

  /** {@code hash} is that of a match with these terms. */
  Match(Term[] terms, int hash) {
    this.terms = terms;
    this.hash = hash;
  }

  /** Numbers given one after the other, as keys are, must not fall on each other in hash tables. */
  private static int hash(Term[] terms) {
    long h = 0;
    for (Term t : terms) {
      h = (h ^ t.wire().ordinal()) * SPREAD;
      h = (h ^ t.value().hashCode()) * SPREAD;
      h = (h ^ t.mask().hashCode()) * SPREAD;
    }
    return (int) (h ^ h >>> 32);
  }

  /**
   * The match with exactly these conditions, joined per wire field.
   *
   * @throws IllegalArgumentException if two of them contradict each other
   */
  public static Match of(List<Term> terms) {
    Builder b = new Builder();
    terms.forEach(b::add);
    return b.build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Unmodifiable. */
  public List<Term> terms() {
    return Collections.unmodifiableList(Arrays.asList(terms));
  }

  /** The value this match fixes for the whole of {@code field}, if it does. */
  public Optional<Bits> value(Field field) {
    return terms().stream()
        .filter(t -> t.wire() == field.wire() && t.mask().and(field.mask()).equals(field.mask()))
        .map(t -> t.value().and(field.mask()).shiftRight(field.offset()))
        .findFirst();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Match m && m.hash == hash && same(m.terms, terms);
  }

  static boolean same(Term[] a, Term[] b) {
    if (a == b) {
      return true;
    }
    boolean same = a.length == b.length;
    for (int i = 0; same && i < a.length; i++) {
      same = a[i].equals(b[i]);
    }
    return same;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return terms.length == 0
        ? "any"
        : terms().stream().map(Term::toString).collect(Collectors.joining(","));
  }

  /** Collects conditions by role name; see {@link #builder()}. */
  public static final class Builder {

    /** What a condition on a field implies, worked out once. */
    private static final Term[][] PREREQUISITES = new Term[Field.values().length][];

    static {
      for (Field field : Field.values()) {
        Builder implied = new Builder();
        implied.imply(field);
        PREREQUISITES[field.ordinal()] = Arrays.copyOf(implied.terms, implied.count);
      }
    }

    /** In the order of {@link Wire}, at most one of each. */
    private Term[] terms = new Term[6];

    private int count;

    private Builder() {}

    /** {@code field == value}, all bits. */
    public Builder match(Field field, Bits value) {
      return match(field, value, Bits.ones(field.width()));
    }

    public Builder match(Field field, long value) {
      return match(field, Bits.of(value));
    }

    /** {@code field & mask == value & mask}; an empty mask adds the prerequisites only. */
    public Builder match(Field field, Bits value, Bits mask) {
      if (value.width() > field.width() || mask.width() > field.width()) {
        throw new IllegalArgumentException(
            field + " has " + field.width() + " bits, not those of " + value);
      }
      for (Term implied : PREREQUISITES[field.ordinal()]) {
        add(implied, true);
      }
      condition(field, value, mask);
      return this;
    }

    private void condition(Field field, Bits value, Bits mask) {
      if (!mask.isZero()) {
        boolean whole = mask.width() == field.width() && mask.equals(Bits.ones(field.width()));
        add(
            new Term(
                field.wire(),
                (whole ? value : value.and(mask)).shiftLeft(field.offset()),
                whole ? field.mask() : mask.shiftLeft(field.offset())));
      }
    }

    private void imply(Field field) {
      switch (field) {
        case ARP_OP, ARP_SPA, ARP_TPA, ARP_SHA, ARP_THA -> implied(Field.ETH_TYPE, ETH_ARP);
        case CT_PROTO, CT_PORT_SRC, CT_PORT_DST -> tracked();
        case CT_IPV4_SRC, CT_IPV4_DST -> {
          tracked();
          implied(Field.ETH_TYPE, ETH_IPV4);
        }
        case CT_IPV6_SRC, CT_IPV6_DST -> {
          tracked();
          implied(Field.ETH_TYPE, ETH_IPV6);
        }
        case IPV4_SRC, IPV4_DST -> implied(Field.ETH_TYPE, ETH_IPV4);
        case IPV6_SRC, IPV6_DST -> implied(Field.ETH_TYPE, ETH_IPV6);
        case CT_NEW, CT_EST, CT_REL, CT_RPL, CT_INV, CT_SNAT, CT_DNAT -> implied(Field.CT_TRK, 1);
        case VLAN_VID, VLAN_PCP -> implied(Field.VLAN_PRESENT, 1);
        case TCP_SRC, TCP_DST, TCP_FLAGS -> implied(Field.IP_PROTO, PROTO_TCP);
        case UDP_SRC, UDP_DST -> implied(Field.IP_PROTO, PROTO_UDP);
        case SCTP_SRC, SCTP_DST -> implied(Field.IP_PROTO, PROTO_SCTP);
        case ICMPV4_TYPE, ICMPV4_CODE -> {
          implied(Field.ETH_TYPE, ETH_IPV4);
          implied(Field.IP_PROTO, PROTO_ICMP);
        }
        case ICMPV6_TYPE, ICMPV6_CODE -> {
          implied(Field.ETH_TYPE, ETH_IPV6);
          implied(Field.IP_PROTO, PROTO_ICMPV6);
        }
        case ND_TARGET, ND_RESERVED, ND_OPTIONS_TYPE ->
            implied(Field.ICMPV6_CODE, 0); // and a type, 135 or 136, that nothing implies
        case ND_SLL -> neighbour(135);
        case ND_TLL -> neighbour(136);
        default -> {
          // nothing else has a prerequisite that a value implies
        }
      }
    }

    /** A connection is known only of what is not invalid (ovs-fields(7), ct_nw_src). */
    private void tracked() {
      implied(Field.CT_TRK, 1);
      implied(Field.CT_INV, 0);
    }

    private void neighbour(int type) {
      implied(Field.ICMPV6_TYPE, type);
      implied(Field.ICMPV6_CODE, 0);
    }

    private void implied(Field field, long value) {
      imply(field);
      condition(field, Bits.of(value), Bits.ones(field.width()));
    }

    void add(Term t) {
      add(t, false);
    }

    /**
     * @param shared it is one of those that are kept for ever
     */
    private void add(Term t, boolean shared) {
      int at = count;
      while (at > 0 && terms[at - 1].wire().compareTo(t.wire()) > 0) {
        at--;
      }
      if (at > 0 && terms[at - 1].wire() == t.wire()) {
        terms[at - 1] = join(terms[at - 1], t);
        return;
      }
      if (count == terms.length) {
        terms = Arrays.copyOf(terms, 2 * count);
      }
      System.arraycopy(terms, at, terms, at + 1, count - at);
      terms[at] = shared ? t : TERMS.of(t, Term::kept);
      count++;
    }

    private static Term join(Term a, Term b) {
      if (a.equals(b)) {
        return a;
      }
      Bits common = a.mask().and(b.mask());
      if (!a.value().and(common).equals(b.value().and(common))) {
        throw new IllegalArgumentException("no packet has both " + a + " and " + b);
      }
      return new Term(a.wire(), a.value().or(b.value()), a.mask().or(b.mask()));
    }

    public Match build() {
      return count == 0 ? ALL : new Match(Arrays.copyOf(terms, count));
    }
  }
}
