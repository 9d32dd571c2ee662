package dev.heddle.laws.policy;

import dev.heddle.model.Document;
import java.util.Set;

/** Steps are taken as a real switch takes them, and nothing comes of them: for the oracle alone. */
enum Unheard implements World {
  WORLD;

  @Override
  public void put(Document document) {}

  @Override
  public void remove(String kind, String name) {}

  @Override
  public boolean speaks(Step.Packet packet) {
    return packet.datagram().protocol() != Datagram.SCTP;
  }

  @Override
  public boolean takesEquals() {
    return true;
  }

  @Override
  public void send(Step.Packet packet, Set<Integer> arrive, Told told) {}

  @Override
  public void close() {}
}
