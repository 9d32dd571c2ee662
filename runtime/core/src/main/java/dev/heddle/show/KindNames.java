package dev.heddle.show;

import dev.heddle.model.Kind;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What people may call a kind: {@code LogicalPort}, {@code logicalports}, {@code port} or {@code
 * ports}, in capitals or not.
 */
public final class KindNames {

  private static final String PREFIX = "logical";

  private KindNames() {}

  /** The kind of that name, if exactly one is meant. */
  public static Optional<Kind<?>> find(List<Kind<?>> kinds, String name) {
    for (Kind<?> k : kinds) {
      if (name.equalsIgnoreCase(k.name()) || name.equalsIgnoreCase(k.plural())) {
        return Optional.of(k);
      }
    }
    List<Kind<?>> meant =
        kinds.stream()
            .filter(k -> shortNames(k).anyMatch(name::equalsIgnoreCase))
            .limit(2)
            .toList();
    return meant.size() == 1 ? Optional.of(meant.get(0)) : Optional.empty();
  }

  private static Stream<String> shortNames(Kind<?> kind) {
    return Stream.of(kind.name(), kind.plural())
        .filter(n -> n.regionMatches(true, 0, PREFIX, 0, PREFIX.length()))
        .map(n -> n.substring(PREFIX.length()));
  }

  /** The names to offer: plurals, sorted. */
  public static TreeSet<String> plurals(List<Kind<?>> kinds) {
    TreeSet<String> plurals = new TreeSet<>();
    kinds.forEach(k -> plurals.add(k.plural()));
    return plurals;
  }
}
