package dev.heddle.architecture.planted.l2;

import dev.heddle.architecture.planted.model.Thing;
import dev.heddle.architecture.planted.pipeline.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Innocent: everything a feature is meant to use. */
@Component(service = PureFeature.class)
public final class PureFeature {
  private static final Map<String, Integer> TABLES = Map.of("switch", 28);

  private enum Verdict {
    FORWARD,
    DROP
  }

  private final Duration patience;

  @Activate
  public PureFeature() {
    patience = Duration.ofSeconds(1);
  }

  public List<String> flows(Thing thing, Stage stage) {
    Verdict verdict = thing.equals(stage.thing()) ? Verdict.FORWARD : Verdict.DROP;
    String text =
        switch (verdict) {
          case FORWARD -> "forward";
          case DROP -> "drop";
        };
    return TABLES.keySet().stream()
        .map(table -> table + " " + text + " " + patience)
        .sorted()
        .collect(Collectors.toList());
  }
}
