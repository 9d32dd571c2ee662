package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.openflow.ovsdb.OvsdbConnection;
import dev.heddle.openflow.tls.TlsGate;
import java.util.Optional;

/** One connected database, until it says which node it is, and after. */
final class Arrival implements NodeDatabase.Listener {

  /** Where it arrives; what it is told runs in turn with everything else there. */
  interface Host {
    void later(Runnable task);

    /** Why the database cannot be this node's, if it cannot. */
    Optional<String> whyNot(Id<Node> node, OvsdbConnection connection);

    void seen(NodeDatabase database, NodeSnapshot snapshot);

    void left(Id<Node> node, NodeDatabase database, String why);
  }

  private final OvsdbConnection connection;
  private final Optional<TlsGate> gate;
  private final Host host;
  private NodeDatabase database;
  private Optional<Id<Node>> node = Optional.empty();

  private Arrival(OvsdbConnection connection, Optional<TlsGate> gate, Host host) {
    this.connection = connection;
    this.gate = gate;
    this.host = host;
  }

  /**
   * Begins to watch the database.
   *
   * @param openFlowPort where the node's switch is to connect to, at the address the database used
   */
  static void of(OvsdbConnection connection, Optional<TlsGate> gate, int openFlowPort, Host host) {
    Arrival arrival = new Arrival(connection, gate, host);
    arrival.database = NodeDatabase.open(connection, arrival);
    String protocol = gate.isPresent() ? "ssl:" : "tcp:";
    arrival.database.keep(Desired.of(protocol + connection.localHost() + ":" + openFlowPort));
  }

  @Override
  public void seen(NodeSnapshot snapshot) {
    if (!connection.identity().mayBe(snapshot.name())) {
      String why =
          "its certificate is for "
              + connection.identity()
              + ", and it calls itself "
              + snapshot.name();
      gate.ifPresent(g -> g.refuse(connection.peer(), why));
      connection.close(why); // at once, on the connection's own thread: nothing is written to it
      return;
    }
    gate.ifPresent(g -> g.accepted(connection.peer()));
    host.later(
        () -> {
          Id<Node> said = Node.KIND.id(snapshot.name());
          Optional<String> why = host.whyNot(said, connection);
          if (why.isPresent()) {
            connection.refuse(why.get());
            return;
          }
          node = Optional.of(said);
          connection.introduced();
          host.seen(database, snapshot);
        });
  }

  @Override
  public void refused(String why) {
    // NodeDatabase has said so in the log; there is no object yet to say it on.
  }

  @Override
  public void left(String why) {
    host.later(() -> node.ifPresent(n -> host.left(n, database, why)));
  }
}
