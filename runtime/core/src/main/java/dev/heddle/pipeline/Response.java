package dev.heddle.pipeline;

import dev.heddle.model.Id;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a feature makes of a packet that one of its flows has sent to the controller: packets that
 * go into the pipeline of the same switch, and something to be written down. Both may be absent.
 */
public record Response(List<Reply> replies, Optional<Report> report) {

  public static final Response NONE = new Response(List.of(), Optional.empty());

  /**
   * A packet for the switch.
   *
   * @param actions as of a flow; a resubmit leads into the pipeline
   * @param packet from the Ethernet header on, in hexadecimal
   */
  public record Reply(List<Action> actions, String packet) {
    public Reply {
      actions = List.copyOf(actions);
    }
  }

  /** How much it matters, most first. */
  public enum Severity {
    ALERT,
    WARNING,
    NOTICE,
    INFO,
    DEBUG
  }

  /**
   * Something to be written down.
   *
   * @param object whose flow has sent the packet
   * @param verdict what became of it, a word; reports are counted by object and verdict
   * @param details by name, in the order of the names
   */
  public record Report(
      Id<?> object, String verdict, Severity severity, SortedMap<String, Object> details) {}

  public Response {
    replies = List.copyOf(replies);
  }

  public static Response of(Reply reply) {
    return new Response(List.of(reply), Optional.empty());
  }

  public static Response of(Report report) {
    return new Response(List.of(), Optional.of(report));
  }
}
