package dev.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.store.Store.Commit;
import dev.heddle.store.Store.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A file and memory hold the same after any history, wherever the file was closed between. */
class StoreLawsTest {

  /** One commit: what is put by name, what is removed, a number given, and a reopening after it. */
  record Step(Map<Integer, String> puts, List<Integer> removals, int key, boolean reopen) {

    Commit commit(long revision) {
      List<Stored> stored = new ArrayList<>();
      puts.forEach((n, text) -> stored.add(Commits.stored("s" + n, text, n + 1, revision)));
      List<Id<?>> gone = new ArrayList<>();
      removals.stream().filter(n -> !puts.containsKey(n)).forEach(n -> gone.add(id(n)));
      return new Commit(revision, stored, gone, Map.of(KeySpace.values()[key % 4], key));
    }

    private static Id<?> id(int n) {
      return Commits.id("s" + n);
    }
  }

  @Property(tries = 100)
  void fileAndMemoryHoldTheSameAfterAnyHistory(@ForAll("histories") List<Step> history)
      throws IOException {
    Path directory = Files.createTempDirectory("heddle-store");
    FileStore file = new FileStore(directory);
    try (MemoryStore memory = new MemoryStore()) {
      long revision = 0;
      for (Step step : history) {
        Commit commit = step.commit(++revision);
        file.commit(commit);
        memory.commit(commit);
        if (step.reopen) {
          file.close();
          file = new FileStore(directory);
        }
        assertThat(file.load()).isEqualTo(memory.load());
      }
      file.close();
      assertThat(Commits.reopened(directory)).isEqualTo(memory.load());
    } finally {
      file.close();
      try (Stream<Path> left = Files.walk(directory)) {
        for (Path p : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(p);
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> name = Arbitraries.integers().between(0, 4);
    Arbitrary<String> text = Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(6);
    return Combinators.combine(
            Arbitraries.maps(name, text)
                .ofMaxSize(3)
                .map(m -> (Map<Integer, String>) new TreeMap<>(m)),
            name.list().ofMaxSize(2),
            Arbitraries.integers().between(0, 1000),
            Arbitraries.integers().between(0, 3).map(n -> n == 0))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }
}
