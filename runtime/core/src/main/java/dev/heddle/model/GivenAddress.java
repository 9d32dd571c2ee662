package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Optional;

/** One of a port's addresses as written: an IP address, or the word {@code unknown}. */
record GivenAddress(Optional<IpAddress> address) {

  @JsonCreator(mode = JsonCreator.Mode.DISABLED) // a text is the only form
  GivenAddress {}

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static GivenAddress parse(String text) {
    return new GivenAddress(
        text.equals("unknown") ? Optional.empty() : Optional.of(IpAddress.parse(text)));
  }
}
