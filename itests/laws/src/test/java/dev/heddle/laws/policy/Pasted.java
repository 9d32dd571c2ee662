package dev.heddle.laws.policy;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A story as Java: what a test of this package may hold. */
final class Pasted {

  private Pasted() {}

  static String test(List<Step> story) {
    return story.stream()
        .map(step -> "trial.take(" + text(step) + ");\n")
        .collect(Collectors.joining("", "PolicyTrial trial = new PolicyTrial(world);\n", ""));
  }

  /** Of records of this package, and what is in them. */
  static String text(Object value) {
    if (value instanceof String s) {
      return '"' + s + '"';
    } else if (value instanceof Enum<?> e) {
      return name(e.getDeclaringClass()) + "." + e.name();
    } else if (value instanceof Collection<?> all) {
      return (value instanceof Set ? "Set.of(" : "List.of(") + texts(all) + ")";
    } else if (value instanceof Record r) {
      RecordComponent[] all = r.getClass().getRecordComponents();
      return "new "
          + name(r.getClass())
          + "("
          + texts(Arrays.stream(all).map(c -> of(r, c)).toList())
          + ")";
    }
    return String.valueOf(value);
  }

  private static String texts(Collection<?> values) {
    Stream<String> texts = values.stream().map(Pasted::text);
    return (values instanceof Set ? texts.sorted() : texts).collect(Collectors.joining(", "));
  }

  /** With the type that it stands in. */
  private static String name(Class<?> type) {
    return type.getCanonicalName().substring(type.getPackageName().length() + 1);
  }

  private static Object of(Record r, RecordComponent component) {
    try {
      return component.getAccessor().invoke(r);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
