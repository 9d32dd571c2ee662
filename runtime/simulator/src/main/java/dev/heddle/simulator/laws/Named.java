package dev.heddle.simulator.laws;

import dev.heddle.model.Bits;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.Network.State;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Term;
import dev.heddle.pipeline.Wire;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
    String match =
        flow.key().match().terms().stream().map(this::term).collect(Collectors.joining(","));
    String actions = flow.actions().stream().map(this::action).collect(Collectors.joining(", "));
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

  private String term(Term term) {
    return bits(term.wire(), term.value(), term.mask());
  }

  private String action(Action action) {
    return action instanceof Action.Set s
        ? "set " + bits(s.wire(), s.value(), s.mask())
        : action.toString();
  }

  private String bits(Wire wire, Bits value, Bits mask) {
    StringBuilder text = new StringBuilder();
    Bits rest = mask;
    for (Map.Entry<Field, KeySpace> e : HOLD.entrySet()) {
      Field f = e.getKey();
      if (f.wire() == wire && mask.and(f.mask()).equals(f.mask())) {
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
