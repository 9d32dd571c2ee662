package dev.heddle.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A port that takes part in its network: the switch exists, the port is enabled, and nobody older
 * on that switch has its MAC or one of its addresses. The older of two claimants is the one with
 * the lower key, so the answer depends on no order of events.
 */
public record Attachment(LogicalPort port, LogicalSwitch network) {

  /** What only one port of a switch may have. */
  record Claim(Id<LogicalSwitch> network, String value) {

    @Override
    public String toString() {
      return network.name() + "," + value;
    }
  }

  static final Index<LogicalPort, LogicalPort, Claim, Id<LogicalPort>> CLAIMS =
      Index.of(
          "claims",
          LogicalPort.KIND,
          (id, p) -> claims(p).map(c -> new Index.Pair<>(new Claim(p.network(), c), id)));

  /** The attachment of a port, if it has one. */
  public static final Fact<Id<LogicalPort>, Optional<Attachment>> OF_PORT =
      new Fact<>("attachment", 1, Attachment::of);

  private static Stream<String> claims(LogicalPort p) {
    return Stream.concat(
        Stream.of(p.mac().toString()), p.addresses().stream().map(IpAddress::toString));
  }

  private static Optional<Attachment> of(Id<LogicalPort> id, View view) {
    Optional<LogicalPort> port = view.get(id).filter(LogicalPort::enabled);
    Optional<LogicalSwitch> network = port.flatMap(p -> view.get(p.network()));
    if (network.isEmpty() || !contested(port.get(), view).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Attachment(port.get(), network.get()));
  }

  /** One sentence for each address of {@code port} that an older port has. */
  private static List<String> contested(LogicalPort port, View view) {
    List<String> sentences = new ArrayList<>();
    claims(port)
        .forEach(
            c ->
                view.ids(CLAIMS, new Claim(port.network(), c)).stream()
                    .filter(other -> !other.equals(port.id()))
                    .flatMap(other -> view.get(other).stream())
                    .filter(other -> other.key() < port.key())
                    .min((a, b) -> Integer.compare(a.key(), b.key()))
                    .ifPresent(
                        o ->
                            sentences.add(
                                c
                                    + " belongs to "
                                    + o.id().name()
                                    + " on "
                                    + port.network().name()
                                    + ".")));
    return sentences;
  }

  /** Why a port does or does not take part in its network. */
  public static List<Condition> conditions(LogicalPort port, View view) {
    List<String> contested = contested(port, view);
    Condition accepted =
        contested.isEmpty()
            ? Condition.met(Condition.ACCEPTED, port.enabled() ? "" : "The port is disabled.")
            : Condition.failed(Condition.ACCEPTED, "Duplicate", String.join(" ", contested));
    Condition resolved =
        view.get(port.network()).isPresent()
            ? Condition.met(Condition.RESOLVED, "")
            : Condition.failed(
                Condition.RESOLVED,
                "Missing",
                "There is no LogicalSwitch named " + port.network().name() + ".");
    return List.of(accepted, resolved);
  }
}
