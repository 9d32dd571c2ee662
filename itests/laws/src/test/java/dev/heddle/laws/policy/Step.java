package dev.heddle.laws.policy;

import java.util.List;
import java.util.Set;

/** Something that happens. */
sealed interface Step {

  /** Something that a port sends; ports and everything else in it are as they are said. */
  sealed interface Packet extends Step {

    /** The port that sends it. */
    String from();

    /** The port that it is for. */
    String to();

    /** What of it a rule sees. */
    Datagram datagram();

    /** The pieces that are sent, in this order; of what is not cut one. */
    default List<Integer> pieces() {
      return List.of(0);
    }
  }

  record Send(String from, String to, Datagram datagram) implements Packet {}

  /**
   * A datagram in fragments, perhaps not all of them.
   *
   * @param parts how many it has; the first has number 0
   */
  record Fragments(String from, String to, Datagram datagram, int parts, List<Integer> pieces)
      implements Packet {}

  /** An ICMP error: what it quotes did not get where it was sent to. */
  record Unreachable(String from, String to, Datagram quoted) implements Packet {
    @Override
    public Datagram datagram() {
      return Datagram.error(from, to, quoted.v6());
    }
  }

  /** The answer to the packet that was sent so many packets ago; nothing if there is none. */
  record Answer(int ago) implements Step {}

  /** That packet once more. */
  record Again(int ago) implements Step {}

  /**
   * An ICMP error about that packet, to whoever sent it.
   *
   * @param by the port that says so; "" is the one that the packet was for
   */
  record Refuse(int ago, String by) implements Step {}

  record Put(Rule rule) implements Step {}

  record Remove(String rule) implements Step {}

  record Group(String name, Set<String> ports) implements Step {}

  record AddressSet(String name, Set<String> prefixes) implements Step {}

  /** What becomes of that of which no rule speaks. */
  record Default(boolean drop) implements Step {}
}
