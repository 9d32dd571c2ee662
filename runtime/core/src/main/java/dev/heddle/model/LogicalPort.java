package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * Where one guest is attached to a switch. The guest's interface carries the port's name as {@code
 * external_ids:iface-id}.
 */
public record LogicalPort(
    Id<LogicalPort> id,
    Map<String, String> labels,
    int key,
    Id<LogicalSwitch> network,
    MacAddress mac,
    List<IpAddress> addresses,
    boolean portSecurity,
    boolean enabled)
    implements Entity<LogicalPort> {

  public static final Kind<LogicalPort> KIND =
      new Kind<>("LogicalPort", "logicalports", false, KeySpace.PORT, LogicalPort::parse);

  private static final int MAX_ADDRESSES = 64;

  /** What is attached; other types of the model arrive with their features. */
  enum Type {
    @JsonProperty("vif")
    VIF
  }

  /**
   * As written by a user.
   *
   * @param networkName the switch this port belongs to
   * @param mac unicast
   * @param addresses at most 64; they may be absent
   * @param portSecurity true if absent: the guest may only use its own MAC and addresses
   * @param enabled true if absent
   */
  record Form(
      @JsonProperty("switch") String networkName,
      Type type,
      MacAddress mac,
      List<IpAddress> addresses,
      Boolean portSecurity,
      Boolean enabled) {

    Form {
      addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }
  }

  private static LogicalPort parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    String spec = d.path() + " spec.";
    if (f.networkName == null || f.networkName.isEmpty()) {
      throw new RefusedException(spec + "switch", "the name of a LogicalSwitch is expected");
    }
    if (f.mac == null || f.mac.isGroup() || f.mac.value() == 0) {
      throw new RefusedException(
          spec + "mac", "a unicast MAC address such as 0a:00:00:00:00:11 is expected");
    }
    if (f.addresses.size() > MAX_ADDRESSES) {
      throw new RefusedException(
          spec + "addresses", "at most " + MAX_ADDRESSES + " addresses are expected");
    }
    return new LogicalPort(
        KIND.id(d),
        d.labels(),
        key,
        LogicalSwitch.KIND.id(f.networkName),
        f.mac,
        f.addresses.stream().distinct().toList(),
        f.portSecurity == null || f.portSecurity,
        f.enabled == null || f.enabled);
  }
}
