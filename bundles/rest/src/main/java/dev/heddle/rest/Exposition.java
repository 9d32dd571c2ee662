package dev.heddle.rest;

import java.util.Locale;

/** Metrics as text: the exposition format of Prometheus, version 0.0.4. */
final class Exposition {

  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder();

  /** One value without labels. */
  Exposition gauge(String name, String help, double value) {
    return family(name, "gauge", help).sample(name, value);
  }

  /** One value without labels that only grows; its name ends in {@code _total}. */
  Exposition counter(String name, String help, double value) {
    return family(name, "counter", help).sample(name, value);
  }

  /** What follows are samples of this name. */
  Exposition family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /** A value; {@code labels} are names and values in turn. */
  Exposition sample(String name, double value, String... labels) {
    text.append(name);
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      text.append(escaped(labels[i + 1])).append('"');
    }
    text.append(labels.length > 0 ? "} " : " ").append(number(value)).append('\n');
    return this;
  }

  Exposition histogram(String name, String help, Histogram histogram) {
    family(name, "histogram", help);
    long below = 0;
    for (int i = 0; i < Histogram.BOUNDS.length; i++) {
      below += histogram.count(i);
      sample(name + "_bucket", below, "le", number(Histogram.BOUNDS[i]));
    }
    below += histogram.count(Histogram.BOUNDS.length);
    sample(name + "_bucket", below, "le", "+Inf");
    sample(name + "_sum", histogram.sum());
    return sample(name + "_count", below);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%s", value);
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
