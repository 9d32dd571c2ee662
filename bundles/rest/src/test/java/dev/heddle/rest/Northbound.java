package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import dev.heddle.tls.CertificateWatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A controller with the l2 feature, its REST on a free port, and nodes that confirm when told. */
final class Northbound implements AutoCloseable {

  static final String SWITCH =
      "{'apiVersion':'heddle.dev/v1','kind':'LogicalSwitch','metadata':{'name':'red'},"
          + "'spec':{'subnets':['10.0.0.0/24']}}";

  private static final ObjectMapper JSON = new ObjectMapper();

  final L2Switching l2 = new L2Switching();
  final Controller controller = PlainRuntime.controller(new MemoryStore(), l2, new Placement());
  final Nodes nodes = new Nodes();
  private final Path tokenFile;
  private final RestServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  Northbound(Path directory, Limits limits) throws Exception {
    this(directory, limits, Optional.empty());
  }

  Northbound(Path directory, Limits limits, Optional<CertificateWatch> certificates)
      throws Exception {
    tokenFile = directory.resolve("heddle.token");
    controller.confirmedBy(nodes);
    server =
        new RestServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            certificates,
            Tokens.in(directory.resolve("heddle.tokens"), tokenFile),
            limits,
            controller,
            controller,
            controller.inspection(),
            () -> Optional.of(nodes));
  }

  /** What the renderer would be told by switches. */
  static final class Nodes implements Confirmations {
    private final Map<Id<Node>, NodeState> states = new ConcurrentHashMap<>();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

    void confirm(String node, long revision) {
      states.put(Node.KIND.id(node), new NodeState(true, revision, 7, 7, ""));
      watchers.forEach(Runnable::run);
    }

    @Override
    public Map<Id<Node>, NodeState> nodes() {
      return Map.copyOf(states);
    }

    @Override
    public AutoCloseable watch(Runnable onChange) {
      watchers.add(onChange);
      return () -> watchers.remove(onChange);
    }
  }

  static String port(String name, String last) {
    return ("{'apiVersion':'heddle.dev/v1','kind':'LogicalPort','metadata':{'name':'NAME'},"
            + "'spec':{'switch':'red','mac':'0a:00:00:00:00:LAST','addresses':['10.0.0.LAST']}}")
        .replace("NAME", name)
        .replace("LAST", last);
  }

  /** The port's interface turns up on a node, which connects if it is new. */
  void plug(String port, String node) throws Exception {
    plug(port, node, 3);
  }

  void plug(String port, String node, int ofPort) throws Exception {
    controller
        .transact(
            Writer.SYSTEM,
            List.of(
                new Change.Put(Node.document(node, 1, Optional.empty(), "3.1.0")),
                new Change.Put(
                    Binding.document(Node.KIND.id(node), LogicalPort.KIND.id(port), ofPort))))
        .get();
  }

  String secret() throws Exception {
    return Files.readString(tokenFile).strip();
  }

  InetSocketAddress address() {
    return server.address();
  }

  HttpRequest.Builder request(String path) throws Exception {
    return bare(path).header("Authorization", "Bearer " + secret());
  }

  HttpRequest.Builder bare(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + "/api/v1/" + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpClient client() {
    return client;
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  HttpResponse<String> text(String path) throws Exception {
    return send(request(path).header("Accept", "text/plain"));
  }

  /** A request with a JSON body; single quotes stand for double ones. */
  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> yaml(String body) throws Exception {
    return send(
        request("transactions")
            .header("Content-Type", "application/yaml")
            .POST(BodyPublishers.ofString(body)));
  }

  /** One switch and one port on it. */
  void redA() throws Exception {
    send("POST", "transactions", "[" + SWITCH + "," + port("red-a", "11") + "]");
  }

  static JsonNode json(HttpResponse<String> response) throws Exception {
    return JSON.readTree(response.body());
  }

  /** The words of an object's condition as the API shows it. */
  static String condition(JsonNode object, String type) {
    for (JsonNode c : object.at("/status/conditions")) {
      if (c.path("type").asText().equals(type)) {
        return c.path("status").asText() + " " + c.path("message").asText();
      }
    }
    return "none";
  }

  /** Sends bytes as they are and returns all that comes until the server closes. */
  String raw(String request) throws Exception {
    try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    server.close();
    controller.close();
  }
}
