package dev.heddle.simulator.laws;

import dev.heddle.model.Bits;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.Network.State;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.ActionList;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Wire;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes flows with the names of objects where the numbers stand that were allocated to them, so
 * that two controllers which gave other numbers can be compared.
 */
record Named(Map<KeySpace, Map<Long, String>> names) {

  /** The fields that hold such numbers, and whose. */
  private static final Map<Field, KeySpace> HOLD =
      new EnumMap<>(
          Map.of(
              Field.NETWORK, KeySpace.NETWORK,
              Field.TUNNEL_NETWORK, KeySpace.NETWORK,
              Field.IN_PORT, KeySpace.PORT,
              Field.OUT_PORT, KeySpace.PORT,
              Field.TUNNEL_IN_PORT, KeySpace.PORT,
              Field.TUNNEL_OUT_PORT, KeySpace.PORT));

  /** The fields that hold such numbers where policy is judged; elsewhere they are scratch. */
  private static final Map<Field, KeySpace> JUDGED = new EnumMap<>(HOLD);

  /** The lowest bits of a conjunction's number count within its rule. */
  private static final int WITHIN_RULE = 9;

  static {
    Policy.SUBJECTS.forEach(f -> JUDGED.put(f, KeySpace.PORT_GROUP));
    Policy.PEERS.forEach(f -> JUDGED.put(f, KeySpace.PORT_GROUP));
    Policy.SOURCES.forEach(f -> JUDGED.put(f, KeySpace.ADDRESS_SET));
    Policy.DESTINATIONS.forEach(f -> JUDGED.put(f, KeySpace.ADDRESS_SET));
    JUDGED.put(Field.RULE, KeySpace.RULE);
    JUDGED.put(Field.PEER, KeySpace.PORT);
  }

  private static Map<Field, KeySpace> held(int table) {
    return Stream.of(
                Policy.BESIDE.stream(),
                Stream.of(Spine.TRACK_FROM, Spine.POLICY_FROM, Spine.TRACK_TO, Spine.POLICY_TO))
            .flatMap(s -> s)
            .anyMatch(s -> s.table() == table)
        ? JUDGED
        : HOLD;
  }

  /** The names of all objects that have a number. */
  static Named of(Map<Kind<?>, List<State>> objects) {
    Map<KeySpace, Map<Long, String>> names = new EnumMap<>(KeySpace.class);
    objects.forEach(
        (kind, all) -> {
          if (kind.keys() != KeySpace.NONE) {
            Map<Long, String> own = names.computeIfAbsent(kind.keys(), s -> new HashMap<>());
            all.forEach(s -> own.put((long) s.key(), s.document().path()));
          }
        });
    return new Named(names);
  }

  String text(Flow flow) {
    Map<Field, KeySpace> held = held(flow.key().table());
    String match =
        flow.key().match().terms().stream()
            .map(t -> bits(held, t.wire(), t.value(), t.mask()))
            .collect(Collectors.joining(","));
    String actions =
        flow.actions().stream().map(a -> action(held, a)).collect(Collectors.joining(", "));
    if (ActionList.isClause(flow.actions())) { // in the order of their numbers
      actions =
          flow.actions().stream()
              .map(a -> action(held, a))
              .sorted()
              .collect(Collectors.joining(", "));
    }
    return cookie(flow.cookie())
        + " table="
        + flow.key().table()
        + " priority="
        + flow.key().priority()
        + " "
        + (match.isEmpty() ? "any" : match)
        + " -> "
        + (actions.isEmpty() ? "drop" : actions);
  }

  private String cookie(long cookie) {
    long owner = Cookie.owner(cookie);
    String unit = Long.toHexString(cookie & 0xffff_ffff_ffffL);
    return name(KeySpace.OWNER, owner) + "/" + unit;
  }

  private String action(Map<Field, KeySpace> held, Action action) {
    if (action instanceof Action.Conjunction c) {
      return "conjunction " + conjunction(c.id()) + " " + c.clause() + "/" + c.of();
    }
    if (action instanceof Action.Clone c) {
      return c.actions().stream().map(a -> action(held, a)).toList().toString();
    }
    return action instanceof Action.Set s
        ? "set " + bits(held, s.wire(), s.value(), s.mask())
        : action.toString();
  }

  private String conjunction(long id) {
    return name(KeySpace.RULE, id >> WITHIN_RULE) + "#" + (id & (1 << WITHIN_RULE) - 1);
  }

  private String bits(Map<Field, KeySpace> held, Wire wire, Bits value, Bits mask) {
    if (wire == Wire.CONJ_ID) {
      return "conjunction " + conjunction(value.low());
    }
    StringBuilder text = new StringBuilder();
    Bits rest = mask;
    for (Map.Entry<Field, KeySpace> e : held.entrySet()) {
      Field f = e.getKey();
      if (f.wire() == wire && rest.and(f.mask()).equals(f.mask())) {
        long number = value.and(f.mask()).shiftRight(f.offset()).low();
        text.append(f).append('=').append(name(e.getValue(), number)).append(' ');
        rest = rest.andNot(f.mask());
      }
    }
    if (!rest.isZero()) {
      text.append(wire.ovsName()).append('=').append(value.and(rest)).append('/').append(rest);
    }
    return text.toString().strip();
  }

  private String name(KeySpace space, long number) {
    return names.getOrDefault(space, Map.of()).getOrDefault(number, Long.toString(number));
  }
}
