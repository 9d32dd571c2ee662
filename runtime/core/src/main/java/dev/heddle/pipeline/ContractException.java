package dev.heddle.pipeline;

/** A flow, stage or unit outside its contract: a fault of the feature that made it. */
public final class ContractException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ContractException(String message) {
    super(message);
  }
}
