package dev.heddle.simulator;

import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Inspection;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names that the running pipeline has for tables and cookies. */
public record Names(Inspection inspection) implements Trace.Legend {

  @Override
  public String stage(int table) {
    return inspection.stages().stream()
        .flatMap(
            s ->
                table == s.table()
                    ? Stream.of(s.name())
                    : table == s.table() + 1 && !s.beside()
                        ? Stream.of("joint of " + s.name())
                        : Stream.empty())
        .findFirst()
        .orElse("table " + table);
  }

  @Override
  public String owner(long cookie) {
    if (Cookie.isLearned(cookie)) {
      return "learned by the switch";
    }
    return inspection.why(cookie).stream()
        .map(
            why ->
                why.unit()
                    + " for "
                    + why.objects().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(", ")))
        .findFirst()
        .orElse("nobody");
  }
}
