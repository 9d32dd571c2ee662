package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Network;
import dev.heddle.model.Text;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.FeatureState;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.pipeline.Inspection.Why;
import dev.heddle.show.Audit;
import dev.heddle.show.Pipeline;
import dev.heddle.show.Syntax;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** All there is below {@code /api/v1}, in the order in which a path is compared. */
final class Routes {

  static final String READY = "/api/v1/ready";

  /** What answers one method on one form of path. */
  interface Handler {
    CompletionStage<Reply> handle(Request request);
  }

  /**
   * @param path its words; {@code {kind}}, {@code {name}} and {@code {cookie}} stand for any
   * @param needs the role without which it is refused
   * @param summary one line for the OpenAPI document
   */
  record Route(String method, List<String> path, Role needs, String summary, Handler handler) {

    boolean leadsTo(List<String> words) {
      if (words.size() != path.size()) {
        return false;
      }
      for (int i = 0; i < words.size(); i++) {
        String expected = path.get(i);
        if (expected.startsWith("{")
            ? words.get(i).isEmpty()
            : !expected.equalsIgnoreCase(words.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Route> routes;
  private final Network network;
  private final Inspection inspection;
  private final LongSupplier revision;

  Routes(
      Network network,
      Inspection inspection,
      LongSupplier revision,
      ObjectRoutes objects,
      Edits edits,
      Traces traces,
      Simulations simulations,
      Hits hits,
      HealthRoutes watched) {
    this.network = network;
    this.inspection = inspection;
    this.revision = revision;
    routes =
        List.of(
            route(
                "GET",
                "ready",
                Role.NONE,
                "Whether the controller answers; needs no token",
                this::ready),
            new Route(
                "GET",
                List.of("metrics"),
                Role.READ,
                "All metrics, in the text format of Prometheus",
                watched::metrics),
            new Route(
                "GET",
                List.of("health"),
                Role.READ,
                "How each part is, in sentences; 503 if not ready",
                watched::health),
            route("GET", "openapi.json", Role.READ, "This document", this::openApi),
            route(
                "GET",
                "stages",
                Role.READ,
                "The stages of the pipeline, in packet order",
                this::stages),
            route(
                "GET", "why/{cookie}", Role.READ, "Why a flow with this cookie exists", this::why),
            route("GET", "features", Role.READ, "Features, here or held", this::features),
            route("GET", "features/{name}", Role.READ, "One feature", this::feature),
            route(
                "DELETE",
                "features/{name}",
                Role.ADMIN,
                "Removes what a feature that is away left behind",
                this::retire),
            route("POST", "trace", Role.READ, "What becomes of a packet", traces::trace),
            route(
                "POST",
                "policy/simulate",
                Role.OPERATE,
                "What documents and deletions would do to verdicts and flows; changes nothing",
                simulations::simulate),
            route(
                "GET",
                "acls/{name}/hits",
                Role.READ,
                "How many packets a rule has decided, as the switches count them",
                hits::hits),
            route(
                "POST",
                "transactions",
                Role.OPERATE,
                "Documents and deletions, all or nothing",
                edits::transaction),
            route(
                "GET",
                "{kind}",
                Role.READ,
                "All objects of this kind, or their changes",
                objects::list),
            route(
                "GET", "{kind}/{name}", Role.READ, "One object with its conditions", objects::get),
            route(
                "PUT",
                "{kind}/{name}",
                Role.OPERATE,
                "Creates or replaces the object",
                objects::put),
            route(
                "PATCH",
                "{kind}/{name}",
                Role.OPERATE,
                "Merges into the object, RFC 7386",
                objects::patch),
            route("DELETE", "{kind}/{name}", Role.OPERATE, "Removes the object", objects::delete));
  }

  private static Route route(
      String method, String path, Role needs, String summary, Handler handler) {
    return new Route(method, List.of(("api/v1/" + path).split("/")), needs, summary, handler);
  }

  /**
   * @throws Refusal 404 or 405 where nothing leads
   */
  CompletionStage<Reply> handle(Request request) {
    List<String> form =
        routes.stream()
            .filter(r -> r.leadsTo(request.path()))
            .findFirst()
            .map(Route::path)
            .orElseThrow(() -> new Refusal(404, "There is nothing at this path."));
    List<Route> here = routes.stream().filter(r -> r.path().equals(form)).toList();
    for (Route route : here) {
      if (route.method().equals(request.method())) {
        ensureAllowed(request, route);
        return route.handler().handle(request);
      }
    }
    Refusal refusal =
        new Refusal(405, "Here go " + methods(here) + ", not " + request.method() + ".");
    return done(Reply.of(refusal, request.accepted()).with("Allow", methods(here)));
  }

  private static void ensureAllowed(Request request, Route route) {
    Caller caller = request.caller();
    if (!caller.role().includes(route.needs())) {
      String path = "/" + String.join("/", request.path());
      Audit.refused(caller.actor(), request.method(), path, "needs role " + route.needs());
      throw new Refusal(
          403,
          "This needs a token of role "
              + route.needs()
              + "; "
              + caller.name()
              + " has role "
              + caller.role()
              + ".");
    }
  }

  private static String methods(List<Route> routes) {
    return routes.stream().map(Route::method).collect(Collectors.joining(", "));
  }

  private CompletionStage<Reply> ready(Request request) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("ready", true).put("revision", revision.getAsLong());
    return done(Reply.of(200, request.accepted(), tree, () -> "ready\n"));
  }

  private CompletionStage<Reply> openApi(Request unusedRequest) {
    ObjectNode tree = OpenApi.of(routes, network.kinds());
    return done(Reply.of(200, Media.JSON, tree, () -> Syntax.JSON.write(tree)));
  }

  private CompletionStage<Reply> stages(Request request) {
    List<StageState> stages = inspection.stages();
    return done(
        Reply.of(
            200,
            request.accepted(),
            Pipeline.stages(stages),
            () -> Pipeline.stageTable(stages).toString()));
  }

  private CompletionStage<Reply> features(Request request) {
    return shown(request, inspection.features());
  }

  private CompletionStage<Reply> feature(Request request) {
    String name = request.path().get(3);
    List<FeatureState> found =
        inspection.features().stream().filter(f -> f.name().equals(name)).toList();
    if (found.isEmpty()) {
      throw new Refusal(404, "There is no feature named " + Text.shown(name) + ".");
    }
    return shown(request, found);
  }

  private static CompletionStage<Reply> shown(Request request, List<FeatureState> features) {
    boolean one = request.path().size() > 3;
    JsonNode all = Pipeline.features(features);
    return done(
        Reply.of(
            200,
            request.accepted(),
            one ? all.get(0) : all,
            () -> Pipeline.featureTable(features).toString()));
  }

  private CompletionStage<Reply> retire(Request request) {
    String name = request.path().get(3);
    Optional<String> whyNot = inspection.retire(name);
    if (whyNot.isPresent()) {
      throw new Refusal(409, whyNot.get());
    }
    Audit.did(request.caller().actor(), "DELETE", "Feature/" + name, "retired");
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("retired", name);
    return done(Reply.of(200, request.accepted(), tree, () -> "Feature/" + name + " retired\n"));
  }

  private CompletionStage<Reply> why(Request request) {
    long cookie =
        Pipeline.cookie(request.path().get(3))
            .orElseThrow(() -> new Refusal(400, "A cookie is written 0x1a2b or in decimal."));
    List<Why> found = inspection.why(cookie);
    if (found.isEmpty()) {
      throw new Refusal(404, "No unit has this cookie.");
    }
    return done(
        Reply.of(
            200,
            request.accepted(),
            Pipeline.why(cookie, found, network),
            () -> Pipeline.whyText(found, network)));
  }

  private static CompletionStage<Reply> done(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }
}
