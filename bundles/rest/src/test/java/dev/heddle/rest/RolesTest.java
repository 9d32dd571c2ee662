package dev.heddle.rest;

import static dev.heddle.rest.Northbound.SWITCH;
import static dev.heddle.rest.Northbound.json;
import static dev.heddle.rest.Northbound.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, and what the audit says of it. */
@Timeout(60)
class RolesTest {

  private static final Map<String, String> SECRETS =
      Map.of(
          "reader", "r".repeat(43),
          "operator", "o".repeat(43),
          "boss", "b".repeat(43));

  @TempDir Path directory;
  private Northbound north;
  private Path tokens;

  @BeforeEach
  void start() throws Exception {
    north = new Northbound(directory, Limits.USUAL);
    tokens = directory.resolve("heddle.tokens");
    write(
        Files.readString(tokens)
            + "# made by a test\n\n"
            + line("reader", "read")
            + line("operator", "operate")
            + line("boss", "admin"));
    // The file is read again before the next request, and the audit says so.
    assertThat(north.get("nodes").statusCode()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    north.close();
  }

  private static String line(String name, String role) {
    return name + " " + role + " " + digest(SECRETS.get(name)) + "\n";
  }

  private static String digest(String secret) {
    return HexFormat.of().formatHex(Token.digest(secret));
  }

  /** As the script replaces it. */
  private void write(String text) throws IOException {
    Path aside = Files.writeString(directory.resolve("new"), text);
    Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-------"));
    Files.move(aside, tokens, StandardCopyOption.ATOMIC_MOVE);
  }

  private HttpRequest.Builder as(String name, String method, String path, String body) {
    return north
        .bare(path)
        .header("Authorization", "Bearer " + SECRETS.get(name))
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(body.replace('\'', '"')));
  }

  private HttpResponse<String> send(String name, String method, String path, String body)
      throws Exception {
    return north.send(as(name, method, path, body));
  }

  /** The newest lines of the audit. */
  private static List<String> audit() throws IOException {
    return Files.readAllLines(Path.of("target", "audit.log"));
  }

  private static String lastLine() throws IOException {
    List<String> lines = audit();
    return lines.get(lines.size() - 1);
  }

  @Test
  void aReaderReadsAndIsRefusedEveryChangeWithASentence() throws Exception {
    north.redA();
    for (String path : List.of("ports", "port/red-a", "stages", "openapi.json", "features")) {
      assertThat(send("reader", "GET", path, "").statusCode()).as(path).isEqualTo(200);
    }
    List<List<String>> changes =
        List.of(
            List.of("PUT", "port/red-a", port("red-a", "12")),
            List.of("PATCH", "port/red-a", "{'spec':{'enabled':false}}"),
            List.of("DELETE", "port/red-a", ""),
            List.of("POST", "transactions", "[" + port("red-b", "13") + "]"));
    String before = north.get("ports").body();
    for (List<String> c : changes) {
      HttpResponse<String> refused = send("reader", c.get(0), c.get(1), c.get(2));
      assertThat(refused.statusCode()).as(c.get(0)).isEqualTo(403);
      assertThat(json(refused).path("error").asText())
          .isEqualTo("This needs a token of role operate; reader has role read.");
      assertThat(lastLine())
          .contains("who=reader role=read from=\"127.0.0.1 port ")
          .contains("did=" + c.get(0) + " object=/api/v1/" + c.get(1))
          .endsWith("outcome=refused why=\"needs role operate\"");
    }
    assertThat(north.get("ports").body()).isEqualTo(before);
  }

  /** Held by the table of routes itself: a route that is added is asked about here, too. */
  @Test
  void everyRouteButReadyNeedsATokenAndEveryOneThatChangesMoreThanReading() throws Exception {
    JsonNode paths = json(north.get("openapi.json")).path("paths");
    List<String> wrong = new ArrayList<>();
    paths
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation -> {
                          String role = operation.getValue().path("x-heddle-role").asText();
                          String method = operation.getKey();
                          boolean asks =
                              method.equals("get") || path.getKey().equals("/api/v1/trace");
                          boolean well =
                              path.getKey().equals(Routes.READY)
                                  ? role.equals("none")
                                  : asks
                                      ? role.equals("read")
                                      : List.of("operate", "admin").contains(role);
                          if (!well) {
                            wrong.add(method + " " + path.getKey() + " " + role);
                          }
                        }));
    assertThat(wrong).isEmpty();
    assertThat(paths).hasSizeGreaterThan(10);
  }

  @Test
  void onlyAnAdministratorRetires() throws Exception {
    north.controller.remove(north.l2);
    assertThat(send("operator", "DELETE", "features/l2", "").statusCode()).isEqualTo(403);
    assertThat(lastLine()).contains("who=operator").contains("needs role admin");
    assertThat(send("boss", "DELETE", "features/l2", "").statusCode()).isEqualTo(200);
    assertThat(lastLine())
        .contains("who=boss role=admin")
        .endsWith("object=Feature/l2 outcome=retired");
  }

  @Test
  void anOperatorChangesAndEachObjectIsALineOfTheAudit() throws Exception {
    int before = audit().size();
    HttpResponse<String> made =
        send("operator", "POST", "transactions", "[" + SWITCH + "," + port("red-a", "11") + "]");
    assertThat(made.statusCode()).isEqualTo(200);
    long revision = json(made).path("revision").asLong();
    assertThat(audit().subList(before, audit().size()))
        .hasSize(2)
        .allMatch(l -> l.contains("who=operator role=operate from="))
        .allMatch(l -> l.endsWith("outcome=created revision=" + revision))
        .anyMatch(l -> l.contains("did=POST object=LogicalPort/red-a"));
    before = audit().size();
    assertThat(send("operator", "PUT", "port/red-a", port("red-a", "11")).statusCode())
        .isEqualTo(200);
    assertThat(audit()).as("nothing was changed").hasSize(before);
    assertThat(send("operator", "DELETE", "port/red-a", "").statusCode()).isEqualTo(200);
    assertThat(lastLine()).contains("did=DELETE object=LogicalPort/red-a outcome=deleted");
  }

  @Test
  void nobodyForgesALineOfTheAuditAndNoSecretIsInIt() throws Exception {
    int before = audit().size();
    send("reader", "DELETE", "port/a%0Awho=boss%20role=admin%0D%1B%5B2J%E2%80%A8%22", "");
    assertThat(audit()).hasSize(before + 1);
    assertThat(lastLine())
        .contains("\\u000awho=boss role=admin\\u000d\\u001b[2J\\u2028\\\"")
        .contains(" who=reader ")
        .matches("[ -~]*");
    for (String line : audit()) {
      for (String secret : SECRETS.values()) {
        assertThat(line).doesNotContain(secret).doesNotContain(digest(secret));
      }
    }
  }

  @Test
  void aTokenThatIsRevokedLetsNobodyInFromThenOnAndItsWatchEnds() throws Exception {
    north.redA();
    HttpResponse<InputStream> watch =
        north
            .client()
            .send(
                as("reader", "GET", "ports?watch=true", "").build(), BodyHandlers.ofInputStream());
    assertThat(watch.body().read()).isNotNegative();
    write(Files.readString(tokens).replace(line("reader", "read"), ""));
    HttpResponse<String> refused = send("reader", "GET", "ports", "");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(json(refused).path("error").asText()).contains("A token is needed");
    List<String> lines = audit();
    assertThat(lines.get(lines.size() - 2))
        .contains("from=heddle.tokens did=token object=Token/reader outcome=revoked");
    assertThat(lastLine())
        .contains("who=- role=none from=")
        .contains("did=GET object=/api/v1/ports outcome=refused why=\"this token lets nobody in\"");
    north.send("PUT", "port/red-b", port("red-b", "12"));
    assertThatThrownBy(() -> watch.body().readAllBytes()).isInstanceOf(IOException.class);
    write(Files.readString(tokens) + line("reader", "operate"));
    assertThat(send("reader", "DELETE", "port/red-b", "").statusCode()).isEqualTo(200);
  }

  @Test
  void aFileThatCannotBeUsedLetsNobodyInUntilItIsMended() throws Exception {
    String good = Files.readString(tokens);
    for (String bad :
        List.of(
            good + "eve root " + digest("x") + "\n",
            good + "eve none " + digest("x") + "\n",
            good + "eve read 1234\n",
            good + line("reader", "admin"),
            good + "eve\n")) {
      write(bad);
      assertThat(send("boss", "GET", "ports", "").statusCode()).as(bad).isEqualTo(401);
      write(good);
      assertThat(send("boss", "GET", "ports", "").statusCode()).isEqualTo(200);
    }
    Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-rw----"));
    assertThat(send("boss", "GET", "ports", "").statusCode()).isEqualTo(401);
    assertThatThrownBy(() -> Tokens.in(tokens, directory.resolve("heddle.token")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600");
    Files.delete(tokens);
    assertThat(send("boss", "GET", "ports", "").statusCode()).isEqualTo(401);
  }

  @Test
  void theFirstTokenIsAnAdministratorsAndStaysRevoked() throws Exception {
    Path first = directory.resolve("heddle.token");
    assertThat(north.get("ports").statusCode()).isEqualTo(200);
    write(line("boss", "admin"));
    assertThat(north.get("ports").statusCode()).isEqualTo(401);
    Tokens again = Tokens.in(tokens, first);
    assertThat(again.admits("Bearer " + Files.readString(first).strip())).isFalse();
    assertThat(again.admits("Bearer " + SECRETS.get("boss"))).isTrue();
    assertThat(Files.readString(tokens)).isEqualTo(line("boss", "admin"));
  }
}
