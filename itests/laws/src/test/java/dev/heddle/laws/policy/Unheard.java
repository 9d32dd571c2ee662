package dev.heddle.laws.policy;

import dev.heddle.model.Document;

/** Steps are taken as a real switch takes them, and nothing comes of them: for the oracle alone. */
enum Unheard implements World {
  WORLD;

  @Override
  public void put(Document document) {}

  @Override
  public void remove(String kind, String name) {}

  @Override
  public boolean speaks(Datagram datagram) {
    return datagram.protocol() == Datagram.UDP || datagram.protocol() == Datagram.TCP;
  }

  @Override
  public boolean takesEquals() {
    return true;
  }

  @Override
  public void send(Step.Send packet, boolean arrives, Told told) {}

  @Override
  public void close() {}
}
