package dev.heddle.model;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How frames are wrapped between two nodes, the most able first: the first that both speak is used.
 */
public enum Encapsulation {
  /** RFC 8926. Carries ports and the stage at which the receiver goes on, beside the network. */
  GENEVE,
  /** RFC 7348. Carries the network and nothing else. */
  VXLAN;

  /** What a node speaks that says nothing. */
  public static final Set<Encapsulation> USUAL = Set.of(GENEVE);

  /** The name that OVS and documents have for it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of this name. */
  public static Optional<Encapsulation> named(String name) {
    return Stream.of(values()).filter(e -> e.toString().equals(name)).findFirst();
  }

  /** Without repetition, the most able first; unmodifiable. */
  static Set<Encapsulation> ordered(Collection<Encapsulation> some) {
    EnumSet<Encapsulation> set = EnumSet.noneOf(Encapsulation.class);
    set.addAll(some);
    return Collections.unmodifiableSet(set);
  }
}
