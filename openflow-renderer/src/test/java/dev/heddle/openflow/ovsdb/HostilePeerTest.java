package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostilePeerTest {

  /** Room for one message and one piece of input, doubled because buffers grow by doubling. */
  private static final long MOST_HELD = 2L * (Wire.SMALL.maxMessageBytes() + 4_096);

  @Property(tries = 300)
  void inputCutAnywhereIsUnderstoodAsInputInOnePiece(
      @ForAll @Size(min = 1, max = 4) List<String> texts,
      @ForAll @Size(max = 8) List<@IntRange(max = 500) Integer> cuts)
      throws Exception {
    StringBuilder stream = new StringBuilder();
    var json = new com.fasterxml.jackson.databind.json.JsonMapper();
    for (String text : texts) {
      String shown = text.length() > 60 ? text.substring(0, 60) : text;
      String wellFormed =
          new String(shown.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      stream
          .append("{\"id\":1, \"method\":\"echo\",\"params\":[{\"}\\\"[\":")
          .append(json.writeValueAsString(wellFormed))
          .append("}]}\n ");
    }
    byte[] bytes = stream.toString().getBytes(StandardCharsets.UTF_8);

    assertThat(repliesTo(bytes, cuts)).hasSize(texts.size()).isEqualTo(repliesTo(bytes, List.of()));
  }

  private static List<JsonNode> repliesTo(byte[] bytes, List<Integer> cuts) throws Exception {
    Wire wire = new Wire();
    int[] at = cuts.stream().mapToInt(cut -> cut % (bytes.length + 1)).sorted().toArray();
    int from = 0;
    for (int cut : at) {
      wire.receive(Arrays.copyOfRange(bytes, from, cut));
      from = cut;
    }
    wire.receive(Arrays.copyOfRange(bytes, from, bytes.length));
    List<JsonNode> replies = new ArrayList<>();
    for (JsonNode reply = wire.sent(); reply != null; reply = wire.sent()) {
      replies.add(reply);
    }
    return replies;
  }

  @Test
  void eachByteAloneWillDo() throws Exception {
    byte[] echo =
        "{\"method\":\"echo\",\"params\":[\"\\\\\\\"}\"],\"id\":\"x\"}"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Wire wire = new Wire();
    for (byte b : echo) {
      wire.receive(new byte[] {b});
    }
    assertThat(wire.sent().toString())
        .isEqualTo("{\"id\":\"x\",\"result\":[\"\\\\\\\"}\"],\"error\":null}");
  }

  @Property(tries = 300)
  void anyInputIsHeldWithinBoundsAndWhatClosesHasAReason(@ForAll("chunks") List<byte[]> chunks) {
    Wire wire = new Wire();
    for (byte[] chunk : chunks) {
      wire.receive(chunk);
      assertThat(wire.held()).isLessThanOrEqualTo(MOST_HELD);
    }
    if (!wire.isOpen()) {
      assertThat(wire.reason()).isNotBlank();
      assertThat(wire.held()).isZero();
    }
  }

  @Provide
  Arbitrary<List<byte[]>> chunks() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            ":",
            ",",
            " ",
            "a",
            "1",
            "null",
            "\"method\"",
            "\"id\"",
            "{\"id\":1,\"method\":\"echo\",\"params\":[]}",
            "\"aaaaaaaaaaaaaaaaaaaaaaaa\"",
            "{\"method\":\"update2\",\"params\":[\"heddle-1\",{}],\"id\":null}",
            "\u00e9");
    return pieces
        .list()
        .ofMaxSize(200)
        .map(list -> String.join("", list).getBytes(StandardCharsets.UTF_8))
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Test
  void aMessageThatNeverEndsClosesAndNothingOfItIsKept() {
    Wire wire = new Wire();
    byte[] filler = "a".repeat(700).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    wire.receive("{\"method\":\"");
    for (int i = 0; i < 1_000; i++) {
      wire.receive(filler);
      assertThat(wire.held()).isLessThanOrEqualTo(MOST_HELD);
    }
    assertThat(wire.reason()).isEqualTo("a message is longer than 1000 bytes");
    assertThat(wire.held()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET / HTTP/1.1 | a message does not begin with {",
        "[1] | a message does not begin with {",
        "{\"a\":[[[[[[[[[[[[[[[[ | a message is nested deeper than 12",
        "{'a'} | a message is not JSON",
        "{\"a\":1] | a message is not JSON",
        "{} | a message is neither a request of RFC 7047 nor an answer to ours",
        "{\"id\":1e99,\"result\":1} | a message is neither a request of RFC 7047 nor an answer to"
            + " ours",
        "{\"method\":\"update2\",\"params\":[\"x\",{}],\"id\":null} | an update is for a monitor we"
            + " did not ask for",
        "{\"method\":\"update\",\"params\":7,\"id\":null} | an update is for a monitor we did not"
            + " ask for",
      })
  void whatIsNotOvsdbClosesWithASentence(String input, String why) {
    Wire wire = new Wire();
    wire.receive(input);
    assertThat(wire.reason()).isEqualTo(why);
    assertThat(wire.isOpen()).isFalse();
    assertThat(wire.held()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"name\":7 | column name is not of type Text",
        "\"name\":[\"map\",[[\"a\",\"b\"]]] | column name is not of type Text",
        "\"name\":[\"set\",[\"a\",\"b\"]] | column name is not of type Text",
        "\"other_config\":\"x\" | column other_config is not a map",
        "\"other_config\":[\"map\",[[1,2]]] | column other_config is not of type Text",
      })
  void columnsOfOtherTypesThanTheyHaveCloseWhenTheyAreRead(String columns, String why)
      throws Exception {
    Wire wire = new Wire();
    ProtocolTest.startMonitor(
        wire,
        rows ->
            rows.all("Bridge")
                .forEach(
                    row -> {
                      row.text("name");
                      row.map("other_config");
                    }));
    wire.receive(
        "{\"method\":\"update2\",\"id\":null,\"params\":[\"heddle-1\",{\"Bridge\":{\""
            + new java.util.UUID(7, 1)
            + "\":{\"insert\":{"
            + columns
            + "}}}}]}");
    assertThat(wire.reason()).isEqualTo(why);
  }

  @Test
  void aDatabaseLargerThanTheLimitsCloses() throws Exception {
    Wire wire = new Wire();
    ProtocolTest.startMonitor(wire, rows -> {});
    for (int i = 0; i < 20 && wire.isOpen(); i++) {
      wire.receive(
          "{\"method\":\"update2\",\"id\":null,\"params\":[\"heddle-1\",{\"Bridge\":{\""
              + new java.util.UUID(7, i)
              + "\":{\"insert\":{\"name\":\"b\"}}}}]}");
    }
    assertThat(wire.reason()).isEqualTo("the database is larger than the limits allow");
  }

  @Test
  void rowsThatGrowInsteadOfMultiplyingCloseToo() throws Exception {
    Wire wire = new Wire();
    ProtocolTest.startMonitor(wire, rows -> {});
    String row = "\"" + new java.util.UUID(7, 7) + "\"";
    String change = "insert";
    for (int i = 0; i < 50 && wire.isOpen(); i++) {
      wire.receive(
          "{\"method\":\"update2\",\"id\":null,\"params\":[\"heddle-1\",{\"Bridge\":{"
              + row
              + ":{\""
              + change
              + "\":{\"other_config\":[\"map\",[[\"k"
              + i
              + "\",\""
              + "v".repeat(500)
              + "\"]]]}}}}]}");
      change = "modify";
    }
    assertThat(wire.reason()).isEqualTo("the database is larger than the limits allow");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"Port\":{}} | an update is for a table we did not ask for",
        "{\"Bridge\":{\"x\":{\"insert\":{}}}} | a uuid does not have 36 characters",
        "{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{\"modify\":{}}}} |"
            + " an update modifies a row that does not exist",
        "{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{\"insert\":{\"tag\":1}}}} |"
            + " an update is for a column we did not ask for",
        "{\"Bridge\":{\"00000000-0000-0000-0000-000000000001\":{}}} |"
            + " a row update says neither what is new nor what is gone",
        "[] | table updates are not an object",
      })
  void anUpdateThatMakesNoSenseCloses(String updates, String why) throws Exception {
    Wire wire = new Wire();
    ProtocolTest.startMonitor(wire, rows -> {});
    wire.receive("{\"method\":\"update2\",\"id\":null,\"params\":[\"heddle-1\"," + updates + "]}");
    assertThat(wire.reason()).isEqualTo(why);
  }
}
