package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import dev.heddle.show.Outcome;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One change made at the console, with its lines in the audit. */
final class Edit {

  private static final Logger AUDIT = LoggerFactory.getLogger("dev.heddle.audit");
  private static final int ANSWER_SECONDS = 60;

  private Edit() {}

  /**
   * @throws RefusedException naming each field that is wrong; nothing was changed then
   */
  static Answering.Answer make(Network network, List<Change> changes) throws Exception {
    try {
      Outcome outcome =
          Outcome.of(
              changes,
              network.transact(Writer.USER, changes).get(ANSWER_SECONDS, TimeUnit.SECONDS));
      outcome.steps().stream()
          .filter(s -> s.effect() != Effect.UNCHANGED)
          .forEach(s -> AUDIT.info("{} revision {} from the console", s, outcome.revision()));
      return new Answering.Answer(outcome.text(), outcome.tree());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw refused;
      }
      throw e;
    }
  }
}
