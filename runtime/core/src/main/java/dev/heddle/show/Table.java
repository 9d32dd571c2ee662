package dev.heddle.show;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, in columns as wide as their widest cell. */
public record Table(List<String> headings, List<List<String>> rows) {

  private static final String GAP = "   ";

  public Table {
    headings = List.copyOf(headings);
    rows = List.copyOf(rows);
  }

  /** One line per row, each with its end; no blanks at a line's end. */
  @Override
  public String toString() {
    List<List<String>> lines = new ArrayList<>(rows.size() + 1);
    lines.add(headings);
    lines.addAll(rows);
    int[] widths = new int[headings.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        row.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length())).append(GAP);
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
