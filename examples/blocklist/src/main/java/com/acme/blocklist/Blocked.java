package com.acme.blocklist;

import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.RefusedException;
import dev.heddle.model.Spec;

/** An IPv4 address that nobody may send to. */
public record Blocked(Id<Blocked> id, IpAddress address) implements Entity<Blocked> {

  public static final Kind<Blocked> KIND =
      new Kind<>("Blocked", "blocked", false, KeySpace.NONE, Blocked::parse);

  record Form(IpAddress address) {}

  private static Blocked parse(Document d, int key) {
    IpAddress address = Spec.read(d, Form.class).address;
    if (address == null || address.isV6()) {
      throw new RefusedException(d.path() + " spec.address", "an IPv4 address is expected");
    }
    return new Blocked(KIND.id(d.name()), address);
  }
}
