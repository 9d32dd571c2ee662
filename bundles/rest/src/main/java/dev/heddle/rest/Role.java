package dev.heddle.rest;

import java.util.Locale;
import java.util.Optional;

/** What a token's owner may do, from nothing to everything; each role includes those before it. */
enum Role {
  /** What anybody may ask, without a token. No token has it. */
  NONE,
  /** Reads documents, conditions, flows and reasons; traces packets. */
  READ,
  /** Writes documents. */
  OPERATE,
  /** Removes what features left behind. */
  ADMIN;

  boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** The role of that name that a token may have. */
  static Optional<Role> named(String word) {
    for (Role role : values()) {
      if (role != NONE && role.toString().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
