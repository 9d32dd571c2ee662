package dev.heddle.openflow.ovsdb;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One interface of br-int that somebody plugged in for a port of the model.
 *
 * @param ifaceId external_ids:iface-id, the name of the port; checked
 * @param name the interface's name in OVS; checked
 * @param ofport its OpenFlow port number, 1 to 65279; absent until OVS has given one
 * @param mac the device's own address as OVS sees it (a guest's may differ: attached-mac)
 * @param externalIds its other external_ids, without those we write; names checked, at most 64 of
 *     at most 1,024 characters
 * @param error what OVS says is wrong with the device
 */
public record InterfaceView(
    String ifaceId,
    String name,
    OptionalInt ofport,
    Optional<String> mac,
    Map<String, String> externalIds,
    Optional<String> error) {

  private static final int MOST_IDS = 64;
  private static final int LONGEST_ID = 1_024;

  public InterfaceView {
    externalIds = Map.copyOf(externalIds);
  }

  static InterfaceView of(String ifaceId, String name, Row row) {
    SortedMap<String, String> ids = new TreeMap<>();
    row.map("external_ids")
        .forEach(
            (key, value) -> {
              if (NodeSnapshot.isName(key)
                  && !key.startsWith("heddle-")
                  && value.length() <= LONGEST_ID
                  && ids.size() < MOST_IDS) {
                ids.put(key, value);
              }
            });
    return new InterfaceView(
        ifaceId,
        name,
        portNumber(row),
        row.optionalText("mac_in_use").filter(mac -> mac.matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")),
        ids,
        row.optionalText("error").map(Shown::text));
  }

  /**
   * OVS writes -1 where it could not add the device; 65280 and above are reserved (OpenFlow 1.0).
   */
  static OptionalInt portNumber(Row row) {
    long number = row.whole("ofport").orElse(-1);
    return number > 0 && number < 0xff00 ? OptionalInt.of((int) number) : OptionalInt.empty();
  }
}
