package dev.heddle.laws.policy;

import java.util.Set;

/** Something that happens. */
sealed interface Step {

  /** A packet; ports and everything else in it are as they are said. */
  record Send(String from, String to, Datagram datagram) implements Step {}

  /** The answer to the packet that was sent so many packets ago; nothing if there is none. */
  record Answer(int ago) implements Step {}

  record Put(Rule rule) implements Step {}

  record Remove(String rule) implements Step {}

  record Group(String name, Set<String> ports) implements Step {}

  record AddressSet(String name, Set<String> prefixes) implements Step {}
}
