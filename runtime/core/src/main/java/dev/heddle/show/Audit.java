package dev.heddle.show;

import dev.heddle.model.Network.Effect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each object that somebody changed and for each request that somebody was not allowed
 * to make, by the logger {@code dev.heddle.audit}. No line holds a secret or the content of a
 * document; whatever is in it, a line stays one line of printable ASCII.
 */
public final class Audit {

  private static final Logger LOG = LoggerFactory.getLogger("dev.heddle.audit");
  private static final int LONGEST = 300;

  private Audit() {}

  /**
   * Who acts.
   *
   * @param who the name of a token or of a console's user, empty if that is not known
   * @param role empty if there is none
   * @param from where the request came from
   */
  public record Actor(String who, String role, String from) {

    @Override
    public String toString() {
      return "who=" + word(who) + " role=" + word(role) + " from=" + word(from);
    }
  }

  /** A transaction was made: a line for each object that is not as before. */
  public static void changed(Actor actor, String how, Outcome outcome) {
    for (Outcome.Step step : outcome.steps()) {
      if (step.effect() != Effect.UNCHANGED) {
        LOG.info(
            "{} did={} object={} outcome={} revision={}",
            actor,
            word(how),
            word(step.path()),
            step.word(),
            outcome.revision());
      }
    }
  }

  /** Something that is no document was changed. */
  public static void did(Actor actor, String how, String object, String outcome) {
    LOG.info("{} did={} object={} outcome={}", actor, word(how), word(object), word(outcome));
  }

  /** Somebody asked for what their role does not include; nothing was changed. */
  public static void refused(Actor actor, String how, String object, String why) {
    LOG.warn(
        "{} did={} object={} outcome=refused why={}", actor, word(how), word(object), word(why));
  }

  /** As it is if that is one plain word, else in quotes with everything else escaped. */
  static String word(String text) {
    if (text.isEmpty()) {
      return "-";
    }
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    if (cut.matches("[A-Za-z0-9._:/@+]([A-Za-z0-9._:/@+-]*)")) {
      return cut;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : cut.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
