package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.NodeSetup.Plan;
import dev.heddle.openflow.ovsdb.Operation.Select;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Laws of the set-up, from random states of a real database that an operator may have made. */
class NodeSetupLawTest {

  private static RealOvs ovs;
  private static RecordedNode controller;
  private static volatile Tables watched;

  @BeforeContainer
  static void start() throws Exception {
    ovs = RealOvs.start(Datapath.DUMMY);
    controller = new RecordedNode(node -> {});
    ovs.vsctl(
        "--no-wait",
        "set-manager",
        controller.target(),
        "--",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:system-id=node-1");
    done(
        controller
            .awaitNode(1)
            .connection()
            .monitor(NodeDatabase.WATCHED, tables -> watched = tables));
  }

  @AfterContainer
  static void stop() {
    controller.close();
    ovs.close();
  }

  @Property(tries = 60)
  void oneTransactionIsEnoughForeignRowsStayAndWhatIsWatchedIsWhatIsThere(
      @ForAll("histories") List<String[]> history, @ForAll("desires") Desired desired)
      throws Exception {
    // No waiting for ovs-vswitchd: it does not write any column a plan depends on.
    ovs.vsctl(
        "--no-wait",
        "--if-exists",
        "del-br",
        "br-int",
        "--",
        "--if-exists",
        "del-br",
        "br-ex",
        "--",
        "--if-exists",
        "remove",
        "Open_vSwitch",
        ".",
        "external_ids",
        "heddle-encap-ip",
        "heddle-encap-type",
        "heddle-bridge-mappings",
        "heddle-datapath-type");
    for (String[] step : history) {
      List<String> words = new ArrayList<>(List.of("--no-wait"));
      words.addAll(List.of(step));
      ovs.vsctl(words.toArray(String[]::new));
    }
    Tables before = rows();

    Plan first = NodeSetup.plan(before, desired);
    assertThat(NodeSetup.plan(new OwnRows().of(before), desired)).isEqualTo(first);
    if (!first.operations().isEmpty()) {
      done(controller.awaitNode(1).connection().transact(first.operations()));
    }
    Tables after = rows();
    Plan second = NodeSetup.plan(after, desired);
    assertWatchedEqualsRead();

    assertThat(second.operations()).isEmpty();
    assertThat(second.problems()).isEqualTo(first.problems());
    for (String table : List.of("Bridge", "Port", "Interface", "Controller")) {
      before.all(table).stream()
          .filter(row -> !BridgeRules.owned(row))
          .forEach(row -> assertThat(after.rows().get(table)).containsKey(row.uuid()));
    }
    if (first.problems().stream().noneMatch(p -> p.startsWith("br-int"))) {
      Row bridge = after.named("Bridge", "br-int").orElseThrow();
      assertThat(bridge.text("fail_mode")).isEqualTo("secure");
      assertThat(after.follow(bridge, "controller", "Controller").map(c -> c.text("target")))
          .containsAll(desired.controllers());
    }
  }

  /** All rows as select reads them. */
  private static Tables rows() throws Exception {
    List<String> tables = List.copyOf(NodeDatabase.WATCHED.keySet());
    List<Operation> reads = new ArrayList<>();
    for (String table : tables) {
      Set<String> columns = new TreeSet<>(NodeDatabase.WATCHED.get(table));
      columns.add("_uuid");
      reads.add(new Select(table, List.of(), columns));
    }
    List<OperationResult> results = done(controller.awaitNode(1).connection().transact(reads));
    Map<String, Map<Uuid, Row>> rows = new HashMap<>();
    for (int i = 0; i < tables.size(); i++) {
      Map<Uuid, Row> target = rows.computeIfAbsent(tables.get(i), t -> new HashMap<>());
      for (Map<String, OvsdbValue> read : results.get(i).rows()) {
        Map<String, OvsdbValue> columns = new HashMap<>(read);
        Uuid uuid = (Uuid) columns.remove("_uuid");
        target.put(uuid, new Row(uuid, columns));
      }
    }
    return new Tables(rows);
  }

  /** A monitor leaves defaults out, select does not: without them both say the same. */
  private static Map<String, Map<Uuid, Row>> withoutDefaults(Tables tables) {
    Set<String> defaults = Set.of("[\"set\",[]]", "[\"map\",[]]", "\"\"", "0", "false");
    Map<String, Map<Uuid, Row>> plain = new TreeMap<>();
    for (String table : NodeDatabase.WATCHED.keySet()) {
      Map<Uuid, Row> rows = plain.computeIfAbsent(table, t -> new TreeMap<>());
      for (Row row : tables.all(table)) {
        Map<String, OvsdbValue> columns = new HashMap<>(row.columns());
        columns.values().removeIf(value -> defaults.contains(value.json().toString()));
        rows.put(row.uuid(), new Row(row.uuid(), columns));
      }
    }
    return plain;
  }

  /** ovs-vswitchd writes too, so the two are compared until it has come to rest. */
  private static void assertWatchedEqualsRead() throws Exception {
    Map<String, Map<Uuid, Row>> read = Map.of();
    for (int i = 0; i < 1_000; i++) {
      read = withoutDefaults(rows());
      if (withoutDefaults(watched).equals(read)) {
        return;
      }
    }
    assertThat(withoutDefaults(watched)).isEqualTo(read);
  }

  private static <T> T done(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Provide
  Arbitrary<Desired> desires() {
    return Arbitraries.of(
        Desired.of("tcp:127.0.0.1:6653"),
        Desired.of("tcp:127.0.0.1:6653", "tcp:[::1]:6653"),
        Desired.of("tcp:127.0.0.1:7777"),
        Desired.of("tcp:127.0.0.1:7777").watching(new TreeMap<>()),
        Desired.of("tcp:127.0.0.1:6653").watching(new TreeMap<>(Map.of("n2", "192.0.2.2"))),
        Desired.of());
  }

  @Provide
  Arbitrary<List<String[]>> histories() {
    String owned = "external_ids:heddle-owner=heddle";
    return Arbitraries.of(
            "set Open_vSwitch . external_ids:heddle-encap-ip=192.0.2.7",
            "set Open_vSwitch . external_ids:heddle-encap-ip=fd00::7",
            "set Open_vSwitch . external_ids:heddle-encap-ip=nonsense",
            "set Open_vSwitch . external_ids:heddle-encap-type=vxlan",
            "set Open_vSwitch . external_ids:heddle-encap-type=geneve,vxlan",
            "set Open_vSwitch . external_ids:heddle-encap-type=stt",
            "set Open_vSwitch . external_ids:heddle-datapath-type=netdev",
            "set Open_vSwitch . external_ids:heddle-datapath-type=warp",
            "--may-exist add-br br-int",
            "--may-exist add-br br-int -- set Bridge br-int " + owned,
            "--may-exist add-br br-int -- set Bridge br-int fail_mode=standalone stp_enable=true",
            "--may-exist add-br br-int -- set-controller br-int tcp:127.0.0.1:7777",
            "--may-exist add-br br-int -- set-controller br-int tcp:127.0.0.1:6653 -- set "
                + "Controller br-int connection_mode=in-band "
                + owned,
            "--may-exist add-br br-int -- set Bridge br-int protocols=OpenFlow10,OpenFlow13 "
                + "other_config:disable-in-band=false other_config:hwaddr=0a:00:00:00:00:01",
            "--may-exist add-br br-int -- --may-exist add-port br-int p1",
            "--may-exist add-br br-int -- --if-exists del-port heddle-geneve -- add-port "
                + "br-int heddle-geneve -- set Interface heddle-geneve type=geneve options:key=5 "
                + "options:tos=3 "
                + owned
                + " -- set Port heddle-geneve "
                + owned,
            "--may-exist add-br br-int -- --if-exists del-port heddle-bfd-n2 -- add-port "
                + "br-int heddle-bfd-n2 -- set Interface heddle-bfd-n2 type=vxlan options:key=5 "
                + "options:remote_ip=192.0.2.9 bfd:enable=false "
                + owned
                + " -- set Port heddle-bfd-n2 "
                + owned,
            "--may-exist add-br br-ex -- --if-exists del-port heddle-geneve -- add-port br-ex "
                + "heddle-geneve",
            "set Open_vSwitch . external_ids:heddle-bridge-mappings=phys.1:br-ex",
            "set Open_vSwitch . external_ids:heddle-bridge-mappings=phys.1:br-ex,phys_1:br-ex",
            "set Open_vSwitch . external_ids:heddle-bridge-mappings=phys.1,:br-ex,x:br-int",
            "--may-exist add-br br-ex -- --may-exist add-port br-ex heddle-int-phys.1",
            "--may-exist add-br br-ex -- --if-exists del-port heddle-int-old -- add-port br-ex "
                + "heddle-int-old -- set Interface heddle-int-old type=patch options:peer=gone "
                + owned
                + " -- set Port heddle-int-old "
                + owned,
            "--may-exist add-br br-ex -- set-controller br-ex tcp:127.0.0.1:7777")
        .map(line -> line.split(" "))
        .list()
        .ofMaxSize(5);
  }
}
