package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.ovsdb.Operation.Mutate;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AnswerTest {

  @Property
  void anAnswerOnceWrittenIsThereAlreadyAndEverythingElseIsAsItWas(
      @ForAll("ids") Map<String, String> before, @ForAll("answers") Answer answer) {
    Map<String, String> after =
        answer.operation(row(before)).map(op -> applied((Mutate) op, before)).orElse(before);

    assertThat(answer.operation(row(after))).isEmpty();
    Map<String, String> expected = new TreeMap<>(before);
    expected.keySet().removeAll(Answer.KEYS);
    expected.putAll(answer.keys());
    assertThat(after).isEqualTo(expected);
  }

  @Property
  void anAnswerIsWrittenOnlyWhileTheInterfaceStandsForTheSamePort(
      @ForAll("ids") Map<String, String> before, @ForAll("answers") Answer answer) {
    answer
        .operation(row(before))
        .map(Mutate.class::cast)
        .ifPresent(
            op ->
                assertThat(op.where().stream().anyMatch(c -> c.function().equals("includes")))
                    .isEqualTo(before.containsKey("iface-id")));
  }

  static Row row(Map<String, String> ids) {
    return new Row(new Uuid(new UUID(1, 2)), Map.of("external_ids", OvsdbValue.map(ids)));
  }

  /** What RFC 7047 section 5.1 says the mutations do. */
  static Map<String, String> applied(Mutate operation, Map<String, String> before) {
    TreeMap<Atom, Atom> map = new TreeMap<>(OvsdbValue.map(before).entries());
    operation
        .mutations()
        .forEach(
            mutation -> {
              if (mutation.mutator().equals("delete")) {
                mutation.value().elements().forEach(map::remove);
              } else {
                ((MapOf) mutation.value()).entries().forEach(map::putIfAbsent);
              }
            });
    return new Row(new Uuid(new UUID(1, 2)), Map.of("external_ids", new MapOf(map)))
        .map("external_ids");
  }

  @Provide
  Arbitrary<Map<String, String>> ids() {
    Arbitrary<String> keys =
        Arbitraries.of(
            "iface-id",
            "vm-uuid",
            "heddle-other",
            "heddle-installed",
            "heddle-revision",
            "heddle-mac",
            "heddle-ips",
            "heddle-gateway",
            "heddle-mtu",
            "heddle-condition");
    return Arbitraries.maps(keys, Arbitraries.of("true", "1", "2", "m", "c", "1500"));
  }

  @Provide
  Arbitrary<Answer> answers() {
    Arbitrary<Answer> installed =
        Combinators.combine(
                Arbitraries.longs().between(1, 2),
                Arbitraries.of(List.<String>of(), List.of("m"), List.of("m", "c")),
                Arbitraries.of(Optional.<String>empty(), Optional.of("c")),
                Arbitraries.of(OptionalInt.empty(), OptionalInt.of(1500)))
            .as((revision, ips, via, mtu) -> new Answer.Installed(revision, "m", ips, via, mtu));
    return Arbitraries.oneOf(
        installed,
        Arbitraries.of("c", "m").map(Answer.Held::new),
        Arbitraries.just(new Answer.Silent()));
  }
}
