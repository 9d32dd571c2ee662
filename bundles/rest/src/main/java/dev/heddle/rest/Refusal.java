package dev.heddle.rest;

import dev.heddle.model.RefusedException;
import dev.heddle.model.RefusedException.Problem;
import dev.heddle.model.StaleException;
import dev.heddle.show.UnreadableException;
import dev.heddle.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why a request is not done: HTTP's number, a sentence, and what is wrong field by field. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);

  private final int status;
  private final transient List<Problem> problems;

  Refusal(int status, String sentence) {
    this(status, sentence, List.of());
  }

  Refusal(int status, String sentence, List<Problem> problems) {
    super(sentence, null, false, false); // an answer, not a failure: nobody reads its stack
    this.status = status;
    this.problems = problems;
  }

  int status() {
    return status;
  }

  List<Problem> problems() {
    return problems;
  }

  /** What a client is told of whatever was thrown; what it did not cause is logged. */
  static Refusal of(Throwable thrown) {
    if (thrown instanceof Refusal refusal) {
      return refusal;
    }
    if ((thrown instanceof CompletionException || thrown instanceof ExecutionException)
        && thrown.getCause() != null) {
      return of(thrown.getCause());
    }
    if (thrown instanceof RefusedException refused) {
      return new Refusal(422, "Nothing was changed.", refused.problems());
    }
    if (thrown instanceof StaleException stale) {
      return new Refusal(412, stale.getMessage() + "; nothing was changed.");
    }
    if (thrown instanceof UnreadableException unreadable) {
      return new Refusal(
          unreadable.isTooLarge() ? 413 : 400,
          "The body is refused: " + unreadable.getMessage() + ".");
    }
    if (thrown instanceof StoreException) {
      return new Refusal(503, "The change could not be stored; nothing was changed.");
    }
    LOG.error("a request failed", thrown);
    return new Refusal(500, "The controller failed at this request; its log says how.");
  }
}
