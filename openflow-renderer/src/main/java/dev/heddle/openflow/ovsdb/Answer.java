package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.Operation.Condition;
import dev.heddle.openflow.ovsdb.Operation.Mutate;
import dev.heddle.openflow.ovsdb.Operation.Mutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What we tell whoever plugged an interface in, on the interface's own row (external_ids:heddle-*),
 * so that a CNI plugin or a VM manager needs nothing but the local database.
 */
public sealed interface Answer {

  /** The keys this answer writes; all other heddle-* answers are taken away. */
  SortedMap<String, String> keys();

  /**
   * Every flow the port needs is in its switch.
   *
   * @param addresses written with commas between
   */
  record Installed(
      long revision, String mac, List<String> addresses, Optional<String> gateway, OptionalInt mtu)
      implements Answer {
    public Installed {
      addresses = List.copyOf(addresses);
    }

    @Override
    public SortedMap<String, String> keys() {
      SortedMap<String, String> keys = new TreeMap<>();
      keys.put("heddle-installed", "true");
      keys.put("heddle-revision", Long.toString(revision));
      keys.put("heddle-mac", mac);
      if (!addresses.isEmpty()) {
        keys.put("heddle-ips", String.join(",", addresses));
      }
      gateway.ifPresent(address -> keys.put("heddle-gateway", address));
      mtu.ifPresent(bytes -> keys.put("heddle-mtu", Integer.toString(bytes)));
      return keys;
    }
  }

  /** Why the port does not work, a sentence. */
  record Held(String condition) implements Answer {
    @Override
    public SortedMap<String, String> keys() {
      return new TreeMap<>(Map.of("heddle-condition", condition));
    }
  }

  /** Nothing is to be said. */
  record Silent() implements Answer {
    @Override
    public SortedMap<String, String> keys() {
      return new TreeMap<>();
    }
  }

  /** All keys an answer may consist of. */
  Set<String> KEYS =
      Set.of(
          "heddle-installed",
          "heddle-revision",
          "heddle-mac",
          "heddle-ips",
          "heddle-gateway",
          "heddle-mtu",
          "heddle-condition");

  /**
   * What makes this Interface row say this answer; empty if it does. Other external_ids are left
   * alone, and nothing is written if meanwhile the interface stands for another port.
   */
  default Optional<Operation> operation(Row row) {
    SortedMap<String, String> now = row.map("external_ids");
    SortedMap<String, String> wanted = keys();
    Set<OvsdbValue.Text> wrong =
        KEYS.stream()
            .filter(key -> now.containsKey(key) && !now.get(key).equals(wanted.get(key)))
            .map(OvsdbValue::text)
            .collect(Collectors.toSet());
    SortedMap<String, String> missing = new TreeMap<>(wanted);
    missing.entrySet().removeIf(entry -> entry.getValue().equals(now.get(entry.getKey())));
    List<Mutation> mutations = new ArrayList<>();
    if (!wrong.isEmpty()) {
      // First: inserting into a map leaves a key that is there as it is (RFC 7047 section 5.1).
      mutations.add(Mutation.delete("external_ids", OvsdbValue.set(wrong)));
    }
    if (!missing.isEmpty()) {
      mutations.add(Mutation.insert("external_ids", OvsdbValue.map(missing)));
    }
    if (mutations.isEmpty()) {
      return Optional.empty();
    }
    List<Condition> where = new ArrayList<>(Condition.row(row.uuid()));
    Optional.ofNullable(now.get(Plugged.IFACE_ID))
        .map(id -> OvsdbValue.map(Map.of(Plugged.IFACE_ID, id)))
        .ifPresent(id -> where.add(new Condition("external_ids", "includes", id)));
    return Optional.of(new Mutate("Interface", where, mutations));
  }
}
