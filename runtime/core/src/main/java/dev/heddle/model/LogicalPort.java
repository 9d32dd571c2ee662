package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where something is attached to a switch: one guest, whose interface carries the port's name as
 * {@code external_ids:iface-id}, or a segment of a physical network.
 *
 * @param mac all zero for a localnet port, which has none
 * @param unknown it takes frames for MACs that nobody is known to have, and what it sends is
 *     learned from
 * @param localnet the segment, if that is what is attached
 */
public record LogicalPort(
    Id<LogicalPort> id,
    Map<String, String> labels,
    int key,
    Id<LogicalSwitch> network,
    MacAddress mac,
    List<IpAddress> addresses,
    boolean portSecurity,
    boolean enabled,
    boolean unknown,
    Optional<Localnet> localnet)
    implements Entity<LogicalPort> {

  public static final Kind<LogicalPort> KIND =
      new Kind<>("LogicalPort", "logicalports", false, KeySpace.PORT, LogicalPort::parse);

  private static final int MAX_ADDRESSES = 64;
  private static final Pattern PHYSICAL_NETWORK = Pattern.compile("[A-Za-z0-9._-]{1,63}");
  private static final MacAddress NO_MAC = new MacAddress(0);

  /** What is attached; other types of the model arrive with their features. */
  enum Type {
    @JsonProperty("vif")
    VIF,
    @JsonProperty("localnet")
    LOCALNET
  }

  /**
   * As written by a user.
   *
   * @param networkName the switch this port belongs to
   * @param mac unicast; not of a localnet port
   * @param addresses at most 64; they may be absent. The word "unknown" among them: there are MACs
   *     behind this port that nobody has said
   * @param portSecurity true if absent, unless an address is unknown: the guest may only use its
   *     own MAC and addresses
   * @param enabled true if absent
   * @param physicalNetwork of a localnet port only: what nodes map to a bridge
   * @param tag of a localnet port only: VLAN 1 to 4094; absent for frames without one
   */
  record Form(
      @JsonProperty("switch") String networkName,
      Type type,
      MacAddress mac,
      List<GivenAddress> addresses,
      Boolean portSecurity,
      Boolean enabled,
      String physicalNetwork,
      Integer tag) {

    Form {
      addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }

    boolean unknown() {
      return addresses.stream().anyMatch(a -> a.address().isEmpty());
    }
  }

  private static LogicalPort parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    String spec = d.path() + " spec.";
    if (f.networkName == null || f.networkName.isEmpty()) {
      throw new RefusedException(spec + "switch", "the name of a LogicalSwitch is expected");
    }
    boolean guest = f.type != Type.LOCALNET;
    if (guest) {
      checkGuest(f, spec);
    } else {
      checkLocalnet(f, spec);
    }
    return new LogicalPort(
        KIND.id(d.name()),
        d.labels(),
        key,
        LogicalSwitch.KIND.id(f.networkName),
        guest ? f.mac : NO_MAC,
        f.addresses.stream().flatMap(a -> a.address().stream()).distinct().toList(),
        guest && (f.portSecurity == null ? !f.unknown() : f.portSecurity),
        f.enabled == null || f.enabled,
        f.unknown(),
        guest
            ? Optional.empty()
            : Optional.of(new Localnet(f.physicalNetwork, f.tag == null ? 0 : f.tag)));
  }

  private static void checkGuest(Form f, String spec) {
    if (f.mac == null || f.mac.isGroup() || f.mac.value() == 0) {
      throw new RefusedException(
          spec + "mac", "a unicast MAC address such as 0a:00:00:00:00:11 is expected");
    }
    if (f.addresses.size() > MAX_ADDRESSES) {
      throw new RefusedException(
          spec + "addresses", "at most " + MAX_ADDRESSES + " addresses are expected");
    }
    if (f.unknown() && Boolean.TRUE.equals(f.portSecurity)) {
      throw new RefusedException(
          spec + "portSecurity", "false is expected of a port with the address unknown");
    }
    if (f.physicalNetwork != null || f.tag != null) {
      throw new RefusedException(
          spec + (f.tag != null ? "tag" : "physicalNetwork"),
          "only a port of type localnet has it");
    }
  }

  private static void checkLocalnet(Form f, String spec) {
    if (f.physicalNetwork == null || !PHYSICAL_NETWORK.matcher(f.physicalNetwork).matches()) {
      throw new RefusedException(
          spec + "physicalNetwork",
          "a name from heddle-bridge-mappings is expected: at most 63 letters, digits, '.', '_',"
              + " '-'");
    }
    if (f.tag != null && (f.tag < 1 || f.tag > 4094)) {
      throw new RefusedException(spec + "tag", "a VLAN is 1 to 4094, not " + f.tag);
    }
    if (f.mac != null || !f.addresses.isEmpty() || f.portSecurity != null) {
      throw new RefusedException(
          spec + (f.mac != null ? "mac" : f.addresses.isEmpty() ? "portSecurity" : "addresses"),
          "a port of type localnet has none");
    }
  }
}
