package com.acme.blocklist;

import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Kind;

/** An IPv4 address that nobody may send to. */
public record Blocked(Id<Blocked> id, IpAddress address) implements Entity<Blocked> {
  static final Kind<Blocked> KIND =
      Kind.of("Blocked", "blocked", Form.class, (id, form) -> new Blocked(id, form.address));

  record Form(IpAddress address) {
    Form {
      if (address == null || address.isV6()) {
        throw new IllegalArgumentException("address is an IPv4 address");
      }
    }
  }
}
