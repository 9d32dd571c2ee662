package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.openflow.ovsdb.Operation.Comment;
import dev.heddle.openflow.ovsdb.OvsdbException.Disconnected;
import dev.heddle.openflow.ovsdb.OvsdbException.Overloaded;
import dev.heddle.openflow.ovsdb.OvsdbException.Refused;
import dev.heddle.openflow.ovsdb.OvsdbException.TimedOut;
import dev.heddle.openflow.ovsdb.OvsdbException.TransactionFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ProtocolTest {

  private static final String ROW = "00000000-0000-0000-0000-000000000001";
  private static final String SCHEMA =
      "{\"tables\":{\"Bridge\":{\"columns\":{\"name\":{\"type\":\"string\"},"
          + "\"fail_mode\":{\"type\":{\"key\":\"string\",\"min\":0,\"max\":1}},"
          + "\"other_config\":{\"type\":{\"key\":\"string\",\"value\":\"string\",\"min\":0,"
          + "\"max\":\"unlimited\"}}}}}}";

  /** Asks for columns some of which the peer lacks, and plays the peer up to the first rows. */
  static CompletableFuture<Void> startMonitor(Wire wire, Consumer<Tables> onChange)
      throws Exception {
    CompletableFuture<Void> done = askToMonitor(wire, onChange);
    JsonNode request = wire.sent();
    assertThat(request.get("method").asText()).isEqualTo("monitor_cond");
    reply(wire, request, "{\"Bridge\":{}}");
    return done;
  }

  private static CompletableFuture<Void> askToMonitor(Wire wire, Consumer<Tables> onChange)
      throws Exception {
    CompletableFuture<Void> done =
        wire.connection()
            .monitor(
                Map.of(
                    "Bridge", Set.of("name", "fail_mode", "other_config", "newer"),
                    "Newer", Set.of("name")),
                onChange);
    JsonNode request = wire.sent();
    assertThat(request.get("method").asText()).isEqualTo("get_schema");
    reply(wire, request, SCHEMA);
    return done;
  }

  private static void reply(Wire wire, JsonNode request, String result) {
    wire.receive("{\"id\":" + request.get("id") + ",\"error\":null,\"result\":" + result + "}");
  }

  private static void refuse(Wire wire, JsonNode request, String error) {
    wire.receive("{\"id\":" + request.get("id") + ",\"result\":null,\"error\":" + error + "}");
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((ok, error) -> error).join();
  }

  @Test
  void anEchoIsAnsweredAtOnceAndAnUnknownMethodIsRefused() throws Exception {
    Wire wire = new Wire();
    wire.receive("{\"method\":\"echo\",\"params\":[1,\"a\"],\"id\":\"echo\"}");
    assertThat(wire.sent().toString())
        .isEqualTo("{\"id\":\"echo\",\"result\":[1,\"a\"],\"error\":null}");
    wire.receive("{\"method\":\"reboot\",\"params\":[],\"id\":3}");
    assertThat(wire.sent().get("error").asText()).isEqualTo("unknown method");
  }

  @Test
  void onlyColumnsThePeerHasAreAskedFor() throws Exception {
    Wire wire = new Wire();
    askToMonitor(wire, rows -> {});
    assertThat(wire.sent().get("params").get(2).toString())
        .isEqualTo("{\"Bridge\":[{\"columns\":[\"fail_mode\",\"name\",\"other_config\"]}]}");
  }

  @Test
  void differencesAreAppliedToMapsAndValuesReplaceEachOther() throws Exception {
    Wire wire = new Wire();
    List<Tables> seen = new ArrayList<>();
    assertThat(startMonitor(wire, seen::add)).isCompleted();
    update(
        wire,
        "\"insert\":{\"name\":\"b\",\"fail_mode\":\"secure\","
            + "\"other_config\":[\"map\",[[\"a\",\"1\"],[\"b\",\"2\"]]]}");
    update(
        wire,
        "\"modify\":{\"fail_mode\":\"standalone\","
            + "\"other_config\":[\"map\",[[\"a\",\"1\"],[\"b\",\"3\"],[\"c\",\"4\"]]]}");
    update(wire, "\"modify\":{\"fail_mode\":[\"set\",[]]}");
    update(wire, "\"delete\":null");

    Row row = seen.get(3).only("Bridge").orElseThrow();
    assertThat(row.text("name")).isEqualTo("b");
    assertThat(row.map("other_config")).isEqualTo(Map.of("b", "3", "c", "4"));
    assertThat(row.optionalText("fail_mode")).isEmpty();
    assertThat(seen.get(2).only("Bridge").orElseThrow().text("fail_mode")).isEqualTo("standalone");
    assertThat(seen.get(4).all("Bridge")).isEmpty();
  }

  private static void update(Wire wire, String change) {
    wire.receive(
        "{\"method\":\"update2\",\"id\":null,\"params\":[\"heddle-1\",{\"Bridge\":{\""
            + ROW
            + "\":{"
            + change
            + "}}}]}");
  }

  @Test
  void aPeerWithoutMonitorCondIsWatchedWithMonitor() throws Exception {
    Wire wire = new Wire();
    List<Tables> seen = new ArrayList<>();
    CompletableFuture<Void> done = askToMonitor(wire, seen::add);
    refuse(wire, wire.sent(), "\"unknown method\"");
    JsonNode request = wire.sent();
    assertThat(request.get("method").asText()).isEqualTo("monitor");
    reply(
        wire,
        request,
        "{\"Bridge\":{\""
            + ROW
            + "\":{\"new\":{\"name\":\"b\","
            + "\"other_config\":[\"map\",[[\"a\",\"1\"]]]}}}}");
    assertThat(done).isCompleted();
    wire.receive(
        "{\"method\":\"update\",\"id\":null,\"params\":[\"heddle-1\",{\"Bridge\":{\""
            + ROW
            + "\":{\"old\":{\"other_config\":[\"map\",[[\"a\",\"1\"]]]},\"new\":{\"name\":\"b\","
            + "\"other_config\":[\"map\",[]]}}}}]}");
    assertThat(seen.get(0).only("Bridge").orElseThrow().map("other_config")).containsKey("a");
    assertThat(seen.get(1).only("Bridge").orElseThrow().map("other_config")).isEmpty();
  }

  @Test
  void aFailedOperationAndAFailedCommitAreToldApart() throws Exception {
    Wire wire = new Wire();
    List<Operation> two = List.of(new Comment("a"), new Comment("b"));
    var first = wire.connection().transact(two);
    reply(wire, wire.sent(), "[{},{\"error\":\"timed out\",\"details\":\"d\"}]");
    var second = wire.connection().transact(two);
    reply(wire, wire.sent(), "[{},{},{\"error\":\"constraint violation\"}]");
    var third = wire.connection().transact(two);
    refuse(wire, wire.sent(), "\"no such\\ndatabase\"");

    assertThat(failure(first))
        .isInstanceOfSatisfying(
            TransactionFailed.class,
            f -> {
              assertThat(f.index()).isEqualTo(1);
              assertThat(f.guardFailed()).isTrue();
            });
    assertThat(failure(second))
        .isInstanceOfSatisfying(
            TransactionFailed.class,
            f -> {
              assertThat(f.index()).isEqualTo(2);
              assertThat(f.guardFailed()).isFalse();
            });
    assertThat(failure(third))
        .isInstanceOf(Refused.class)
        .hasMessage("transact was refused: no such?database");
  }

  @Test
  void requestsAreBoundedInNumberAndTime() throws Exception {
    Wire wire = new Wire();
    List<CompletableFuture<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(wire.connection().transact(List.of(new Comment("x"))));
    }
    assertThat(failure(wire.connection().transact(List.of()))).isInstanceOf(Overloaded.class);

    wire.passTime(Duration.ofSeconds(31));
    waiting.forEach(w -> assertThat(failure(w)).isInstanceOf(TimedOut.class));
    wire.receive("{\"id\":1,\"error\":null,\"result\":[{}]}"); // too late, and no harm
    var next = wire.connection().transact(List.of(new Comment("x")));
    assertThat(next).isNotDone();
  }

  @Test
  void aCloseFailsWhatIsWaitingAndWhatComesLater() {
    Wire wire = new Wire();
    var waiting = wire.connection().transact(List.of(new Comment("x")));
    wire.connection().close("the test says so");
    assertThat(wire.reason()).isEqualTo("the test says so");
    assertThat(failure(waiting))
        .isInstanceOf(Disconnected.class)
        .hasMessage("disconnected: the test says so");
    assertThat(failure(wire.connection().transact(List.of()))).isInstanceOf(Disconnected.class);
  }
}
