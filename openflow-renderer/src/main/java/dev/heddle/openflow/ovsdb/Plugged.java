package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.NodeSnapshot.Duplicate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which interface stands for which port: iface-ids checked, and each given to one interface. */
record Plugged(
    SortedMap<String, InterfaceView> interfaces,
    List<Duplicate> duplicates,
    SortedMap<String, String> refused) {

  static final String IFACE_ID = "iface-id";

  /**
   * @param devices the interfaces of br-int, by name
   */
  static Plugged of(List<Row> devices, NodeSnapshot.Reader reader) {
    SortedMap<String, List<InterfaceView>> claims = new TreeMap<>();
    SortedMap<String, String> refused = new TreeMap<>();
    for (Row device : devices) {
      String ifaceId = device.entry("external_ids", IFACE_ID).orElse(null);
      String name = device.text("name");
      if (ifaceId == null) {
        continue;
      }
      if (!NodeSnapshot.isName(ifaceId) || !NodeSnapshot.isName(name)) {
        refused.put(
            Shown.text(name),
            "iface-id and interface name must be 1 to 253 of letters, digits, '.', '_', ':' and"
                + " '-'; got "
                + Shown.text(ifaceId)
                + " on "
                + Shown.text(name));
      } else {
        claims
            .computeIfAbsent(ifaceId, id -> new ArrayList<>())
            .add(reader.view(ifaceId, name, device));
      }
    }
    SortedMap<String, InterfaceView> interfaces = new TreeMap<>();
    List<Duplicate> duplicates = new ArrayList<>();
    claims.forEach(
        (ifaceId, views) -> {
          views.sort(
              Comparator.comparing((InterfaceView view) -> view.ofport().isEmpty())
                  .thenComparing(InterfaceView::name));
          interfaces.put(ifaceId, views.get(0));
          if (views.size() > 1) {
            List<String> unused = views.stream().skip(1).map(InterfaceView::name).sorted().toList();
            duplicates.add(new Duplicate(ifaceId, views.get(0).name(), unused));
          }
        });
    return new Plugged(interfaces, duplicates, refused);
  }
}
