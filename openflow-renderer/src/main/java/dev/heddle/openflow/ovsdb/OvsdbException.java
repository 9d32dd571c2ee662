package dev.heddle.openflow.ovsdb;

/**
 * Why something asked of a node's database did not happen. The message is a sentence for a person.
 */
public abstract sealed class OvsdbException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private OvsdbException(String message) {
    super(message);
  }

  /** The peer answered a request with an error (RFC 7047 section 4.1). */
  public static final class Refused extends OvsdbException {
    private static final long serialVersionUID = 1L;

    private final String error;

    Refused(String method, String error) {
      super(method + " was refused: " + error);
      this.error = error;
    }

    /** The error as the peer wrote it, shortened. */
    public String error() {
      return error;
    }
  }

  /** One operation failed, so none of the transaction was done (RFC 7047 section 4.1.3). */
  public static final class TransactionFailed extends OvsdbException {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final String error;

    TransactionFailed(int index, String error, String details) {
      super("operation " + index + " failed: " + error + (details.isEmpty() ? "" : ": " + details));
      this.index = index;
      this.error = error;
    }

    /** Position of the failing operation; the number of operations if the commit itself failed. */
    public int index() {
      return index;
    }

    /** The error word of RFC 7047, for example "constraint violation". */
    public String error() {
      return error;
    }

    /**
     * A guard ("wait") did not hold: somebody changed the rows first. The change is on its way to
     * our monitor; plan again when it arrives.
     */
    public boolean guardFailed() {
      return error.equals("timed out");
    }
  }

  /** No answer in time; whether the request was carried out is unknown. */
  public static final class TimedOut extends OvsdbException {
    private static final long serialVersionUID = 1L;

    TimedOut(String method, long millis) {
      super(method + " had no answer within " + millis + " ms");
    }
  }

  /** The connection is gone; whether a request in flight was carried out is unknown. */
  public static final class Disconnected extends OvsdbException {
    private static final long serialVersionUID = 1L;

    Disconnected(String reason) {
      super("disconnected: " + reason);
    }
  }

  /** Too many requests without an answer; nothing was sent. */
  public static final class Overloaded extends OvsdbException {
    private static final long serialVersionUID = 1L;

    Overloaded(int outstanding) {
      super("there are " + outstanding + " requests without an answer already");
    }
  }

  /** What arrived is not what RFC 7047 allows, or exceeds a bound. Closes the connection. */
  public static final class BadMessage extends OvsdbException {
    private static final long serialVersionUID = 1L;

    BadMessage(String message) {
      super(message);
    }
  }
}
