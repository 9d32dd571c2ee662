package dev.heddle.rest;

import dev.heddle.show.Audit.Actor;
import java.util.function.BooleanSupplier;

/**
 * Whose request it is.
 *
 * @param name of the token, empty without one
 * @param from address and port of the client
 * @param admitted whether the token still lets in, asked again by what goes on for long
 */
record Caller(String name, Role role, String from, BooleanSupplier admitted) {

  /** Somebody without a token. */
  static Caller stranger(String from) {
    return new Caller("", Role.NONE, from, () -> true);
  }

  Actor actor() {
    return new Actor(name, role.toString(), from);
  }
}
