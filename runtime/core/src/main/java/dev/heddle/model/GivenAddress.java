package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/** One of a port's addresses as written: an IP address, or the word {@code unknown}. */
record GivenAddress(Optional<IpAddress> address) {

  private static final String UNKNOWN = "unknown";

  @JsonCreator(mode = JsonCreator.Mode.DISABLED) // a text is the only form
  GivenAddress {}

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static GivenAddress parse(String text) {
    return new GivenAddress(
        text.equals(UNKNOWN) ? Optional.empty() : Optional.of(IpAddress.parse(text)));
  }

  @Override
  @JsonValue
  public String toString() {
    return address.map(IpAddress::toString).orElse(UNKNOWN);
  }
}
