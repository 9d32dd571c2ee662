package dev.heddle.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.tls.CertificateFiles;
import dev.heddle.tls.CertificateWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
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
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** REST behind TLS, with certificates as {@code heddle pki rest} makes them. */
@Timeout(120)
class HttpsTest {

  private static final Path HEDDLE = Path.of("..", "..", "heddle").toAbsolutePath().normalize();
  private static final String READY = "GET /api/v1/ready HTTP/1.1\r\nHost: x\r\n\r\n";

  @TempDir static Path made;
  @TempDir Path directory;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private CertificateFiles files;
  private Northbound north;

  @BeforeAll
  static void certificates() throws Exception {
    pki("rest", "--san", "127.0.0.1");
  }

  private static void pki(String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(HEDDLE.toString(), "pki"));
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("HEDDLE_"));
    builder.environment().put("HEDDLE_HOME", made.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @BeforeEach
  void start() throws Exception {
    files =
        new CertificateFiles(
            directory.resolve("privkey.pem"), directory.resolve("cert.pem"), Optional.empty());
    place();
    listen(Limits.USUAL);
  }

  /** What was made last is what REST finds. */
  private void place() throws IOException {
    Path from = made.resolve("etc/tls/rest");
    Files.write(files.key(), Files.readAllBytes(from.resolve("privkey.pem")));
    Files.write(files.certificate(), Files.readAllBytes(from.resolve("cert.pem")));
  }

  private void listen(Limits limits) throws Exception {
    north =
        new Northbound(
            directory,
            limits,
            Optional.of(
                new CertificateWatch(files, Clock.systemUTC(), said::add, "REST answers nobody")));
  }

  @AfterEach
  void stop() {
    north.close();
  }

  private static SSLContext trusting(Path authority) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var in = Files.newInputStream(authority)) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static SSLContext trusting() throws Exception {
    return trusting(made.resolve("etc/tls/rest/cacert.pem"));
  }

  private static HttpClient client(SSLContext context) {
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private HttpRequest.Builder request(String path) throws Exception {
    return HttpRequest.newBuilder(
            URI.create("https://127.0.0.1:" + north.address().getPort() + "/api/v1/" + path))
        .header("Authorization", "Bearer " + north.secret());
  }

  private SSLSocket connect() throws Exception {
    SSLSocket socket =
        (SSLSocket)
            trusting()
                .getSocketFactory()
                .createSocket(north.address().getAddress(), north.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static String ask(Socket socket) throws IOException {
    socket.getOutputStream().write(READY.getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("}\n")) {
      int c = socket.getInputStream().read();
      if (c < 0) {
        break;
      }
      answer.append((char) c);
    }
    return answer.toString();
  }

  private static BigInteger shown(SSLSocket socket) throws Exception {
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
  }

  @Test
  void whoTrustsTheAuthorityIsAnsweredByBothVersionsOfTls() throws Exception {
    assertThat(
            client(trusting()).send(request("ports").build(), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      try (SSLSocket socket = connect()) {
        socket.setEnabledProtocols(new String[] {version});
        assertThat(ask(socket)).startsWith("HTTP/1.1 200 ");
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      }
    }
  }

  @Test
  void whoTrustsAnotherAuthorityDoesNotSendItsToken() throws Exception {
    HttpClient other = client(trusting(made.resolve("pki/switchca/cacert.pem")));
    HttpRequest asked = request("ports").build();
    assertThatThrownBy(() -> other.send(asked, BodyHandlers.ofString()))
        .isInstanceOf(SSLHandshakeException.class);
    assertThat(client(trusting()).send(asked, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }

  @Test
  void whoSpeaksPlainHttpIsToldSoAndNoMore() throws Exception {
    String answer = north.raw(READY);
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("https://").doesNotContain("revision");
    assertThat(north.raw("x".repeat(100_000))).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void whoNeverFinishesAHandshakeIsClosedInBoundedTime() throws Exception {
    north.close();
    Limits u = Limits.USUAL;
    listen(
        new Limits(
            u.connections(),
            u.connectionsOfOne(),
            u.bodyBytes(),
            u.allBodyBytes(),
            u.requestTime(),
            u.idleTime(),
            Duration.ofMillis(300),
            u.workers(),
            u.queued(),
            u.watches(),
            u.watchBacklog(),
            u.waits()));
    assertThat(north.raw("")).isEmpty();
    assertThat(north.raw("abc")).isEmpty();
    // The head of a handshake record of 512 bytes, of which no more ever comes.
    assertThat(north.raw("\u0016\u0003\u0001\u0002\u0000\u0001")).isEmpty();
  }

  @Test
  void newFilesAreShownToNewConnectionsAndOldOnesGoOn() throws Exception {
    try (SSLSocket old = connect()) {
      assertThat(ask(old)).startsWith("HTTP/1.1 200 ");
      BigInteger before = shown(old);
      pki("renew");
      place();
      BigInteger now = before;
      while (now.equals(before)) { // looked at every second, taken at the second look
        try (SSLSocket next = connect()) {
          assertThat(ask(next)).startsWith("HTTP/1.1 200 ");
          now = shown(next);
        }
      }
      assertThat(ask(old)).startsWith("HTTP/1.1 200 ");
      assertThat(shown(old)).isEqualTo(before);
    }
    assertThat(said).isEmpty();
  }

  @Test
  void withoutFilesNobodyIsAnsweredUntilThereAreSome() throws Exception {
    north.close();
    Files.delete(files.key());
    listen(Limits.USUAL);
    assertThat(said)
        .containsExactly(
            "TLS: " + files.key() + " is missing; REST answers nobody until this is mended");
    assertThat(north.raw(READY)).isEmpty();
    place();
    String answer = "";
    while (answer.isEmpty()) {
      try (SSLSocket socket = connect()) {
        answer = ask(socket);
      } catch (IOException notYet) {
        answer = "";
      }
    }
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void anAnswerBeforeTheEndOfARequestArrives() throws Exception {
    HttpResponse<String> refused =
        client(trusting())
            .send(
                request("transactions")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(new byte[Limits.USUAL.bodyBytes() + 1]))
                    .build(),
                BodyHandlers.ofString());
    assertThat(refused.statusCode()).isEqualTo(413);
  }

  @Test
  void changesAreWatched() throws Exception {
    var stream =
        client(trusting())
            .send(request("ports?watch=true").build(), BodyHandlers.ofInputStream())
            .body();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      assertThat(lines.lines().anyMatch("event: synced"::equals)).isTrue();
    }
  }
}
