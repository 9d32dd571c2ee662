package dev.heddle.model;

/** Untrusted text made fit to be shown in a sentence. */
public final class Text {

  private static final int SHOWN = 80;

  private Text() {}

  /** At most 80 characters, control characters replaced. */
  public static String shown(String untrusted) {
    String cut = untrusted.length() > SHOWN ? untrusted.substring(0, SHOWN) + "..." : untrusted;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
