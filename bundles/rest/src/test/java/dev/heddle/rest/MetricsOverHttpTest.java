package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is counted, and how the controller says it is. */
@Timeout(120)
class MetricsOverHttpTest {

  private static final Path PAGE = Path.of("../../docs/metrics.md");

  private Northbound north;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    north = new Northbound(directory, Limits.USUAL);
  }

  @AfterEach
  void stop() {
    north.close();
  }

  private HttpRequest.Builder bare(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + north.address().getPort() + path));
  }

  private HttpResponse<String> get(String path, String accept) throws Exception {
    return north.send(
        bare(path).header("Authorization", "Bearer " + north.secret()).header("Accept", accept));
  }

  private HttpResponse<String> metrics() throws Exception {
    return get("/metrics", "*/*");
  }

  private double value(String sample) throws Exception {
    return Arrays.stream(metrics().body().split("\n"))
        .filter(l -> l.startsWith(sample + " "))
        .mapToDouble(l -> Double.parseDouble(l.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no sample " + sample));
  }

  @Test
  void everyLineIsOfTheFormatAndEverySampleHasItsFamilyBeforeIt() throws Exception {
    north.redA();
    north.plug("red-a", "n1");
    north.nodes.confirm("n1", 99);
    HttpResponse<String> answer = metrics();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body()).endsWith("\n");
    String name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    String family = "";
    TreeSet<String> families = new TreeSet<>();
    for (String line : answer.body().split("\n")) {
      Matcher type =
          Pattern.compile("# TYPE (" + name + ") (gauge|counter|histogram)").matcher(line);
      if (type.matches()) {
        family = type.group(1);
        assertThat(families.add(family)).as("once: %s", family).isTrue();
      } else if (!line.startsWith("# HELP ")) {
        assertThat(line)
            .matches(name + "(\\{" + name + "=\"[^\"]*\"(," + name + "=\"[^\"]*\")*})? [-+0-9.eE]+")
            .startsWith(family);
      }
    }
    assertThat(families).hasSizeGreaterThan(20);
  }

  @Test
  void thePageListsEveryMetricAndNoOther() throws Exception {
    TreeMap<String, String> told = new TreeMap<>();
    for (String line : metrics().body().split("\n")) {
      if (line.startsWith("# TYPE ")) {
        told.put(line.split(" ")[2], line.split(" ")[3]);
      }
    }
    TreeMap<String, String> listed = new TreeMap<>();
    Matcher rows =
        Pattern.compile("^\\| `([a-z_]+)` \\| (\\w+) \\|", Pattern.MULTILINE)
            .matcher(Files.readString(PAGE, StandardCharsets.UTF_8));
    while (rows.find()) {
      listed.put(rows.group(1), rows.group(2));
    }
    assertThat(listed).isEqualTo(told);
  }

  @Test
  void whatIsCountedIsWhatHappened() throws Exception {
    double before = value("heddle_units_run_total");
    north.redA();
    assertThat(value("heddle_units_run_total")).isGreaterThan(before);
    assertThat(value("heddle_revision")).isEqualTo(north.controller.inspection().work().revision());
    north.nodes.confirm("n1", 1);
    assertThat(value("heddle_sessions")).isEqualTo(1);
    assertThat(value("heddle_node_flow_mods_sent_total{node=\"n1\"}")).isEqualTo(7);
    assertThat(value("process_resident_memory_bytes")).isGreaterThan(1e7);
    assertThat(value("jvm_memory_used_bytes{area=\"heap\"}")).isGreaterThan(1e6);
  }

  @Test
  void aPortIsUpWhenEveryConnectedNodeHasConfirmed() throws Exception {
    north.redA();
    north.nodes.confirm("n1", 0);
    north.nodes.confirm("n2", 0);
    double before = value("heddle_port_up_seconds_count");
    north.plug("red-a", "n1");
    long revision = north.controller.inspection().work().revision();
    north.nodes.confirm("n1", revision);
    assertThat(value("heddle_port_up_seconds_count")).as("n2 has not").isEqualTo(before);
    north.nodes.confirm("n2", revision);
    while (value("heddle_port_up_seconds_count") == before) {
      Thread.onSpinWait(); // the test's own limit ends this
    }
    assertThat(value("heddle_port_up_seconds_count")).isEqualTo(before + 1);
    assertThat(value("heddle_realize_seconds_count")).isGreaterThanOrEqualTo(before + 1);
    assertThat(value("heddle_realize_seconds_bucket{le=\"+Inf\"}"))
        .isEqualTo(value("heddle_realize_seconds_count"));
  }

  @Test
  void healthSaysOfEachPartHowItIs() throws Exception {
    north.nodes.confirm("n1", 1);
    HttpResponse<String> answer = get("/health", "*/*");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode tree = json(answer);
    assertThat(tree.path("ready").booleanValue()).isTrue();
    assertThat(tree.path("parts").findValuesAsText("name"))
        .containsExactly("model", "functions", "audit", "features", "nodes");
    assertThat(tree.toString()).contains("1 of 1 are connected.");
    assertThat(get("/health", "text/plain").body()).startsWith("ready\n");
  }

  @Test
  void withoutARendererItIsNotReady() {
    Health health = Health.of(north.controller.inspection(), Optional.empty());
    assertThat(health.ready()).isFalse();
    assertThat(health.text()).contains("No renderer is here: switches keep what they have.");
  }

  @Test
  void neitherIsForStrangers() throws Exception {
    assertThat(north.send(bare("/metrics")).statusCode()).isEqualTo(401);
    assertThat(north.send(bare("/health")).statusCode()).isEqualTo(401);
  }
}
