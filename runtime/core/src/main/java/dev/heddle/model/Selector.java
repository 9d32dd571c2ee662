package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Chooses objects by their labels, as Kubernetes does: all of {@code matchLabels} and all of {@code
 * matchExpressions} hold. An empty one chooses everything.
 *
 * @param labels at most 64 labels with the value that each must have
 * @param expressions at most 64 further conditions
 */
public record Selector(Map<String, String> labels, List<Requirement> expressions) {

  private static final int MOST = 64;

  /** In or Exists hold only where the label is; the other two also where it is not. */
  public enum Operator {
    @JsonProperty("In")
    IN,
    @JsonProperty("NotIn")
    NOT_IN,
    @JsonProperty("Exists")
    EXISTS,
    @JsonProperty("DoesNotExist")
    DOES_NOT_EXIST
  }

  /** One condition on one label. */
  public record Requirement(String key, Operator operator, List<String> values) {

    public Requirement {
      values = values == null ? List.of() : List.copyOf(values);
      if (key == null || key.isEmpty() || operator == null || values.size() > MOST) {
        throw new IllegalArgumentException(
            "a key, an operator and at most " + MOST + " values are expected");
      }
      boolean listed = operator == Operator.IN || operator == Operator.NOT_IN;
      if (listed == values.isEmpty()) {
        throw new IllegalArgumentException(
            listed ? "In and NotIn need values" : "Exists and DoesNotExist have no values");
      }
    }

    boolean holds(Map<String, String> of) {
      String value = of.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
      };
    }
  }

  /** Where a selector is looked for: under one label it needs, with a value or without. */
  public record Label(String key, String value) {

    /** Where selectors are that need no label. */
    public static final Label NONE = new Label("", "");
  }

  @JsonCreator
  public Selector(
      @JsonProperty("matchLabels") Map<String, String> labels,
      @JsonProperty("matchExpressions") List<Requirement> expressions) {
    this.labels = labels == null ? Map.of() : Map.copyOf(labels);
    this.expressions = expressions == null ? List.of() : List.copyOf(expressions);
    if (this.labels.size() > MOST || this.expressions.size() > MOST) {
      throw new IllegalArgumentException("at most " + MOST + " conditions are expected");
    }
  }

  public boolean selects(Map<String, String> of) {
    return labels.entrySet().stream().allMatch(l -> l.getValue().equals(of.get(l.getKey())))
        && expressions.stream().allMatch(r -> r.holds(of));
  }

  /** One of these is among {@link #found} of everything it selects. */
  Stream<Label> filed() {
    if (!labels.isEmpty()) {
      Map.Entry<String, String> first = new TreeMap<>(labels).firstEntry();
      return Stream.of(new Label(first.getKey(), first.getValue()));
    }
    return expressions.stream()
        .filter(r -> r.operator() == Operator.IN || r.operator() == Operator.EXISTS)
        .findFirst()
        .map(
            r ->
                r.operator() == Operator.IN
                    ? r.values().stream().map(v -> new Label(r.key(), v))
                    : Stream.of(new Label(r.key(), "")))
        .orElse(Stream.of(Label.NONE));
  }

  /** Where selectors are that may select what has these labels. */
  static Stream<Label> found(Map<String, String> of) {
    return Stream.concat(
            Stream.of(Label.NONE),
            of.entrySet().stream()
                .flatMap(
                    l -> Stream.of(new Label(l.getKey(), l.getValue()), new Label(l.getKey(), ""))))
        .distinct();
  }
}
