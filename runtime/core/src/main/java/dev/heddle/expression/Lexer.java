package dev.heddle.expression;

import dev.heddle.model.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a text into tokens. A word is a run of letters, digits, {@code _}, {@code .} and {@code :};
 * one that begins with a digit or holds a colon is a constant, any other a name.
 */
final class Lexer {

  static final int MOST_CHARACTERS = 64 * 1024;
  static final int MOST_TOKENS = 16 * 1024;
  private static final int LONGEST_NAME = 253;
  private static final List<String> OPERATORS =
      List.of(
          "&&", "||", "==", "!=", "<=", ">=", "..", "<", ">", "!", "(", ")", "{", "}", "[", "]",
          ",", "/");

  enum Kind {
    OPERATOR,
    NAME,
    CONSTANT,
    /** {@code $name}; the token's text is the name. */
    SET,
    /** {@code @name}; the token's text is the name. */
    GROUP,
    /** {@code "name"}; the token's text is the name. */
    STRING,
    END
  }

  /** {@code at} is the place of its first character in the text. */
  record Token(Kind kind, String text, int at) {

    boolean is(String operator) {
      return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** As a sentence names it. */
    String shown() {
      return switch (kind) {
        case END -> "the end";
        case SET -> "'$" + Text.shown(text) + "'";
        case GROUP -> "'@" + Text.shown(text) + "'";
        case STRING -> "\"" + Text.shown(text) + "\"";
        default -> "'" + Text.shown(text) + "'";
      };
    }
  }

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String text) {
    this.text = text;
  }

  /** All tokens, the last one the {@link Kind#END}. */
  static List<Token> tokens(String text) {
    if (text.length() > MOST_CHARACTERS) {
      throw new ExpressionException(
          1,
          1,
          "an expression has at most " + MOST_CHARACTERS + " characters, not " + text.length());
    }
    Lexer lexer = new Lexer(text);
    while (lexer.next()) {
      if (lexer.tokens.size() == MOST_TOKENS) {
        throw error(
            text, lexer.at, "an expression has at most " + MOST_TOKENS + " words and signs");
      }
    }
    lexer.tokens.add(new Token(Kind.END, "", text.length()));
    return lexer.tokens;
  }

  static ExpressionException error(String text, int at, String sentence) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < at; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        start = i + 1;
      }
    }
    return new ExpressionException(line, at - start + 1, sentence);
  }

  private ExpressionException error(String sentence) {
    return error(text, at, sentence);
  }

  private boolean next() {
    skip();
    if (at == text.length()) {
      return false;
    }
    char c = text.charAt(at);
    if (c == '$' || c == '@') {
      int end = end(at + 1, "._-");
      tokens.add(new Token(c == '$' ? Kind.SET : Kind.GROUP, name(at + 1, end, c), at));
      at = end;
    } else if (c == '"') {
      string();
    } else if (isWord(c, ":_.") && !text.startsWith("..", at)) {
      int end = endOfWord();
      String word = text.substring(at, end);
      boolean constant = isDigit(c) || word.indexOf(':') >= 0;
      tokens.add(new Token(constant ? Kind.CONSTANT : Kind.NAME, word, at));
      at = end;
    } else {
      String operator =
          OPERATORS.stream()
              .filter(o -> text.startsWith(o, at))
              .findFirst()
              .orElseThrow(() -> error(strange(c)));
      tokens.add(new Token(Kind.OPERATOR, operator, at));
      at += operator.length();
    }
    return true;
  }

  private static String strange(char c) {
    return switch (c) {
      case '&' -> "'&' is written twice, '&&'";
      case '|' -> "'|' is written twice, '||'";
      case '=' -> "'=' is written twice, '=='";
      case '\'' -> "a port's name stands in double quotes";
      default -> "'" + Text.shown(String.valueOf(c)) + "' is no part of an expression";
    };
  }

  /** White space and comments. */
  private void skip() {
    while (at < text.length()) {
      if (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        int line = text.indexOf('\n', at);
        if (end < 0 || line >= 0 && line < end) {
          throw error("this comment has no '*/' in its line");
        }
        at = end + 2;
      } else {
        return;
      }
    }
  }

  private void string() {
    int end = text.indexOf('"', at + 1);
    if (end < 0) {
      throw error("this name has no closing '\"'");
    }
    tokens.add(new Token(Kind.STRING, name(at + 1, end, '"'), at));
    at = end + 1;
  }

  /** What documents may have as names, and nothing else, so no escapes are needed. */
  private String name(int from, int to, char sign) {
    String name = text.substring(from, to);
    boolean right = !name.isEmpty() && name.length() <= LONGEST_NAME;
    for (int i = 0; right && i < name.length(); i++) {
      boolean edge = i == 0 || i == name.length() - 1;
      right = isWord(name.charAt(i), edge ? "" : "._-");
    }
    if (!right) {
      throw error(
          "expected a name of letters, digits, '.', '_' and '-' after '"
              + sign
              + "', first and last a letter or digit, at most "
              + LONGEST_NAME
              + ", found '"
              + Text.shown(name)
              + "'");
    }
    return name;
  }

  private int end(int from, String beside) {
    int end = from;
    while (end < text.length() && isWord(text.charAt(end), beside)) {
      end++;
    }
    return end;
  }

  /** Two dots end a word: those of {@code [0..11]}. */
  private int endOfWord() {
    int end = at;
    while (end < text.length() && isWord(text.charAt(end), ":_.") && !text.startsWith("..", end)) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isWord(char c, String beside) {
    return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || beside.indexOf(c) >= 0;
  }
}
