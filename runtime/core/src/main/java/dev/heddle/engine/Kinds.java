package dev.heddle.engine;

import dev.heddle.model.AddressSet;
import dev.heddle.model.Binding;
import dev.heddle.model.Catalogue;
import dev.heddle.model.Entity;
import dev.heddle.model.FilledStage;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalRouter;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PortGroup;
import dev.heddle.pipeline.ContractException;
import dev.heddle.pipeline.KnownKind;
import dev.heddle.pipeline.Owner;
import dev.heddle.policy.Acl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The kinds there are: those whose feature is here, and those known by name only, because a feature
 * brought them once or the model says that one will. Nothing of a feature that left stays here: its
 * parser would hold its classes.
 */
final class Kinds {

  /** Those that need no feature to be understood. */
  static final List<Kind<?>> CORE =
      List.of(
          LogicalSwitch.KIND,
          LogicalPort.KIND,
          LogicalRouter.KIND,
          Node.KIND,
          Binding.KIND,
          PlainSwitch.KIND,
          PortGroup.KIND,
          AddressSet.KIND,
          Acl.KIND,
          KnownKind.KIND, // before those that may be taken over from a feature that is away
          Owner.KIND,
          FilledStage.KIND);

  private final Map<String, Kind<?>> read = new HashMap<>();
  private final Map<String, KnownKind> brought = new HashMap<>();

  void add(Kind<?> kind) {
    read.put(kind.name(), kind);
  }

  void remove(Kind<?> kind) {
    read.remove(kind.name());
  }

  /** Keeps track of what features have brought. */
  void note(Entity<?> entity, boolean present) {
    if (entity instanceof KnownKind kind) {
      if (present) {
        brought.put(kind.id().name(), kind);
      } else {
        brought.remove(kind.id().name());
      }
    }
  }

  Optional<Kind<?>> find(String name) {
    Kind<?> kind = read.get(name);
    return kind != null
        ? Optional.of(kind)
        : Optional.ofNullable(brought.get(name))
            .<Kind<?>>map(KnownKind::unread)
            .or(() -> Optional.ofNullable(Catalogue.unread().get(name)));
  }

  /** By name. */
  List<Kind<?>> list() {
    return List.copyOf(all().values());
  }

  private Map<String, Kind<?>> all() {
    Map<String, Kind<?>> all = new TreeMap<>(Catalogue.unread());
    brought.forEach((name, kind) -> all.put(name, kind.unread()));
    all.putAll(read);
    return all;
  }

  /** The feature that reads a kind, here or not; empty if the core does. */
  Optional<String> reader(String kind) {
    return Optional.ofNullable(brought.get(kind))
        .map(KnownKind::feature)
        .or(() -> Catalogue.reader(kind));
  }

  /** The names of the kinds that a feature has brought. */
  Stream<String> broughtBy(String feature) {
    return brought.values().stream()
        .filter(k -> k.feature().equals(feature))
        .map(k -> k.id().name())
        .sorted();
  }

  /**
   * @throws ContractException if {@code kind} has a name of somebody else's kind: the core's, or
   *     one of a feature that is here or held
   */
  void refuseTaken(Kind<?> kind, String feature, Predicate<String> exists) {
    for (Kind<?> other : list()) {
      boolean clash = other.name().equals(kind.name()) || other.plural().equals(kind.plural());
      Optional<String> owner =
          Optional.ofNullable(brought.get(other.name())).map(KnownKind::feature);
      boolean mine =
          other.name().equals(kind.name())
              && (owner.isPresent()
                  ? owner.get().equals(feature) || !exists.test(owner.get())
                  : !other.isRead());
      if (clash && !mine) {
        throw new ContractException(
            String.format(
                "kind %s (%s) cannot be brought by %s: %s has that name",
                kind.name(), kind.plural(), feature, owner.orElse("the core")));
      }
    }
  }
}
