package dev.heddle.show;

/** A text that is not JSON or YAML as we take it; the message is a sentence for its writer. */
public final class UnreadableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** True if the text is well-formed but larger than is taken. */
  private final boolean tooLarge;

  private UnreadableException(String sentence, boolean tooLarge) {
    super(sentence);
    this.tooLarge = tooLarge;
  }

  static UnreadableException malformed(String sentence) {
    return new UnreadableException(sentence, false);
  }

  static UnreadableException tooLarge(String sentence) {
    return new UnreadableException(sentence, true);
  }

  public boolean isTooLarge() {
    return tooLarge;
  }
}
