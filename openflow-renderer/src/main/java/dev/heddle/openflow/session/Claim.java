package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.openflow.tls.TlsGate;
import java.util.Optional;

/** A switch of which no database has spoken: two with one id keep apart by who they are. */
record Claim(long datapathId, Identity identity) {

  /** The switch it says it is belongs to {@code owner}, which it is not. */
  static void turnAway(
      SwitchConnection connection,
      Id<Node> owner,
      SwitchListener switches,
      Optional<TlsGate> gate) {
    String id = String.format("%016x", connection.datapathId());
    if (connection.identity().equals(Identity.UNPROVED)) {
      switches.refuse(
          connection,
          "its switch says it is " + id + ", which is " + owner.name() + "'s, at another address");
    } else {
      gate.ifPresent(
          g ->
              g.refuse(
                  connection.address(),
                  String.format(
                      "its certificate is for %s, and its switch says it is %s, which is %s's",
                      connection.identity(), id, owner.name())));
    }
    connection.close();
  }
}
