package dev.heddle.model;

import java.util.List;
import java.util.stream.Collectors;

/** A change that cannot be taken: what is wrong, field by field, in sentences for a person. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Where and what: {@code path} is the object and field, {@code sentence} says what is expected.
   */
  public record Problem(String path, String sentence) {

    @Override
    public String toString() {
      return path + ": " + sentence;
    }
  }

  private final transient List<Problem> problems;

  public RefusedException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  public RefusedException(String path, String sentence) {
    this(List.of(new Problem(path, sentence)));
  }

  public List<Problem> problems() {
    return problems;
  }
}
