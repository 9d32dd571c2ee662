package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import dev.heddle.model.Network.State;
import dev.heddle.model.Text;
import dev.heddle.show.Columns;
import dev.heddle.show.KindNames;
import dev.heddle.show.Objects;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Reads and changes objects by kind and name. */
final class ObjectRoutes {

  private final Network network;
  private final Objects objects;
  private final LongSupplier revision;
  private final Watches watches;
  private final Waits waits;
  private final Edits edits;

  ObjectRoutes(
      Network network,
      Objects objects,
      LongSupplier revision,
      Watches watches,
      Waits waits,
      Edits edits) {
    this.network = network;
    this.objects = objects;
    this.revision = revision;
    this.watches = watches;
    this.waits = waits;
    this.edits = edits;
  }

  CompletionStage<Reply> list(Request request) {
    Kind<?> kind = kind(request);
    if (request.isWatch()) {
      return done(
          watches.watch(kind, Optional.empty(), from(request), request.caller().admitted()));
    }
    // Read before the list, so that a watch from here misses nothing.
    long since = revision.getAsLong();
    List<ObjectNode> all = objects.list(kind);
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("revision", since);
    ArrayNode items = tree.putArray("items");
    all.forEach(items::add);
    return done(Reply.of(200, request.accepted(), tree, () -> Columns.table(kind, all).toString()));
  }

  CompletionStage<Reply> get(Request request) {
    Kind<?> kind = kind(request);
    String name = request.path().get(3);
    State state = existing(kind, name);
    if (request.isWatch()) {
      return done(
          watches.watch(kind, Optional.of(name), from(request), request.caller().admitted()));
    }
    Optional<String> condition = request.awaited();
    if (condition.isEmpty()) {
      return done(shown(request, kind, state));
    }
    waits.ensureRoom();
    return waits
        .until(condition.get(), List.of(kind.id(name)), request.timeout())
        .thenApply(
            missing -> {
              missing.ifPresent(
                  sentence -> {
                    throw new Refusal(504, sentence);
                  });
              return held(request, kind, name, condition.get());
            });
  }

  /** To people that it holds, to programs the object. */
  private Reply held(Request request, Kind<?> kind, String name, String condition) {
    Reply.Answer object = shown(request, kind, existing(kind, name));
    return request.accepted() == Media.TEXT
        ? Reply.of(
            200,
            Media.TEXT,
            JsonNodeFactory.instance.nullNode(),
            () -> kind.id(name) + " is " + condition + "\n")
        : object;
  }

  private Reply.Answer shown(Request request, Kind<?> kind, State state) {
    ObjectNode tree = objects.of(kind, state);
    boolean full = request.query().getOrDefault("view", "").equals("describe");
    return Reply.of(
            200,
            request.accepted(),
            tree,
            () -> full ? Columns.describe(tree) : Columns.table(kind, List.of(tree)).toString())
        .with("ETag", Preconditions.tag(state.revision()));
  }

  private State existing(Kind<?> kind, String name) {
    return network
        .get(kind.name(), name)
        .orElseThrow(
            () ->
                new Refusal(
                    404, "There is no " + kind.name() + " named " + Text.shown(name) + "."));
  }

  CompletionStage<Reply> put(Request request) {
    Id<?> id = kind(request).id(request.path().get(3));
    Document document = edits.document(request, Edits.body(request), id);
    return edits.put(request, id, before -> document);
  }

  CompletionStage<Reply> patch(Request request) {
    Kind<?> kind = kind(request);
    Id<?> id = kind.id(request.path().get(3));
    JsonNode patch = Edits.body(request);
    return edits.patch(
        request,
        id,
        before -> {
          JsonNode merged = MergePatch.apply(before.document().tree(), patch);
          return edits.document(request, merged, id);
        });
  }

  CompletionStage<Reply> delete(Request request) {
    return edits.delete(request, kind(request).id(request.path().get(3)));
  }

  private Kind<?> kind(Request request) {
    String name = request.path().get(2);
    List<Kind<?>> kinds = network.kinds();
    return KindNames.find(kinds, name)
        .orElseThrow(
            () ->
                new Refusal(
                    404,
                    "There is no kind named "
                        + Text.shown(name)
                        + "; known are "
                        + String.join(", ", KindNames.plurals(kinds))
                        + "."));
  }

  /** The revision to watch from; a client that comes back sends the last event's id instead. */
  private static OptionalLong from(Request request) {
    String text =
        request.headers().get("Last-Event-ID", request.query().getOrDefault("revision", ""));
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!text.matches("\\d{1,18}")) {
      throw new Refusal(400, "A revision is a number.");
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  private static CompletionStage<Reply> done(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }
}
