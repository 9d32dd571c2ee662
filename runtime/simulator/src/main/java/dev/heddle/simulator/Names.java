package dev.heddle.simulator;

import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.pipeline.Inspection.Why;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names that the running pipeline has for tables and cookies, each asked for once. */
public final class Names implements Trace.Legend {

  private final Inspection inspection;
  private final Map<Long, List<Why>> reasons = new HashMap<>();
  private Optional<List<StageState>> stages = Optional.empty();

  public Names(Inspection inspection) {
    this.inspection = inspection;
  }

  /** The same, with the cookies of {@code trace} asked for in one go: each look is at all units. */
  Names knowing(Trace trace) {
    Set<Long> cookies =
        trace.steps().stream()
            .flatMap(s -> s.met().stream())
            .map(Flow::cookie)
            .filter(c -> !Cookie.isLearned(c))
            .collect(Collectors.toSet());
    Map<Long, List<Why>> found = inspection.why(cookies);
    cookies.forEach(c -> reasons.put(c, found.getOrDefault(c, List.of())));
    return this;
  }

  @Override
  public String stage(int table) {
    List<StageState> known = stages.orElseGet(inspection::stages);
    stages = Optional.of(known);
    return known.stream()
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
    return reasons.computeIfAbsent(cookie, inspection::why).stream()
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
