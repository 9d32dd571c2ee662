package com.acme.blocklist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Spine;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlocklistTest {

  private static final int TABLE = Spine.ANSWER.table() + 2;

  private final Controller net = PlainRuntime.controller(new MemoryStore(), new L2Switching());

  @BeforeEach
  void aNode() {
    put(Node.document("n1", 1, Optional.empty(), ""), Writer.SYSTEM);
  }

  @AfterEach
  void close() {
    net.close();
  }

  @Test
  void withoutItAPacketGoesStraightFromAnswerToSwitch() {
    assertThat(leadsTo(Spine.ANSWER.joint())).isEqualTo(Spine.SWITCH.table());
    assertThat(flows(TABLE)).isEmpty();
  }

  @Test
  void whatIsSentToABlockedAddressIsDroppedAndTheRestGoesOn() {
    net.add(new Blocklist());
    block("192.0.2.66");
    assertThat(flows(TABLE))
        .anySatisfy(
            f -> {
              assertThat(f.actions()).isEmpty();
              assertThat(f.key().match().value(Field.IPV4_DST).orElseThrow().toString())
                  .isEqualTo("0xc0000242");
            })
        .hasSize(2);
    assertThat(leadsTo(Spine.ANSWER.joint())).isEqualTo(TABLE);
    assertThat(leadsTo(TABLE)).isEqualTo(TABLE + 1);
    assertThat(leadsTo(TABLE + 1)).isEqualTo(Spine.SWITCH.table());
  }

  @Test
  void retiredItLeavesNothingBehind() {
    Blocklist blocklist = new Blocklist();
    net.add(blocklist);
    block("192.0.2.66");
    net.remove(blocklist);
    assertThat(flows(TABLE)).hasSize(2); // away is not retired: the address stays blocked
    assertThat(net.retire(blocklist.name())).isEmpty();
    withoutItAPacketGoesStraightFromAnswerToSwitch();
  }

  @Test
  void anAddressThatIsNoneIsRefusedWithASentence() {
    net.add(new Blocklist());
    assertThatThrownBy(() -> block("fd00::1"))
        .hasRootCauseInstanceOf(RefusedException.class)
        .hasMessageContaining("an IPv4 address is expected");
  }

  private void block(String address) {
    var spec = JsonNodeFactory.instance.objectNode().put("address", address);
    put(new Document("Blocked", "bad", Map.of(), spec), Writer.USER);
  }

  private void put(Document document, Writer writer) {
    net.transact(writer, List.of(new Change.Put(document))).join();
  }

  private List<Flow> flows(int table) {
    return net.read(
        s ->
            s.keys(Node.KIND.id("n1")).stream()
                .filter(k -> k.table() == table)
                .flatMap(k -> s.flow(Node.KIND.id("n1"), k).stream())
                .toList());
  }

  /** Where a packet goes on that no flow of the table matches. */
  private int leadsTo(int table) {
    Flow last = flows(table).stream().filter(f -> f.key().priority() == 0).findAny().orElseThrow();
    return ((Action.GotoTable) last.actions().get(0)).table();
  }
}
