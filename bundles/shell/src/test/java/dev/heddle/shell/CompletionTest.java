package dev.heddle.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tabulator offers. */
class CompletionTest {

  private final Controller controller =
      PlainRuntime.controller(new MemoryStore(), new L2Switching());

  @BeforeEach
  void objects() throws Exception {
    var spec = new com.fasterxml.jackson.databind.ObjectMapper().createObjectNode();
    controller
        .transact(
            Writer.SYSTEM,
            List.of(
                new Change.Put(new Document("LogicalSwitch", "red", Map.of(), spec)),
                new Change.Put(new Document("LogicalSwitch", "green", Map.of(), spec)),
                new Change.Put(Node.document("n1", 1, Optional.empty(), "3.1.0"))))
        .get();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  /** As Karaf hands over what was typed; the cursor is behind the last word. */
  private record Typed(String... words) implements CommandLine {
    @Override
    public int getCursorArgumentIndex() {
      return words.length - 1;
    }

    @Override
    public String getCursorArgument() {
      return words[words.length - 1];
    }

    @Override
    public int getArgumentPosition() {
      return getCursorArgument().length();
    }

    @Override
    public String[] getArguments() {
      return words.clone();
    }

    @Override
    public int getBufferPosition() {
      return getBuffer().length();
    }

    @Override
    public String getBuffer() {
      return String.join(" ", words);
    }
  }

  private static List<String> offered(Completer completer, String... words) {
    List<String> candidates = new ArrayList<>();
    completer.complete(null, new Typed(words), candidates);
    return candidates.stream().map(String::strip).sorted().toList();
  }

  @Test
  void everyArgumentOfEveryCommandIsCompleted() throws Exception {
    List<String> bare = new ArrayList<>();
    int commands = 0;
    try (Stream<Path> files = Files.list(Path.of("target", "classes", "dev", "heddle", "shell"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        Class<?> type = Class.forName("dev.heddle.shell." + name);
        if (!type.isAnnotationPresent(Command.class)) {
          continue;
        }
        commands++;
        assertThat(Answering.class.isAssignableFrom(type)).as(name + " takes -o json").isTrue();
        for (Field field : type.getDeclaredFields()) {
          boolean typed =
              field.isAnnotationPresent(Argument.class)
                  || field.isAnnotationPresent(Option.class) && field.getType() != boolean.class;
          if (typed && !field.isAnnotationPresent(Completion.class)) {
            bare.add(name + "." + field.getName());
          }
        }
      }
    }
    assertThat(bare).isEmpty();
    assertThat(commands).isGreaterThanOrEqualTo(11);
  }

  @Test
  void namesAreThoseOfTheKindThatWasTyped() {
    ObjectCompleter names = new ObjectCompleter();
    names.network = controller;
    assertThat(offered(names, "network:show", "switches", "")).containsExactly("green", "red");
    assertThat(offered(names, "network:show", "-o", "json", "switch", "r")).containsExactly("red");
    assertThat(offered(names, "network:show", "nodes", "")).containsExactly("n1");
    assertThat(offered(names, "network:show", "nothing", "")).isEmpty();
  }

  @Test
  void anObjectIsOfferedBehindItsKind() {
    CellCompleter cells = new CellCompleter();
    cells.network = controller;
    assertThat(offered(cells, "engine:reads", "LogicalS")).containsExactly("LogicalSwitch/");
    assertThat(offered(cells, "engine:reads", "LogicalSwitch/g"))
        .containsExactly("LogicalSwitch/green");
  }

  @Test
  void cookiesBeginAsWhatWasTyped() {
    CookieCompleter cookies = new CookieCompleter();
    cookies.network = controller;
    cookies.flows = controller;
    List<String> all = offered(cookies, "flow:why", "");
    assertThat(all).isNotEmpty().allMatch(c -> c.startsWith("0x"));
    String first = all.get(0);
    assertThat(offered(cookies, "flow:why", first)).containsExactly(first);
  }
}
