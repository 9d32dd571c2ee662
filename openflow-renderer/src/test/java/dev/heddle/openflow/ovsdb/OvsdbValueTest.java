package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OvsdbValueTest {

  private static final JsonMapper JSON = new JsonMapper();

  @Property
  void whatIsWrittenReadsBackEqual(@ForAll("values") OvsdbValue value) throws Exception {
    byte[] bytes = JSON.writeValueAsBytes(value.json());
    assertThat(OvsdbValue.parse(JSON.readTree(bytes))).isEqualTo(value);
  }

  @Property
  void aDifferenceAppliedToTheOldSetGivesTheNew(
      @ForAll("atomSets") Set<Atom> old, @ForAll("atomSets") Set<Atom> now) {
    Set<Atom> difference = new HashSet<>(old);
    difference.addAll(now);
    difference.removeIf(atom -> old.contains(atom) && now.contains(atom));
    assertThat(Replica.patch(OvsdbValue.set(old), OvsdbValue.set(difference)))
        .isEqualTo(OvsdbValue.set(now));
  }

  @Property
  void aDifferenceAppliedToTheOldMapGivesTheNew(
      @ForAll("maps") MapOf old, @ForAll("maps") MapOf now) {
    // As ovsdb-server(7) defines it: what is new or other, and what is gone with its old value.
    TreeMap<Atom, Atom> difference = new TreeMap<>(now.entries());
    difference.entrySet().removeAll(old.entries().entrySet());
    old.entries()
        .forEach(
            (key, value) -> {
              if (!now.entries().containsKey(key)) {
                difference.put(key, value);
              }
            });
    assertThat(Replica.patch(old, new MapOf(difference))).isEqualTo(now);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "[]",
        "[1]",
        "[\"set\"]",
        "[\"set\",1]",
        "[\"set\",[null]]",
        "[\"set\",[[\"set\",[]]]]",
        "[\"map\",[[1]]]",
        "[\"map\",[[1,2],[1,3]]]",
        "[\"map\",{}]",
        "[\"uuid\",\"1-1-1-1-1\"]",
        "[\"uuid\",\"zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz\"]",
        "[\"uuid\",7]",
        "9223372036854775808",
        "1e999",
        "\"\\ud800\"",
        "[\"other\",\"x\"]"
      })
  void whatIsNoValueIsRefused(String json) {
    assertThatThrownBy(() -> OvsdbValue.parse(JSON.readTree(json))).isInstanceOf(BadMessage.class);
  }

  @Provide
  Arbitrary<Atom> atoms() {
    return Arbitraries.oneOf(
        Arbitraries.strings()
            .ofMaxLength(20)
            .filter(OvsdbValueTest::wellFormed)
            .map(OvsdbValue.Text::new),
        Arbitraries.longs().map(OvsdbValue.Whole::new),
        Arbitraries.doubles().map(OvsdbValue.Real::new),
        Arbitraries.of(true, false).map(OvsdbValue.Truth::new),
        Arbitraries.create(UUID::randomUUID).map(OvsdbValue.Uuid::new),
        Arbitraries.strings().alpha().ofMaxLength(9).map(OvsdbValue.NamedUuid::new));
  }

  private static boolean wellFormed(String text) {
    return text.codePoints().noneMatch(c -> c >= 0xd800 && c < 0xe000);
  }

  @Provide
  Arbitrary<Set<Atom>> atomSets() {
    Arbitrary<Atom> few = Arbitraries.integers().between(0, 8).map(OvsdbValue::whole);
    return few.set().ofMaxSize(6);
  }

  @Provide
  Arbitrary<MapOf> maps() {
    Arbitrary<Atom> few = Arbitraries.integers().between(0, 5).map(OvsdbValue::whole);
    return Arbitraries.maps(few, few).ofMaxSize(5).map(map -> new MapOf(new TreeMap<>(map)));
  }

  @Provide
  Arbitrary<OvsdbValue> values() {
    return Arbitraries.oneOf(
        atoms(),
        atoms().set().ofMaxSize(5).map(OvsdbValue::set),
        Arbitraries.maps(atoms(), atoms()).ofMaxSize(5).map(m -> new MapOf(new TreeMap<>(m))));
  }
}
