package dev.heddle.pipeline;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import java.util.Map;

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
   */
  record NodeState(boolean connected, long installed, long flows, long sent, String trouble) {}

  Map<Id<Node>, NodeState> nodes();

  /** Calls back when something was confirmed or a node came or went; the handle ends it. */
  AutoCloseable watch(Runnable onChange);
}
