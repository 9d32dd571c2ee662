package dev.heddle.pipeline;

/**
 * A part of the pipeline that can come and go: pure functions from the model to flows, and the
 * stages they fill. When it leaves, its flows stay as they are until an operator retires it.
 */
public interface Feature {

  /** Lower-case, unique, for ever: flows in switches carry its number. */
  String name();

  /** Says what the feature computes; called once, when it arrives. */
  void declare(Declarations declarations);

  /**
   * What becomes of a packet that one of its flows has sent to the controller. Pure, quick, and for
   * any packet: what it throws is noted, and the packet is lost.
   */
  default Response respond(Punted punted) {
    return Response.NONE;
  }
}
