package dev.heddle.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.show.Syntax;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/**
 * A command that prints one answer, for people or for programs. What it cannot do is an {@link
 * IllegalArgumentException} with a sentence, which the console prints.
 */
abstract class Answering implements Action {

  /** The same twice: as lines to read and as a tree. */
  record Answer(String text, JsonNode tree) {}

  @Option(name = "-o", aliases = "--output", description = "table or json")
  @Completion(
      value = StringsCompleter.class,
      values = {"table", "json"})
  String output = "table";

  abstract Answer answer() throws Exception;

  @Override
  public Object execute() throws Exception {
    System.out.print(printed());
    return null;
  }

  String printed() throws Exception {
    return switch (output) {
      case "table" -> answer().text();
      case "json" -> Syntax.JSON.write(answer().tree());
      default -> throw new IllegalArgumentException("-o is table or json.");
    };
  }
}
