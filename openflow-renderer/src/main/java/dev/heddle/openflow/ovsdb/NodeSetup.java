package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.Operation.Comment;
import dev.heddle.openflow.ovsdb.Operation.Condition;
import dev.heddle.openflow.ovsdb.Operation.Guard;
import dev.heddle.openflow.ovsdb.Operation.Insert;
import dev.heddle.openflow.ovsdb.Operation.Mutate;
import dev.heddle.openflow.ovsdb.Operation.Mutation;
import dev.heddle.openflow.ovsdb.Operation.Update;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a node's database must hold for us: br-int, its controllers, its tunnel ports and its ways
 * to physical networks. A pure function from the rows to the operations that make it so, none if it
 * is so.
 *
 * <p>What we make carries external_ids:heddle-owner=heddle. Nothing else is removed, and of what
 * others made only columns of br-int and of a controller entry with our very target are set, and
 * the bridges of physical networks get one port each. A br-int that somebody else drives is
 * refused.
 */
public final class NodeSetup {

  public static final String BRIDGE = "br-int";

  /** Keys of Open_vSwitch.external_ids that the operator of the node sets. */
  public static final String ENCAP_ADDRESS = "heddle-encap-ip";

  public static final String ENCAP_TYPE = "heddle-encap-type";

  public static final String BRIDGE_MAPPINGS = "heddle-bridge-mappings";

  public static final String BFD = "heddle-bfd";

  public static final String DATAPATH_TYPE = "heddle-datapath-type";

  static final SortedMap<String, String> OWNED =
      Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("heddle-owner", "heddle")));

  /**
   * What the controller wants of a node.
   *
   * @param controllers OpenFlow targets such as "tcp:192.0.2.1:6653"
   * @param maxBackoffMillis longest pause between two attempts to connect, at least 1000
   * @param inactivityProbeMillis silence after which the switch sends an echo, 0 for never
   * @param peers where the nodes are with which there is to be BFD, by name; empty as long as that
   *     is not known, and what is there stays
   */
  public record Desired(
      SortedSet<String> controllers,
      int maxBackoffMillis,
      int inactivityProbeMillis,
      Optional<SortedMap<String, String>> peers) {
    public Desired {
      controllers = Collections.unmodifiableSortedSet(new TreeSet<>(controllers));
      for (String target : controllers) {
        if (!target.matches("(tcp|ssl):(\\[[0-9A-Fa-f:.]+]|[0-9.]+):[0-9]{1,5}")) {
          throw new IllegalArgumentException("not an OpenFlow target: " + target);
        }
      }
      if (maxBackoffMillis < 1_000 || inactivityProbeMillis < 0) {
        throw new IllegalArgumentException("OVS wants max_backoff >= 1000, inactivity_probe >= 0");
      }
    }

    /** A switch that lost its controller tries every second and notices a dead one in 5 to 10 s. */
    public static Desired of(String... controllers) {
      return new Desired(new TreeSet<>(List.of(controllers)), 1_000, 5_000, Optional.empty());
    }

    Desired watching(SortedMap<String, String> these) {
      return new Desired(controllers, maxBackoffMillis, inactivityProbeMillis, Optional.of(these));
    }
  }

  /**
   * @param operations one transaction, empty if nothing is to be done
   * @param problems sentences on what cannot be done as long as the node is as it is, sorted
   */
  public record Plan(List<Operation> operations, List<String> problems) {
    public Plan {
      operations = List.copyOf(operations);
      problems = problems.stream().sorted().toList();
    }
  }

  private final Tables now;
  private final Desired desired;
  private final Row root;
  private final List<Operation> operations = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private NodeSetup(Tables now, Desired desired, Row root) {
    this.now = now;
    this.desired = desired;
    this.root = root;
  }

  public static Plan plan(Tables now, Desired desired) {
    Optional<Row> root = now.only("Open_vSwitch");
    if (root.isEmpty()) {
      return new Plan(List.of(), List.of("the database is not initialised (ovs-vsctl init)"));
    }
    NodeSetup setup = new NodeSetup(now, desired, root.get());
    now.named("Bridge", BRIDGE).ifPresentOrElse(setup::correct, setup::create);
    if (!setup.operations.isEmpty()) {
      setup.operations.add(new Comment("heddle: set up " + BRIDGE));
    }
    return new Plan(setup.operations, setup.problems);
  }

  private void create() {
    operations.add(new Guard("Bridge", Condition.named(BRIDGE), Set.of("name"), List.of()));
    List<Atom> ports = new ArrayList<>();
    ports.add(BridgeRules.newPort(operations, BRIDGE, "internal", Map.of(), OptionalInt.empty()));
    ports.addAll(tunnels().missing(Optional.empty()));
    PatchPorts patches = new PatchPorts(now, root, operations, problems);
    ports.addAll(patches.missingInside(Optional.empty()));
    Map<String, OvsdbValue> columns = bridgeColumns();
    columns.put("name", OvsdbValue.text(BRIDGE));
    columns.put("ports", OvsdbValue.set(ports));
    columns.put("controller", OvsdbValue.set(newControllers(desired.controllers())));
    columns.put("other_config", OvsdbValue.map(BridgeRules.OTHER_CONFIG));
    Map<String, String> ids = new TreeMap<>(OWNED);
    ids.putAll(UplinkZones.missing(Map.of(), patches.networks(), problems));
    columns.put("external_ids", OvsdbValue.map(ids));
    Insert bridge = new Insert("Bridge", "heddle_bridge", columns);
    operations.add(bridge);
    operations.add(
        new Mutate(
            "Open_vSwitch",
            Condition.row(root.uuid()),
            List.of(Mutation.insert("bridges", bridge.reference()))));
    patches.outside();
  }

  private TunnelPorts tunnels() {
    return new TunnelPorts(now, root, desired, operations, problems);
  }

  private void correct(Row bridge) {
    Optional<String> foreign = BridgeRules.drivenByAnother(now, root, bridge, desired);
    if (foreign.isPresent()) {
      problems.add(foreign.get());
      return;
    }
    Map<String, OvsdbValue> wrong = BridgeRules.different(bridge, bridgeColumns());
    if (!wrong.isEmpty()) {
      operations.add(new Update("Bridge", Condition.row(bridge.uuid()), wrong));
    }
    List<Mutation> mutations =
        new ArrayList<>(BridgeRules.ensure(bridge, "other_config", BridgeRules.OTHER_CONFIG));
    TunnelPorts tunnels = tunnels();
    tunnels
        .missing(Optional.of(bridge))
        .forEach(port -> mutations.add(Mutation.insert("ports", port)));
    tunnels.stale(bridge).forEach(port -> mutations.add(Mutation.delete("ports", port.uuid())));
    PatchPorts patches = new PatchPorts(now, root, operations, problems);
    patches
        .missingInside(Optional.of(bridge))
        .forEach(port -> mutations.add(Mutation.insert("ports", port)));
    patches
        .staleInside(bridge)
        .forEach(port -> mutations.add(Mutation.delete("ports", port.uuid())));
    patches.outside();
    mutations.addAll(UplinkZones.ensure(bridge, patches.networks(), problems));
    mutations.addAll(controllers(bridge));
    if (!mutations.isEmpty()) {
      operations.add(new Mutate("Bridge", Condition.row(bridge.uuid()), mutations));
    }
    if (!operations.isEmpty()) {
      // Its controllers say whose bridge it is: if they change under us, plan again.
      Map<String, OvsdbValue> seen = Map.of("controller", bridge.value("controller"));
      operations.add(
          0, new Guard("Bridge", Condition.row(bridge.uuid()), seen.keySet(), List.of(seen)));
    }
  }

  private Map<String, OvsdbValue> bridgeColumns() {
    Map<String, OvsdbValue> columns = new TreeMap<>();
    columns.put("fail_mode", OvsdbValue.text("secure"));
    columns.put("protocols", OvsdbValue.text("OpenFlow13"));
    String type = root.map("external_ids").getOrDefault(DATAPATH_TYPE, "");
    SortedSet<String> known = root.texts("datapath_types");
    if (!type.isEmpty() && !known.isEmpty() && !known.contains(type)) {
      problems.add(DATAPATH_TYPE + " is none this switch has: " + Shown.text(type));
    } else if (!type.isEmpty()) {
      columns.put("datapath_type", OvsdbValue.text(type));
    }
    return columns;
  }

  private List<Mutation> controllers(Row bridge) {
    List<Mutation> mutations = new ArrayList<>();
    SortedSet<String> missing = new TreeSet<>(desired.controllers());
    for (Row entry : now.follow(bridge, "controller", "Controller").toList()) {
      if (missing.remove(entry.text("target"))) {
        Map<String, OvsdbValue> wrong =
            BridgeRules.different(entry, BridgeRules.controllerColumns(desired));
        if (!wrong.isEmpty()) {
          operations.add(new Update("Controller", Condition.row(entry.uuid()), wrong));
        }
      } else if (BridgeRules.owned(entry)) {
        // A stale target of ours, or a second entry for one. Unreferenced rows are then collected.
        mutations.add(Mutation.delete("controller", entry.uuid()));
      }
    }
    if (!missing.isEmpty()) {
      mutations.add(Mutation.insert("controller", OvsdbValue.set(newControllers(missing))));
    }
    return mutations;
  }

  private List<Atom> newControllers(SortedSet<String> targets) {
    List<Atom> references = new ArrayList<>();
    for (String target : targets) {
      Map<String, OvsdbValue> columns = new TreeMap<>(BridgeRules.controllerColumns(desired));
      columns.put("target", OvsdbValue.text(target));
      columns.put("external_ids", OvsdbValue.map(OWNED));
      Insert insert = new Insert("Controller", "heddle_controller_" + references.size(), columns);
      operations.add(insert);
      references.add(insert.reference());
    }
    return references;
  }
}
