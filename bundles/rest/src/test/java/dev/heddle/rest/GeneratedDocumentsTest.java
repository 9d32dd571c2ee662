package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Documents that were drawn, valid and broken, and many writers at once. {@code
 * -Dheddle.documents=N} is how many documents, {@code -Dheddle.seed=N} repeats a run.
 */
@Timeout(600)
class GeneratedDocumentsTest {

  private static final int DOCUMENTS = Integer.getInteger("heddle.documents", 500);
  private static final int WRITERS = 50;
  private static final List<String> KINDS =
      List.of("LogicalSwitch", "LogicalPort", "LogicalRouter");

  /** What JSON says wrongly in the same words in YAML. */
  private static final Set<String> ALSO_YAML =
      Set.of("none", "wrong type", "unknown field", "envelope");

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
  void noneFailsTheControllerOrIsHalfAppliedAndEachMistakeIsNamed() throws Exception {
    long seed = Long.getLong("heddle.seed", System.nanoTime());
    Random random = new Random(seed);
    Map<String, Integer> met = new TreeMap<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      String kind = KINDS.get(random.nextInt(KINDS.size()));
      Flawed drawn = Flawed.draw(random, kind, "o" + random.nextInt(50));
      String way = random.nextBoolean() ? "alone" : "beside a good one";
      String told = "document " + i + " of seed " + seed + ", " + way + ": " + drawn;
      if (way.equals("alone")) {
        alone(random, kind, drawn, told);
      } else {
        beside(drawn, told, "good" + i);
      }
      met.merge(drawn.flaw(), 1, Integer::sum);
    }
    System.out.println(DOCUMENTS + " documents, seed " + seed + ": " + met);
    assertThat(met).as("kinds of flaw").hasSizeGreaterThanOrEqualTo(11);
  }

  /** By PUT to where it says it belongs. */
  private void alone(Random random, String kind, Flawed drawn, String told) throws Exception {
    String name = nameOf(drawn);
    String path = kind + "/" + name;
    boolean yaml = random.nextInt(3) == 0 && ALSO_YAML.contains(drawn.flaw());
    HttpRequest.Builder put =
        north
            .request(path)
            .header("Content-Type", yaml ? "application/yaml" : "application/json")
            .PUT(BodyPublishers.ofByteArray(drawn.text()));
    String before = north.get(path).body();
    long revision = revision();
    HttpResponse<String> answer = north.send(put);
    check(drawn, answer, told);
    if (answer.statusCode() < 300) {
      stored(path, drawn.tree(), told);
    } else {
      assertThat(north.get(path).body()).as(told).isEqualTo(before);
      assertThat(revision()).as(told).isEqualTo(revision);
    }
  }

  /** In one transaction with a document that alone would be taken. */
  private void beside(Flawed drawn, String told, String good) throws Exception {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    String first =
        "[{\"apiVersion\":\"heddle.dev/v1\",\"kind\":\"LogicalSwitch\",\"metadata\":{\"name\":\""
            + good
            + "\"}},";
    both.writeBytes(first.getBytes(StandardCharsets.UTF_8));
    both.writeBytes(drawn.text());
    both.write(']');
    HttpResponse<String> answer =
        north.send(
            north
                .request("transactions")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(both.toByteArray())));
    Flawed moved =
        drawn.flaw().equals("not UTF-8")
            ? new Flawed(
                drawn.flaw(),
                "byte " + (Integer.parseInt(drawn.field().substring(5)) + first.length()),
                drawn.text(),
                drawn.statuses())
            : drawn;
    check(moved, answer, told);
    boolean there = north.get("switch/" + good).statusCode() == 200;
    assertThat(there).as(told).isEqualTo(answer.statusCode() < 300);
  }

  private void check(Flawed drawn, HttpResponse<String> answer, String told) throws Exception {
    assertThat(answer.statusCode())
        .as("%s%nis answered with %s", told, answer.body())
        .isIn(drawn.statuses());
    if (answer.statusCode() >= 300) {
      JsonNode refusal = json(answer);
      assertThat(refusal.path("error").asText()).as(told).isNotEmpty();
      assertThat(refusal.toString().length()).as(told).isLessThan(4000);
      if (answer.statusCode() == 422) {
        assertThat(refusal.path("problems").findValuesAsText("path"))
            .as("%s%nis answered with %s", told, refusal)
            .anyMatch(p -> p.contains(drawn.field()));
      } else {
        assertThat(refusal.path("error").asText()).as(told).contains(drawn.field());
      }
    }
  }

  private void stored(String path, JsonNode document, String told) throws Exception {
    ObjectNode found = (ObjectNode) json(north.get(path));
    found.remove("status");
    assertThat(found).as(told).isEqualTo(document);
  }

  private static String nameOf(Flawed drawn) {
    String text = new String(drawn.text(), StandardCharsets.ISO_8859_1);
    var name = java.util.regex.Pattern.compile("\"name\":\"(o\\d+)\"").matcher(text);
    return name.find() ? name.group(1) : "o0";
  }

  private long revision() {
    return north.controller.inspection().work().revision();
  }

  /** Each reads, counts one up and writes what it read with its tag, until all have counted. */
  @Test
  void fiftyWritersWithTagsLoseNoUpdate() throws Exception {
    int times = Math.max(2, DOCUMENTS / 250);
    north.redA();
    north.send("PATCH", "port/red-a", "{'metadata':{'labels':{'n':'0'}}}");
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      Callable<Integer> writer =
          () -> {
            int refused = 0;
            for (int done = 0; done < times; ) {
              HttpResponse<String> read = north.get("port/red-a");
              ObjectNode object = (ObjectNode) json(read);
              ObjectNode labels = (ObjectNode) object.at("/metadata/labels");
              labels.put("n", String.valueOf(labels.get("n").asInt() + 1));
              HttpResponse<String> written =
                  north.send(
                      "PUT",
                      "port/red-a",
                      object.toString(),
                      "If-Match",
                      read.headers().firstValue("ETag").orElseThrow());
              assertThat(written.statusCode()).as(written.body()).isIn(200, 412);
              done += written.statusCode() == 200 ? 1 : 0;
              refused += written.statusCode() == 412 ? 1 : 0;
            }
            return refused;
          };
      List<Future<Integer>> all =
          writers.invokeAll(IntStream.range(0, WRITERS).mapToObj(i -> writer).toList());
      List<Integer> refused = new ArrayList<>();
      for (Future<Integer> one : all) {
        refused.add(one.get());
      }
      assertThat(json(north.get("port/red-a")).at("/metadata/labels/n").asInt())
          .isEqualTo(WRITERS * times);
      assertThat(refused.stream().mapToInt(Integer::intValue).sum())
          .as("writers that met one another")
          .isPositive();
    } finally {
      writers.shutdownNow();
    }
  }
}
