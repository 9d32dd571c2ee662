package dev.heddle.model;

/** A change was made for one revision of an object, and the object is at another by now. */
public final class StaleException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param expected the revision the change was made for, 0 if the object was not to exist
   * @param found the revision it is at, 0 if there is none
   */
  public StaleException(String path, long expected, long found) {
    super(path + " " + sentence(expected, found));
  }

  private static String sentence(long expected, long found) {
    if (found == 0) {
      return "does not exist, revision " + expected + " is expected";
    }
    return "is at revision " + found + ", " + (expected == 0 ? "none" : expected) + " is expected";
  }
}
