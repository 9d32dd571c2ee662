package dev.heddle.expression;

/** A text that is no expression: where it stops being one, what is expected, what was found. */
public final class ExpressionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  ExpressionException(int line, int column, String sentence) {
    super("line " + line + ", column " + column + ": " + sentence);
    this.line = line;
    this.column = column;
  }

  /** From 1 on. */
  public int line() {
    return line;
  }

  /** Of the first character that is wrong, from 1 on; a tab is one column. */
  public int column() {
    return column;
  }
}
