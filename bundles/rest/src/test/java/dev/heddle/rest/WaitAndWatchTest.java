package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static dev.heddle.rest.Northbound.port;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for a condition, and being told of changes. */
@Timeout(60)
class WaitAndWatchTest {

  private Northbound north;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    north = new Northbound(directory, Limits.USUAL);
    north.redA();
  }

  @AfterEach
  void stop() {
    north.close();
  }

  private CompletableFuture<HttpResponse<String>> later(HttpRequest.Builder request) {
    return north.client().sendAsync(request.build(), BodyHandlers.ofString());
  }

  @Test
  void aWaitEndsWhenTheNodesHaveConfirmed() throws Exception {
    CompletableFuture<HttpResponse<String>> wait =
        later(north.request("port/red-a?wait=realized&timeout=1m").header("Accept", "text/plain"));
    north.plug("red-a", "n1");
    north.nodes.confirm("n1", 0);
    assertThat(wait).isNotDone();
    north.nodes.confirm("n1", 1000);
    HttpResponse<String> done = wait.get(20, TimeUnit.SECONDS);
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).isEqualTo("LogicalPort/red-a is Realized\n");
  }

  @Test
  void aWaitThatIsOverSaysWhatIsMissing() throws Exception {
    HttpResponse<String> late = north.get("port/red-a?wait=realized&timeout=50ms");
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(json(late).path("error").asText())
        .contains("LogicalPort/red-a")
        .contains("No node has an interface with iface-id=red-a.");
  }

  @Test
  void aChangeWaitsForItsOwnEffectAndIsMadeAllTheSame() throws Exception {
    north.plug("red-a", "n1");
    north.nodes.confirm("n1", 1000);
    assertThat(north.send("PUT", "port/red-a?wait=realized", port("red-a", "12")).statusCode())
        .isEqualTo(200);
    HttpResponse<String> late =
        north.send(
            "POST",
            "transactions?wait=realized&timeout=50ms",
            "[" + port("red-a", "13") + "," + port("red-b", "14") + "]");
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(json(late).path("error").asText())
        .startsWith("Stored as revision ")
        .contains("red-b");
    assertThat(json(north.get("port/red-a")).at("/spec/mac").asText()).endsWith(":13");
  }

  @Test
  void whoWaitsForADeletedObjectIsTold() throws Exception {
    CompletableFuture<HttpResponse<String>> wait = later(north.request("port/red-a?wait=realized"));
    north.send("DELETE", "port/red-a", "");
    assertThat(wait.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(404);
  }

  @Test
  void aWaitThatMakesNoSenseIsRefusedBeforeAnythingIsChanged() throws Exception {
    for (String query : new String[] {"wait=done", "wait=realized&timeout=forever", "timeout=1h"}) {
      assertThat(north.send("PUT", "port/red-a?" + query, port("red-a", "12")).statusCode())
          .as(query)
          .isEqualTo(400);
    }
    assertThat(json(north.get("port/red-a")).at("/spec/mac").asText()).endsWith(":11");
  }

  /** The lines of a stream that carry something. */
  private Iterator<String> events(String path, String... headers) throws Exception {
    HttpRequest.Builder request = north.request(path);
    HttpResponse<Stream<String>> stream =
        north
            .client()
            .send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                BodyHandlers.ofLines());
    assertThat(stream.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    return stream.body().filter(l -> l.startsWith("event:") || l.startsWith("data:")).iterator();
  }

  @Test
  void aWatchBeginsWithWhatIsThereAndGoesOnWithWhatChanges() throws Exception {
    Iterator<String> events = events("ports?watch=true");
    assertThat(events.next()).isEqualTo("event: put");
    assertThat(events.next()).contains("\"name\":\"red-a\"");
    assertThat(events.next()).isEqualTo("event: synced");
    events.next();
    north.send("PUT", "port/red-b", port("red-b", "12"));
    assertThat(events.next()).isEqualTo("event: put");
    assertThat(events.next()).contains("\"name\":\"red-b\"");
    north.send("DELETE", "port/red-b", "");
    assertThat(events.next()).isEqualTo("event: delete");
    assertThat(events.next()).contains("red-b");
  }

  @Test
  void aWatchTellsOfConditionsToo() throws Exception {
    north.plug("red-a", "n1");
    Iterator<String> events = events("port/red-a?watch=true");
    events.next();
    assertThat(events.next()).doesNotContain("\"type\":\"Realized\",\"status\":\"True\"");
    events.next();
    events.next();
    north.nodes.confirm("n1", 1000);
    events.next();
    assertThat(events.next()).contains("\"type\":\"Realized\",\"status\":\"True\"");
  }

  @Test
  void whoComesBackIsToldWhatWasMissed() throws Exception {
    Iterator<String> first = events("ports?watch=true");
    for (int i = 0; i < 4; i++) {
      first.next();
    }
    north.send("PUT", "port/red-b", port("red-b", "12"));
    first.next();
    long seen = json(north.get("ports")).path("revision").asLong();
    north.send("DELETE", "port/red-a", "");

    Iterator<String> again = events("ports?watch=true", "Last-Event-ID", String.valueOf(seen));
    String line = again.next();
    while (!line.equals("event: delete")) { // what was seen may come again
      assertThat(line).isNotIn("event: reset", "event: synced");
      line = again.next();
    }
    assertThat(again.next()).contains("red-a");
  }

  @Test
  void whoComesBackTooLateBeginsAnew() throws Exception {
    Iterator<String> events = events("ports?watch=true&revision=0");
    assertThat(events.next()).isEqualTo("event: reset");
    events.next();
    assertThat(events.next()).isEqualTo("event: put");
  }
}
