package dev.heddle.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What is true of an object now, for its user: a type, whether it holds, one word for programs and
 * a sentence for people (empty where there is nothing to say).
 */
public record Condition(String type, boolean status, String reason, String message) {

  public static final String ACCEPTED = "Accepted";
  public static final String RESOLVED = "Resolved";
  public static final String REALIZED = "Realized";

  /** The reason of {@link #REALIZED} where a node left before it confirmed; it is met elsewhere. */
  public static final String NODES_AWAY = "NodesAway";

  public static Condition met(String type, String message) {
    return new Condition(type, true, type, message);
  }

  /** {@link #RESOLVED}, or not for want of what is {@code missing}. */
  public static Condition resolved(List<Id<?>> missing) {
    return missing.isEmpty()
        ? met(RESOLVED, "")
        : failed(
            RESOLVED,
            "Missing",
            missing.stream()
                .map(id -> "There is no " + id.kind() + " named " + id.name() + ".")
                .collect(Collectors.joining(" ")));
  }

  public static Condition failed(String type, String reason, String message) {
    return new Condition(type, false, reason, message);
  }
}
