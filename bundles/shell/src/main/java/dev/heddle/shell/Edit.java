package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import dev.heddle.show.Audit;
import dev.heddle.show.Outcome;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** One change made at the console, with its lines in the audit. */
final class Edit {

  private static final int ANSWER_SECONDS = 60;

  private Edit() {}

  /**
   * @param how the command
   * @throws RefusedException naming each field that is wrong; nothing was changed then
   */
  static Answering.Answer make(Network network, String how, List<Change> changes) throws Exception {
    try {
      Outcome outcome =
          Outcome.of(
              changes,
              network.transact(Writer.USER, changes).get(ANSWER_SECONDS, TimeUnit.SECONDS));
      Audit.changed(Operator.actor(), how, outcome);
      return new Answering.Answer(outcome.text(), outcome.tree());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw refused;
      }
      throw e;
    }
  }
}
