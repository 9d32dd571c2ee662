package dev.heddle.fleet;

import java.util.List;
import java.util.Locale;

/** A drawing of figures over the number of nodes, both axes logarithmic, as SVG. Pure. */
final class Plot {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final int LEFT = 60;
  private static final int RIGHT = 620;
  private static final int TOP = 30;
  private static final int BOTTOM = 350;
  private static final List<String> COLOURS = List.of("#1f5fa8", "#b5442c", "#3c7d3c", "#7a4fa0");

  /** One line; values above 0. */
  record Line(String name, List<Double> values) {}

  private final List<Integer> nodes;
  private final List<Line> lines;
  private final double least;
  private final double most;

  private Plot(List<Integer> nodes, List<Line> lines) {
    this.nodes = nodes;
    this.lines = lines;
    double low = lines.stream().flatMap(l -> l.values().stream()).min(Double::compare).orElse(1.0);
    double high = lines.stream().flatMap(l -> l.values().stream()).max(Double::compare).orElse(1.0);
    least = Math.pow(10, Math.floor(Math.log10(low)));
    most = Math.max(least * 10, Math.pow(10, Math.ceil(Math.log10(high))));
  }

  static String svg(List<Integer> nodes, List<Line> lines) {
    return new Plot(nodes, lines).draw();
  }

  private String draw() {
    StringBuilder out = new StringBuilder();
    add(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH,
        HEIGHT);
    add(out, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    for (double v = least; v <= most * 1.001; v *= 10) {
      add(
          out,
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
              + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT,
          RIGHT,
          y(v),
          y(v),
          LEFT - 6,
          y(v) + 4,
          v < 1 ? String.valueOf(v) : String.format(Locale.ROOT, "%.0f", v));
    }
    for (int n : nodes) {
      add(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d nodes</text>",
          x(n),
          BOTTOM + 20,
          n);
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(out, lines.get(i), COLOURS.get(i % COLOURS.size()), i);
    }
    return out.append("</svg>\n").toString();
  }

  private void draw(StringBuilder out, Line line, String colour, int number) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < nodes.size(); i++) {
      double x = x(nodes.get(i));
      double y = y(line.values().get(i));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      add(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x, y, colour);
    }
    add(out, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>", points, colour);
    add(
        out,
        "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>",
        LEFT + 10 + number * 190,
        TOP - 10,
        colour,
        line.name());
  }

  private double x(double n) {
    double first = Math.log(nodes.get(0));
    double last = Math.log(nodes.get(nodes.size() - 1));
    double part = last > first ? (Math.log(n) - first) / (last - first) : 0.5;
    return LEFT + 40 + part * (RIGHT - LEFT - 80);
  }

  private double y(double value) {
    double part = Math.log(value / least) / Math.log(most / least);
    return BOTTOM - part * (BOTTOM - TOP);
  }

  private static void add(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
