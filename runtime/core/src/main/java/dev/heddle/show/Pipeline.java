package dev.heddle.show;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Inspection.FeatureState;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.pipeline.Inspection.Why;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Stages, and the reason of a flow, for people and programs. */
public final class Pipeline {

  private Pipeline() {}

  public static ArrayNode stages(List<StageState> stages) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (StageState s : stages) {
      all.addObject()
          .put("table", s.table())
          .put("name", s.name())
          .put("feature", s.feature())
          .put("held", s.held())
          .put("miss", miss(s))
          .put("flows", s.flows());
    }
    return all;
  }

  public static Table stageTable(List<StageState> stages) {
    return new Table(
        List.of("TABLE", "NAME", "FEATURE", "HELD", "MISS", "FLOWS"),
        stages.stream()
            .map(
                s ->
                    List.of(
                        Integer.toString(s.table()),
                        s.name(),
                        s.feature(),
                        s.held() ? "yes" : "no",
                        miss(s),
                        Long.toString(s.flows())))
            .toList());
  }

  public static ArrayNode features(List<FeatureState> features) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (FeatureState f : features) {
      ObjectNode one = all.addObject().put("name", f.name()).put("number", f.number());
      one.put("held", f.held());
      one.put("bundle", f.origin().bundle()).put("version", f.origin().version());
      f.stages().forEach(one.putArray("stages")::add);
    }
    return all;
  }

  public static Table featureTable(List<FeatureState> features) {
    return new Table(
        List.of("NAME", "NUMBER", "HELD", "BUNDLE", "VERSION", "STAGES"),
        features.stream()
            .map(
                f ->
                    List.of(
                        f.name(),
                        Integer.toString(f.number()),
                        f.held() ? "yes" : "no",
                        orDash(f.origin().bundle()),
                        orDash(f.origin().version()),
                        orDash(String.join(",", f.stages()))))
            .toList());
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  /** What becomes of a packet that no flow of the stage matches. */
  private static String miss(StageState stage) {
    String other = stage.beside() ? "back" : "next";
    return stage.mandatory() ? "drop" : other;
  }

  /** Reads a cookie as ovs-ofctl prints it, {@code 0x1a2b}, or in decimal; unsigned 64 bits. */
  public static OptionalLong cookie(String text) {
    try {
      boolean hexadecimal = text.regionMatches(true, 0, "0x", 0, 2);
      String digits = hexadecimal ? text.substring(2) : text;
      return digits.matches("[0-9a-fA-F]{1,20}")
          ? OptionalLong.of(Long.parseUnsignedLong(digits, hexadecimal ? 16 : 10))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The objects with what those who wrote them say they are for, where they say it. */
  public static ObjectNode why(long cookie, List<Why> found, Network network) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("cookie", Cookie.text(cookie));
    ArrayNode units = tree.putArray("units");
    for (Why w : found) {
      ObjectNode unit = units.addObject().put("unit", w.unit()).put("feature", feature(w));
      unit.put("bundle", w.origin().bundle()).put("version", w.origin().version());
      unit.put("held", w.held()).put("failure", w.failure());
      ArrayNode objects = unit.putArray("objects");
      ObjectNode labels = JsonNodeFactory.instance.objectNode();
      for (Id<?> o : w.objects()) {
        objects.add(o.toString());
        label(o, network).ifPresent(l -> labels.put(o.toString(), l));
      }
      if (!labels.isEmpty()) {
        unit.set("labels", labels);
      }
      ArrayNode reads = unit.putArray("reads");
      w.reads().stream().sorted().forEach(reads::add);
      ArrayNode flows = unit.putArray("flows");
      sorted(w.flows())
          .forEach(
              f ->
                  flows
                      .addObject()
                      .put("table", f.key().table())
                      .put("priority", f.key().priority())
                      .put("match", f.key().match().toString())
                      .put("actions", actions(f))
                      .put("scope", f.scope().toString()));
    }
    return tree;
  }

  private static Optional<String> label(Id<?> id, Network network) {
    return network
        .get(id.kind(), id.name())
        .map(s -> s.document().spec().path("label").asText(""))
        .filter(l -> !l.isEmpty());
  }

  public static String whyText(List<Why> found, Network network) {
    StringBuilder text = new StringBuilder();
    for (Why w : found) {
      text.append("unit      ").append(w.unit()).append('\n');
      text.append("feature   ").append(feature(w)).append(w.held() ? " (held)" : "").append('\n');
      text.append("bundle    ").append(orDash(w.origin().toString())).append('\n');
      for (Id<?> o : w.objects()) {
        String label = label(o, network).map(l -> " (" + l + ")").orElse("");
        text.append("object    ").append(o).append(label).append('\n');
      }
      w.reads().stream().sorted().forEach(r -> text.append("read      ").append(r).append('\n'));
      if (!w.failure().isEmpty()) {
        text.append("failure   ").append(w.failure()).append('\n');
      }
      sorted(w.flows())
          .forEach(
              f ->
                  text.append("flow      ")
                      .append(f.key())
                      .append(" -> ")
                      .append(actions(f))
                      .append(" @ ")
                      .append(f.scope())
                      .append('\n'));
    }
    return text.toString();
  }

  /** A unit's name begins with its feature's. */
  private static String feature(Why why) {
    return why.unit().substring(0, Math.max(0, why.unit().indexOf('/')));
  }

  private static String actions(DesiredFlow flow) {
    return flow.actions().isEmpty()
        ? "drop"
        : String.join(", ", flow.actions().stream().map(Object::toString).toList());
  }

  private static List<DesiredFlow> sorted(List<DesiredFlow> flows) {
    return flows.stream().sorted(Comparator.comparing(DesiredFlow::key, FlowKey.ORDER)).toList();
  }
}
