package dev.heddle.pipeline;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What the switches have confirmed; provided by whoever drives them. */
public interface Confirmations {

  /**
   * One node.
   *
   * @param connected its switch can be spoken to now
   * @param installed the newest revision whose flows a barrier has confirmed, -1 if none yet
   * @param flows how many flows it holds
   * @param sent how many flow modifications were sent to it since the controller started
   * @param trouble what stands in the way, as a sentence; empty if nothing does
   * @param drift what others changed in its flows and was put right
   * @param refused objects of which the switch refuses a flow, with what it says; the first 1,000
   * @param waiting how many flows are to be compared or on their way; for a node that hangs it
   *     grows up to the number of its flows, whatever happens
   * @param bfd what BFD says of the nodes it is to watch, by name
   */
  record NodeState(
      boolean connected,
      long installed,
      long flows,
      long sent,
      String trouble,
      Drift drift,
      Map<Id<?>, String> refused,
      long waiting,
      List<Bfd> bfd) {

    public NodeState {
      bfd = List.copyOf(bfd);
      refused = Map.copyOf(refused);
    }

    /** A node in whose flows nobody else had a hand. */
    public NodeState(boolean connected, long installed, long flows, long sent, String trouble) {
      this(connected, installed, flows, sent, trouble, Drift.NONE, Map.of(), 0, List.of());
    }

    /** The same with what BFD says. */
    public NodeState with(List<Bfd> sessions) {
      return new NodeState(
          connected, installed, flows, sent, trouble, drift, refused, waiting, sessions);
    }

    /** The same if a newer revision is confirmed, too; an older one changes nothing. */
    public NodeState confirming(long revision) {
      return revision <= installed
          ? this
          : new NodeState(connected, revision, flows, sent, trouble, drift, refused, waiting, bfd);
    }
  }

  /**
   * What BFD says of the way to another node (RFC 5880).
   *
   * @param state up, down, init or admin_down; none where there is no session
   * @param message the same as a sentence
   */
  record Bfd(String peer, String state, String message) {}

  /**
   * Flows that somebody else changed behind the controller's back, since it started.
   *
   * @param healed how many flows were put back or taken away for it
   * @param last when that was last done
   * @param owners whose flows they were the last time, most affected first: features with objects
   *     of theirs, and how many flows; a long list ends with how many more there are
   */
  record Drift(long healed, Optional<Instant> last, List<String> owners) {

    public static final Drift NONE = new Drift(0, Optional.empty(), List.of());

    public Drift {
      owners = List.copyOf(owners);
    }
  }

  /**
   * What flows of one unit have counted on a node, since each was installed.
   *
   * @param packets of a conjunction those that met all its clauses
   */
  record Counted(long packets, long bytes, long flows) {}

  /**
   * What is counted now by the flows with a cookie, by node: of those whose switches answer. Asks
   * them; costs each one small message.
   */
  default CompletableFuture<Map<Id<Node>, Counted>> counted(long cookie, Set<Id<Node>> nodes) {
    return CompletableFuture.completedFuture(Map.of());
  }

  /**
   * What features have reported, see {@link Response.Report}.
   *
   * @param verdict a word
   */
  record Reported(Id<?> object, String verdict) {}

  /** How many reports there were since the start: of 10,000 objects and verdicts at most. */
  default Map<Reported, Long> reported() {
    return Map.of();
  }

  /** All nodes; to get one costs no more for many. */
  Map<Id<Node>, NodeState> nodes();

  /** The nodes whose switches refuse a flow of an object, with what they say. */
  default Map<Id<Node>, String> refusing(Id<?> object) {
    return nodes().entrySet().stream()
        .filter(e -> e.getValue().refused().containsKey(object))
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().refused().get(object)));
  }

  /** Calls back when something was confirmed or a node came or went; the handle ends it. */
  AutoCloseable watch(Runnable onChange);
}
