package dev.heddle.openflow.channel;

/** A switch refused a request, did not answer it, or is gone; the message is a sentence. */
public final class SwitchFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SwitchFailure(String sentence) {
    super(sentence);
  }
}
