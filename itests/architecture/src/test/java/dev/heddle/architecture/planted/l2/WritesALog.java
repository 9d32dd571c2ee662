package dev.heddle.architecture.planted.l2;

import org.slf4j.LoggerFactory;

/** Guilty: what is refused is a condition on the user's object, not a log line. */
public final class WritesALog {
  public void say(String text) {
    LoggerFactory.getLogger(WritesALog.class).info(text);
  }
}
