package dev.heddle.openflow.ovsdb;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What column bfd_status of a point-to-point tunnel says (ovs-vswitchd.conf.db(5)).
 *
 * @param remote the address that it is a tunnel to
 * @param state up, down, init, admin_down; "none" until OVS has said
 * @param diagnostic why it was left last, by OVS; "" if it says nothing
 */
public record BfdStatus(String remote, String state, String diagnostic) {

  /** By the name of the node at the other end. */
  static SortedMap<String, BfdStatus> of(List<Row> devices) {
    SortedMap<String, BfdStatus> all = new TreeMap<>();
    for (Row device : devices) {
      TunnelPorts.peer(device.text("name")).ifPresent(peer -> all.put(peer, of(device)));
    }
    return all;
  }

  private static BfdStatus of(Row device) {
    SortedMap<String, String> said = device.map("bfd_status");
    String diagnostic = said.getOrDefault("diagnostic", "");
    return new BfdStatus(
        Shown.text(device.map("options").getOrDefault("remote_ip", "")),
        Shown.text(said.getOrDefault("state", "none")),
        diagnostic.equals("No Diagnostic") ? "" : Shown.text(diagnostic));
  }
}
