package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.show.Syntax;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who has no token, and who takes more than a fair share. */
@Timeout(60)
class StrangersTest {

  /** Little of everything; time is as given. */
  private static Limits tight(Duration time) {
    return new Limits(8, 8, 100_000, 150_000, time, time, time, 1, 1, 2, 16, 2);
  }

  /** As tight, but no request finds the queue full: what is refused is refused for itself. */
  private static Limits tightButForTheQueue() {
    Duration time = Duration.ofMinutes(1);
    return new Limits(8, 8, 100_000, 150_000, time, time, time, 1, 16, 2, 16, 2);
  }

  @TempDir Path directory;
  private Northbound north;

  @BeforeEach
  void start() throws Exception {
    north = new Northbound(directory, tight(Duration.ofMinutes(1)));
  }

  @AfterEach
  void stop() {
    north.close();
  }

  @Test
  void withoutTheTokenNothingIsToldButThatWeAreReady() throws Exception {
    assertThat(json(north.send(north.bare("ready"))).path("ready").asBoolean()).isTrue();
    for (String path : List.of("ports", "openapi.json", "nowhere", "ready/", "ready?x=1")) {
      assertThat(north.send(north.bare(path)).statusCode()).as(path).isEqualTo(401);
    }
    for (String header :
        List.of("Bearer ", "Bearer x", "Basic " + north.secret(), north.secret())) {
      HttpResponse<String> refused =
          north.send(north.bare("ports").header("Authorization", header));
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
  }

  @Test
  void theTokenIsMadeOnceAndForItsOwnerOnly() throws Exception {
    Path file = directory.resolve("heddle.token");
    String made = Files.readString(file);
    assertThat(made.strip()).hasSize(43);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Token.in(file)).isEqualTo(made.strip());
    assertThat(Files.readString(file)).isEqualTo(made);
    Path tokens = directory.resolve("heddle.tokens");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokens)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(tokens)).startsWith("admin admin ").doesNotContain(made.strip());
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(file, tokens);
    }
  }

  @Test
  void aTokenThatOthersMayReadOrThatIsEmptyIsNotTaken() throws Exception {
    Path file = directory.resolve("heddle.token");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Token.in(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, "\n");
    assertThatThrownBy(() -> Token.in(file)).isInstanceOf(IOException.class);
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhateverItsLengthHeaderSays() throws Exception {
    String large = "x".repeat(100_001);
    assertThat(north.send("POST", "transactions", large).statusCode()).isEqualTo(413);
    String chunk = Integer.toHexString(50_000) + "\r\n" + "x".repeat(50_000) + "\r\n";
    assertThat(
            north.raw(
                "POST /api/v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Authorization: Bearer "
                    + north.secret()
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + chunk
                    + chunk
                    + chunk))
        .startsWith("HTTP/1.1 413 ");
  }

  @Test
  void bodiesTogetherHaveABoundAndItIsGivenBack() throws Exception {
    String head =
        "POST /api/v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Authorization: Bearer "
            + north.secret()
            + "\r\nContent-Length: 99000\r\n\r\n";
    CompletableFuture<String> refused = new CompletableFuture<>();
    try (Socket one = connect();
        Socket other = connect()) {
      // Each is within its bound, both together are not; which of the two comes second is open.
      for (Socket socket : List.of(one, other)) {
        write(socket, head + "x".repeat(90_000));
        CompletableFuture.runAsync(() -> refused.complete(answer(socket)));
      }
      assertThat(refused.join()).startsWith("HTTP/1.1 503 ");
    }
    // The other one is held until its connection is seen to be closed: soon, not at once.
    String large = "[" + " ".repeat(99_000) + "]";
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    int status = north.send("POST", "transactions", large).statusCode();
    while (status == 503 && System.nanoTime() < end) {
      status = north.send("POST", "transactions", large).statusCode();
    }
    assertThat(status).isEqualTo(200);
  }

  @Test
  void headersAndRequestLinesHaveABound() throws Exception {
    String token = "Authorization: Bearer " + north.secret() + "\r\n";
    assertThat(north.raw("GET /api/v1/" + "p".repeat(5000) + " HTTP/1.1\r\n" + token + "\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(north.raw("GET /api/v1/ports HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(north.raw("\u0000\u0001 garbage\r\n\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void aRequestThatNeverEndsIsEnded() throws Exception {
    north.close();
    north = new Northbound(directory, tight(Duration.ofMillis(300)));
    String head =
        "POST /api/v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nAuthorization: Bearer "
            + north.secret()
            + "\r\n\r\n12";
    assertThat(north.raw(head)).startsWith("HTTP/1.1 408 ");
    assertThat(north.raw("GET /api/v1/ports HT")).isEmpty();
    assertThat(north.raw("")).isEmpty();
  }

  @Test
  void aHeadThatComesByteByByteIsEndedAtTheSameTime() throws Exception {
    north.close();
    north = new Northbound(directory, tight(Duration.ofMillis(500)));
    int sent = 0;
    try (Socket socket = connect()) {
      socket.setSoTimeout(20);
      OutputStream out = socket.getOutputStream();
      boolean open = true;
      while (open && sent < 1_000_000) {
        try {
          out.write('x');
          sent++;
          open = socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException stillOpen) {
          open = true;
        } catch (IOException closed) {
          open = false;
        }
      }
      assertThat(open).isFalse();
    }
    assertThat(sent).isPositive();
  }

  @Test
  void oneAddressCannotTakeThePlacesOfAll() throws Exception {
    Doorway doorway = new Doorway(4, 2, () -> 0);
    EmbeddedChannel[] mine = {at("192.0.2.1"), at("192.0.2.1"), at("192.0.2.1")};
    EmbeddedChannel[] others = {at("192.0.2.2"), at("192.0.2.3"), at("192.0.2.4")};
    assertThat(doorway.enter(mine[0])).isTrue();
    assertThat(doorway.enter(mine[1])).isTrue();
    assertThat(doorway.enter(mine[2])).isFalse();
    assertThat(doorway.enter(others[0])).isTrue();
    assertThat(doorway.enter(others[1])).isTrue();
    assertThat(doorway.enter(others[2])).isFalse();
    mine[0].close();
    assertThat(doorway.enter(others[2])).isTrue();
  }

  private static EmbeddedChannel at(String address) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(address, 4711);
      }
    };
  }

  @Test
  void whoKnocksWithoutATokenIsAuditedSoManyTimesAMinuteAndThenCounted() throws Exception {
    long before = audited("did=GET object=/api/v1/stages outcome=refused");
    long counted = audited("more requests without a valid token");
    for (int i = 0; i < 3 * Doorway.AUDITED; i++) {
      assertThat(north.send(north.bare("stages?secret=" + i)).statusCode()).isEqualTo(401);
    }
    assertThat(audited("did=GET object=/api/v1/stages outcome=refused") - before)
        .isEqualTo(Doorway.AUDITED);
    north.close();
    assertThat(audited("more requests without a valid token") - counted).isEqualTo(1);
    assertThat(audited("why=\"" + 2 * Doorway.AUDITED + " more requests")).isPositive();
    assertThat(audited("secret")).isZero();
  }

  private static long audited(String words) throws IOException {
    return Files.readAllLines(Path.of("target", "audit.log")).stream()
        .filter(l -> l.contains(words))
        .count();
  }

  @Test
  void whatStrangersMakeUsWriteIsBounded() {
    AtomicLong now = new AtomicLong();
    Seldom seldom = new Seldom(2, now::get);
    List<String> ended = new ArrayList<>();
    int written = 0;
    for (int i = 0; i < 5 * Seldom.MOST_KINDS; i++) {
      written += seldom.admits("kind " + i) ? 1 : 0;
    }
    assertThat(written).isEqualTo(Seldom.MOST_KINDS + 2); // the further ones share a kind
    for (int i = 0; i < 5; i++) {
      seldom.admits("kind 0");
    }
    seldom.sweep((kind, count) -> ended.add(kind + " " + count));
    assertThat(ended).isEmpty();
    now.set(Seldom.WINDOW_NANOS);
    seldom.sweep((kind, count) -> ended.add(kind + " " + count));
    assertThat(ended)
        .containsExactlyInAnyOrder("kind 0 4", Seldom.OTHERS + " " + (4 * Seldom.MOST_KINDS - 2));
    assertThat(seldom.admits("kind 0")).isTrue();
  }

  @Test
  void requestsInOnePacketAreNotAllAnswered() throws Exception {
    String request =
        "GET /api/v1/stages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + north.secret()
            + "\r\n\r\n";
    String answers = north.raw(request.repeat(5));
    assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(2);
  }

  @Test
  void aConnectionServesRequestsOneAfterTheOther() throws Exception {
    String request = "GET /api/v1/ready HTTP/1.1\r\nHost: x\r\n\r\n";
    try (Socket socket = connect()) {
      for (int i = 0; i < 3; i++) {
        write(socket, request);
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("}\n")) {
          answer.append((char) socket.getInputStream().read());
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 200 ");
      }
    }
  }

  @Test
  void moreConnectionsThanAllowedAreClosed() throws Exception {
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Socket socket = connect();
        held.add(socket);
        write(socket, "GET /api/v1/ready HTTP/1.1\r\n\r\n");
        assertThat(socket.getInputStream().read()).isEqualTo('H'); // so it is counted by now
      }
      assertThat(north.raw("")).isEmpty();
      try (Socket ninth = connect()) {
        write(ninth, "GET /api/v1/ready HTTP/1.1\r\n\r\n");
        assertThat(closed(ninth)).isTrue();
      }
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
  }

  private static String answer(Socket socket) {
    try {
      return new String(socket.getInputStream().readNBytes(64), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean closed(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void watchesAndWaitsHaveABound() throws Exception {
    north.close();
    north = new Northbound(directory, tightButForTheQueue());
    north.redA();
    for (int i = 0; i < 2; i++) {
      assertThat(
              north
                  .client()
                  .send(north.request("ports?watch=true").build(), BodyHandlers.ofInputStream())
                  .statusCode())
          .isEqualTo(200);
    }
    HttpResponse<String> thirdWatch = north.get("ports?watch=true");
    assertThat(thirdWatch.statusCode()).isEqualTo(503);
    assertThat(thirdWatch.body()).contains("2 watches already");
    List<CompletableFuture<HttpResponse<String>>> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waits.add(
          north
              .client()
              .sendAsync(
                  north.request("port/red-a?wait=realized&timeout=1m").build(),
                  BodyHandlers.ofString()));
    }
    // The one that came last of the three, whichever it was, is refused; so all three were seen.
    CompletableFuture.anyOf(waits.toArray(CompletableFuture[]::new)).join();
    assertThat(north.send("DELETE", "port/red-a", "").statusCode()).isEqualTo(200);
    assertThat(waits.stream().map(w -> w.join().statusCode()))
        .containsExactlyInAnyOrder(503, 404, 404);
    assertThat(waits.stream().map(w -> w.join().body()))
        .anyMatch(body -> body.contains("2 requests that wait already"));
  }

  @Test
  void aQueueThatIsFullIsSaidSoAndLaterRequestsAreServed() throws Exception {
    CompletableFuture<Void> release = new CompletableFuture<>();
    CompletableFuture<Void> holding = new CompletableFuture<>();
    // The model's thread stands still, so the one worker does, one request waits, the next is
    // refused.
    try (AutoCloseable blocker =
        north.controller.watch(
            r -> {
              holding.complete(null);
              release.join();
            })) {
      assertThat(blocker).isNotNull();
      north.nodes.confirm("n1", 1);
      holding.join();
      List<CompletableFuture<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(
            north
                .client()
                .sendAsync(north.request("ports").build(), BodyHandlers.ofString())
                .thenApply(HttpResponse::statusCode));
      }
      CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new)).join();
      release.complete(null);
      assertThat(answers.stream().map(CompletableFuture::join).toList())
          .contains(503)
          .contains(200);
    }
    assertThat(north.get("ports").statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatExpectsToBeAskedIsAsked() throws Exception {
    HttpResponse<String> done =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/json")
                .expectContinue(true)
                .POST(BodyPublishers.ofString("[]")));
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(Limits.USUAL.bodyBytes()).isEqualTo(Syntax.MAX_BYTES);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(north.address().getAddress(), north.address().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
