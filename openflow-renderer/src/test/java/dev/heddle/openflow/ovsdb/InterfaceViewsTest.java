package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What is remembered between two looks at a node's rows may cost less; it says the same. */
@Execution(ExecutionMode.CONCURRENT)
class InterfaceViewsTest {

  private static final int HISTORIES = 200;
  private static final int STEPS = 40;

  private final Map<Uuid, Row> ports = new HashMap<>();
  private final Map<Uuid, Row> interfaces = new HashMap<>();
  private final Map<Uuid, TreeSet<Uuid>> bridges =
      new TreeMap<>(Map.of(uuid(1), new TreeSet<>(), uuid(2), new TreeSet<>()));
  private Map<String, String> zones = Map.of();

  private static Uuid uuid(int n) {
    return Uuid.parse(String.format("%08x-0000-4000-8000-%012x", n * 0x9e3779b1, n));
  }

  private Tables tables() {
    Map<Uuid, Row> rows = new HashMap<>();
    bridges.forEach(
        (uuid, members) ->
            rows.put(
                uuid,
                new Row(
                    uuid,
                    Map.of(
                        "name", OvsdbValue.text(uuid.equals(uuid(1)) ? "br-int" : "br-ex"),
                        "external_ids", OvsdbValue.map(zones),
                        "ports", OvsdbValue.set(members)))));
    Row root =
        new Row(
            uuid(0),
            Map.of(
                "external_ids",
                OvsdbValue.map(
                    Map.of(
                        "system-id", "n1",
                        "heddle-encap-ip", "192.0.2.1",
                        "heddle-bridge-mappings", "ext:br-ex"))));
    return new Tables(
        Map.of(
            "Open_vSwitch", Map.of(root.uuid(), root),
            "Bridge", Map.copyOf(rows),
            "Port", Map.copyOf(ports),
            "Interface", Map.copyOf(interfaces)));
  }

  private void plug(Random chance, int n) {
    List<String> special = List.of("heddle-geneve", "heddle-phys-ext", "heddle-bfd-n2");
    String name = n < special.size() ? special.get(n) : "tap" + n; // unique, as OVSDB keeps it
    boolean ours = chance.nextInt(3) == 0;
    Uuid device = uuid(1_000 + n);
    Uuid port = uuid(2_000 + n);
    interfaces.put(device, device(chance, n, name, device));
    ports.put(
        port,
        new Row(
            port,
            Map.of(
                "name", OvsdbValue.text(name),
                "interfaces", OvsdbValue.set(List.of(device)),
                "external_ids", OvsdbValue.map(ours ? NodeSetup.OWNED : Map.of()))));
    bridges.get(uuid(1 + chance.nextInt(5) / 4)).add(port);
  }

  private static Row device(Random chance, int n, String name, Uuid uuid) {
    Map<String, OvsdbValue> columns = new HashMap<>(Map.of("name", OvsdbValue.text(name)));
    String[] ids = {"p" + n, "p" + n, "p" + n, "p" + chance.nextInt(20), "no name!"};
    if (chance.nextInt(5) > 0) {
      String id = ids[chance.nextInt(chance.nextInt(4) == 0 ? 5 : 3)];
      columns.put("external_ids", OvsdbValue.map(Map.of("iface-id", id)));
    }
    if (chance.nextBoolean()) {
      columns.put("ofport", OvsdbValue.whole(1 + chance.nextInt(100)));
    }
    return new Row(uuid, columns);
  }

  private void step(Random chance) {
    int n = chance.nextInt(20);
    Uuid device = uuid(1_000 + n);
    Uuid port = uuid(2_000 + n);
    if (!interfaces.containsKey(device)) {
      plug(chance, n);
    } else if (chance.nextInt(3) == 0) {
      interfaces.remove(device);
      ports.remove(port);
      bridges.values().forEach(members -> members.remove(port));
    } else if (chance.nextInt(4) == 0) {
      zones = Map.of("zone-p1", String.valueOf(1 + chance.nextInt(9)));
    } else {
      interfaces.put(device, device(chance, n, interfaces.get(device).text("name"), device));
    }
  }

  @Test
  void aSnapshotMadeFromMemoryIsTheOneMadeFromAllRows() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random chance = new Random(seed);
      InterfaceViewsTest node = new InterfaceViewsTest();
      InterfaceViews views = new InterfaceViews();
      for (int i = 0; i < STEPS; i++) {
        node.step(chance);
        Tables now = node.tables();
        assertThat(NodeSnapshot.of(now, views, List.of()))
            .as("history %s, step %s", seed, i)
            .isEqualTo(NodeSnapshot.of(now));
      }
    }
  }

  @Test
  void aPlanMadeFromOurOwnRowsIsTheOneMadeFromAll() {
    Desired desired =
        Desired.of("tcp:127.0.0.1:6653").watching(new TreeMap<>(Map.of("n2", "192.0.2.2")));
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random chance = new Random(seed);
      InterfaceViewsTest node = new InterfaceViewsTest();
      OwnRows own = new OwnRows();
      for (int i = 0; i < STEPS; i++) {
        node.step(chance);
        Tables now = node.tables();
        assertThat(NodeSetup.plan(own.of(now), desired))
            .as("history %s, step %s", seed, i)
            .isEqualTo(NodeSetup.plan(now, desired));
      }
    }
  }
}
