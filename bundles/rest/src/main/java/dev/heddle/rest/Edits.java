package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Result;
import dev.heddle.model.Network.State;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import dev.heddle.model.StaleException;
import dev.heddle.show.Audit;
import dev.heddle.show.Changes;
import dev.heddle.show.Outcome;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Makes the changes that requests ask for, each whole or not at all, and writes the audit. */
final class Edits {

  /** How often a change is worked out anew because the object changed under it. */
  private static final int ATTEMPTS = 8;

  private static final int ANSWER_SECONDS = 60;

  private final Network network;
  private final Waits waits;

  Edits(Network network, Waits waits) {
    this.network = network;
    this.waits = waits;
  }

  /** The one tree of a body. */
  static JsonNode body(Request request) {
    List<JsonNode> trees =
        Media.syntax(request.headers().get("Content-Type", "")).read(request.body());
    if (trees.size() != 1) {
      throw new Refusal(400, "One document is expected, not " + trees.size() + ".");
    }
    return trees.get(0);
  }

  /** The tree as a document, which must be the one the path names. */
  Document document(Request request, JsonNode tree, Id<?> id) {
    Document document = Document.of(tree);
    if (!document.kind().equals(id.kind())) {
      throw new RefusedException(id + " kind", "the path says " + id.kind());
    }
    if (!document.name().equals(id.name())) {
      throw new RefusedException(id + " metadata.name", "the path says " + id.name());
    }
    return document;
  }

  CompletionStage<Reply> transaction(Request request) {
    List<Change> changes =
        Changes.read(Media.syntax(request.headers().get("Content-Type", "")), request.body());
    prepare(request);
    return answer(request, Outcome.of(changes, made(changes)), 200, Optional.empty());
  }

  CompletionStage<Reply> put(Request request, Id<?> id, Function<Optional<State>, Document> next) {
    prepare(request);
    Preconditions conditions = Preconditions.of(request.headers());
    if (conditions.isEmpty()) {
      Document document = next.apply(Optional.empty());
      return put(request, document, OptionalLong.empty());
    }
    return retried(
        () -> {
          Optional<State> before = network.get(id.kind(), id.name());
          conditions.check(id.toString(), before);
          return put(request, next.apply(before), revision(before));
        });
  }

  CompletionStage<Reply> patch(Request request, Id<?> id, Function<State, Document> next) {
    prepare(request);
    Preconditions conditions = Preconditions.of(request.headers());
    return retried(
        () -> {
          Optional<State> before = network.get(id.kind(), id.name());
          conditions.check(id.toString(), before);
          State state = before.orElseThrow(() -> absent(id));
          return put(request, next.apply(state), revision(before));
        });
  }

  CompletionStage<Reply> delete(Request request, Id<?> id) {
    Preconditions conditions = Preconditions.of(request.headers());
    return retried(
        () -> {
          Optional<State> before = network.get(id.kind(), id.name());
          conditions.check(id.toString(), before);
          if (before.isEmpty()) {
            throw absent(id);
          }
          List<Change> changes =
              List.of(new Change.Remove(id.kind(), id.name(), true, revision(before)));
          Outcome outcome = Outcome.of(changes, made(changes));
          audit(request, outcome);
          return CompletableFuture.completedFuture(
              Reply.of(200, request.accepted(), outcome.tree(), outcome::text));
        });
  }

  private CompletionStage<Reply> put(Request request, Document document, OptionalLong expected) {
    List<Change> changes = List.of(new Change.Put(document, expected));
    Outcome outcome = Outcome.of(changes, made(changes));
    Effect effect = outcome.steps().get(0).effect();
    int status = effect == Effect.CREATED ? 201 : 200;
    return answer(request, outcome, status, revisionOf(document, effect, outcome.revision()));
  }

  /** The revision at which the object became {@code document}, if that can be said. */
  private Optional<Long> revisionOf(Document document, Effect effect, long made) {
    return effect != Effect.UNCHANGED
        ? Optional.of(made)
        : network
            .get(document.kind(), document.name())
            .filter(s -> s.document().equals(document))
            .map(State::revision);
  }

  private static OptionalLong revision(Optional<State> before) {
    return OptionalLong.of(before.map(State::revision).orElse(0L));
  }

  private static Refusal absent(Id<?> id) {
    return new Refusal(404, "There is no " + id.kind() + " named " + id.name() + ".");
  }

  /** What can be wrong about waiting is said before anything is changed. */
  private void prepare(Request request) {
    if (request.awaited().isPresent()) {
      waits.ensureRoom();
    }
    request.timeout();
  }

  private interface Attempt {
    CompletionStage<Reply> make();
  }

  /** Compare and swap: what was read is still so when it is changed, or all is done again. */
  private static CompletionStage<Reply> retried(Attempt attempt) {
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return attempt.make();
      } catch (StaleException changedUnderUs) {
        continue;
      }
    }
    throw new Refusal(409, "Others change this object all the time; nothing was changed.");
  }

  private Result made(List<Change> changes) {
    try {
      return network.transact(Writer.USER, changes).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new Refusal(503, "The model is busy; the change may still be made.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(503, "The controller stops; the change may have been made.");
    }
  }

  private CompletionStage<Reply> answer(
      Request request, Outcome outcome, int status, Optional<Long> revision) {
    audit(request, outcome);
    Reply.Answer plain = Reply.of(status, request.accepted(), outcome.tree(), outcome::text);
    Reply.Answer answer = revision.map(r -> plain.with("ETag", Preconditions.tag(r))).orElse(plain);
    Optional<String> condition = request.awaited();
    Set<Id<?>> awaited = new LinkedHashSet<>();
    for (Outcome.Step step : outcome.steps()) {
      Id<?> id = new Id<>(step.kind(), step.name());
      awaited.remove(id); // the last step on an object counts
      if (step.effect() != Effect.DELETED) {
        awaited.add(id);
      }
    }
    if (condition.isEmpty() || awaited.isEmpty()) {
      return CompletableFuture.completedFuture(answer);
    }
    return waits
        .until(condition.get(), awaited, request.timeout())
        .thenApply(
            missing -> {
              missing.ifPresent(
                  sentence -> {
                    throw new Refusal(
                        504, "Stored as revision " + outcome.revision() + ". " + sentence);
                  });
              return answer;
            });
  }

  private static void audit(Request request, Outcome outcome) {
    Audit.changed(request.caller().actor(), request.method(), outcome);
  }
}
