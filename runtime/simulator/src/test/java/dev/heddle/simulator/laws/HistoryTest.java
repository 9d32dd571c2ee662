package dev.heddle.simulator.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Network.Change;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryTest {

  private static final String TEXT =
      """
      put LogicalSwitch red {"mtu":1400}
      put LogicalPort a {"switch":"red","mac":"0a:00:00:00:00:01"} {"tier":"web"}

      remove LogicalPort a
      """;

  @Test
  void aHistoryIsReadAsItIsWritten() {
    History history = History.parse(TEXT);
    assertThat(history.transactions()).extracting(List::size).containsExactly(2, 1);
    assertThat(history.transactions().get(0).get(1))
        .isInstanceOfSatisfying(
            Change.Put.class,
            put -> assertThat(put.document().labels()).isEqualTo(Map.of("tier", "web")));
    assertThat(history.text()).isEqualTo(TEXT.strip());
    assertThat(History.parse(history.text())).isEqualTo(history);
  }

  @Test
  void itIsShownAsJavaToPaste() {
    assertThat(History.parse(TEXT).toString())
        .startsWith("History.parse(\n    \"\"\"\n    put LogicalSwitch red ")
        .endsWith("\n    \"\"\")");
    assertThat(History.parse("put Blocked b {\"say\":\"\\\\n\"}").toString()).contains("\\\\\\\\n");
  }

  @Test
  void whatIsNoChangeIsToldWithItsLine() {
    assertThatThrownBy(() -> History.parse("puts LogicalPort a {}"))
        .hasMessageContaining("puts LogicalPort a {}");
    assertThatThrownBy(() -> History.parse("put LogicalPort a {"))
        .hasMessageContaining("put LogicalPort a {");
  }
}
