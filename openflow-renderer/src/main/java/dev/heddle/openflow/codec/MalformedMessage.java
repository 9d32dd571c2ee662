package dev.heddle.openflow.codec;

/** Bytes from a switch that break the OpenFlow protocol; the connection they came by is no use. */
public final class MalformedMessage extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public MalformedMessage(String sentence) {
    super(sentence);
  }
}
