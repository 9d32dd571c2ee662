package dev.heddle.rest;

import static dev.heddle.rest.Northbound.SWITCH;
import static dev.heddle.rest.Northbound.json;
import static dev.heddle.rest.Northbound.port;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several documents at once, and texts that mean harm. */
@Timeout(60)
class TransactionsOverHttpTest {

  private static final String TWO =
      """
      # comments and empty documents are fine
      ---
      apiVersion: heddle.dev/v1
      kind: LogicalSwitch
      metadata: {name: red}
      ---
      apiVersion: heddle.dev/v1
      kind: LogicalPort
      metadata:
        name: red-a
      spec:
        switch: red
        mac: 10:20:30:40:50:11
      ---
      """;

  private Northbound north;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    north = new Northbound(directory, Limits.USUAL);
  }

  @AfterEach
  void stop() {
    north.close();
  }

  @Test
  void aStreamOfYamlIsOneTransaction() throws Exception {
    HttpResponse<String> done =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/yaml")
                .header("Accept", "text/plain")
                .POST(BodyPublishers.ofString(TWO)));
    assertThat(done.body()).isEqualTo("LogicalSwitch/red created\nLogicalPort/red-a created\n");
    long revision = json(north.get("switch/red")).at("/status/revision").asLong();
    assertThat(json(north.get("port/red-a")).at("/status/revision").asLong()).isEqualTo(revision);
  }

  @Test
  void eachStepIsToldApart() throws Exception {
    north.redA();
    HttpResponse<String> done =
        north.send(
            "POST",
            "transactions",
            "["
                + SWITCH
                + ","
                + port("red-b", "12")
                + ",{'delete':{'kind':'LogicalPort','name':'red-a'}}]");
    assertThat(json(done).path("steps").findValuesAsText("effect"))
        .containsExactly("unchanged", "created", "deleted");
  }

  @Test
  void oneWrongDocumentStopsAllAndEachMistakeIsNamed() throws Exception {
    HttpResponse<String> refused =
        north.send(
            "POST",
            "transactions",
            "["
                + SWITCH
                + ","
                + port("a", "1x")
                + ","
                + port("b", "12").replace("'switch'", "'swich'")
                + ",{'delete':{'kind':'LogicalPort','name':'none'}}]");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(json(refused).path("problems").findValuesAsText("path"))
        .containsExactly("LogicalPort/a spec.mac", "LogicalPort/b spec.swich", "LogicalPort/none");
    assertThat(north.get("switch/red").statusCode()).isEqualTo(404);
    HttpResponse<String> people =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/json")
                .header("Accept", "text/plain")
                .POST(BodyPublishers.ofString("[" + port("a", "1x").replace('\'', '"') + "]")));
    assertThat(people.body().lines())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("LogicalPort/a spec.mac: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": ",
        "[] []",
        "\"\\ud800",
        "[1,]",
        "{\"a\": NaN}",
      })
  void jsonThatIsNotJsonIsRefused(String body) throws Exception {
    HttpResponse<String> refused =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).path("error").asText()).startsWith("The body is refused: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\na: 2\n",
        "a: &x [1]\nb: *x\n",
        "a: &x [1]\n<<: *x\n",
        "a: [1\n",
        "\t- x\n",
        "a: b: c\n",
        "%YAML 9.9\n---\na\n...\n%",
      })
  void yamlThatIsAmbiguousOrAliasedIsRefused(String body) throws Exception {
    assertThat(north.yaml(body).statusCode()).isEqualTo(400);
  }

  @Test
  void bombsAreRefusedAtOnceAndNothingGoesDown() throws Exception {
    String deepJson = "[".repeat(1 << 20);
    HttpResponse<String> deep =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(deepJson)));
    assertThat(deep.statusCode()).isEqualTo(413);
    assertThat(north.yaml(deepJson).statusCode()).isEqualTo(413);
    assertThat(north.yaml("- ".repeat(1 << 19)).statusCode()).isEqualTo(413);
    assertThat(north.yaml("? ".repeat(1 << 19)).statusCode()).isIn(400, 413);
    assertThat(north.yaml("[" + "[],".repeat(600_000) + "1]").statusCode()).isEqualTo(413);
    assertThat(north.yaml("a: " + "x".repeat(1 << 20)).statusCode()).isEqualTo(413);
    assertThat(north.yaml("a: " + "9".repeat(1 << 20)).statusCode()).isIn(400, 413, 422);
    assertThat(north.yaml("a: !!javax.script.ScriptEngineManager [x]").statusCode()).isEqualTo(422);
    assertThat(north.yaml("a: !!binary aGVsbG8=").statusCode()).isEqualTo(422);
    assertThat(north.yaml("1\n---\n".repeat(30_000)).statusCode()).isEqualTo(413);
    assertThat(north.get("ready").statusCode()).isEqualTo(200);
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws Exception {
    HttpResponse<String> refused =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofByteArray(new byte[] {'a', (byte) 0xc3, '('})));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("UTF-8");
  }
}
