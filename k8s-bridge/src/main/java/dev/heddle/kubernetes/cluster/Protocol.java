package dev.heddle.kubernetes.cluster;

import java.util.Locale;

/** What a NetworkPolicy can tell apart. */
public enum Protocol {
  TCP,
  UDP,
  SCTP;

  /** As the match language calls it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
