package dev.heddle.model;

/**
 * What is true of an object now, for its user: a type, whether it holds, one word for programs and
 * a sentence for people (empty where there is nothing to say).
 */
public record Condition(String type, boolean status, String reason, String message) {

  public static final String ACCEPTED = "Accepted";
  public static final String RESOLVED = "Resolved";
  public static final String REALIZED = "Realized";

  public static Condition met(String type, String message) {
    return new Condition(type, true, type, message);
  }

  public static Condition failed(String type, String reason, String message) {
    return new Condition(type, false, reason, message);
  }
}
