package dev.heddle.model;

/**
 * A range of numbers that the store gives to objects, each to one object at a time; a number given
 * stays with its object for life.
 */
public enum KeySpace {
  /** Kinds whose objects appear in no flow by number. */
  NONE(0, 0),
  /** Switches and routers: 24 bits, as the Geneve VNI is wide. */
  NETWORK(1, (1 << 24) - 1),
  /** Logical ports: 23 bits, cluster-unique; the 24th bit of a port field marks a group. */
  PORT(1, (1 << 23) - 1),
  /** Owners of flows: the upper 16 bits of a cookie. */
  OWNER(1, (1 << 16) - 2),
  /** Port groups: 16 bits, since those of a port travel with a packet. */
  PORT_GROUP(1, (1 << 16) - 1),
  /** Address sets: 16 bits, since those of an address travel with a packet. */
  ADDRESS_SET(1, (1 << 16) - 1),
  /** Rules: 23 bits, since a rule has up to 512 conjunctions with a number of 32 bits each. */
  RULE(1, (1 << 23) - 1);

  private final int first;
  private final int last;

  KeySpace(int first, int last) {
    this.first = first;
    this.last = last;
  }

  public int first() {
    return first;
  }

  public int last() {
    return last;
  }
}
