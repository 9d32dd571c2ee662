package dev.heddle.openflow.channel;

import dev.heddle.model.Bits;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.codec.BundleCodec;
import dev.heddle.openflow.codec.EncodedFlows;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Prints how fast flows are encoded, committed to and dumped from one real Open vSwitch, beside
 * ovs-ofctl with the same flows. A program, not a test: numbers depend on the machine.
 */
final class Speed {

  private static final int FLOWS = 100_000;

  private Speed() {}

  public static void main(String[] args) throws Exception {
    List<FlowChange> changes =
        IntStream.range(0, FLOWS).<FlowChange>mapToObj(i -> new FlowChange.Put(flow(i))).toList();
    encode(changes);
    try (RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY)) {
      channel(ovs, changes);
      ofctl(ovs);
    }
  }

  private static Flow flow(int i) {
    Match match =
        Match.builder()
            .match(Field.NETWORK, 1 + i / 1000)
            .match(Field.IN_PORT, i)
            .match(Field.ETH_DST, 0x0a00_0000_0000L + i)
            .build();
    return new Flow(
        new FlowKey(8, 100, match),
        0x1_0000_0000_0001L,
        List.of(Action.Set.of(Field.OUT_PORT, Bits.of(i)), new Action.GotoTable(9)));
  }

  private static void encode(List<FlowChange> changes) {
    EncodedFlows encoded = new EncodedFlows(0, Runnable::run);
    ByteBuf out = Unpooled.directBuffer(1 << 16);
    for (int round = 0; round < 30; round++) {
      long start = System.nanoTime();
      for (FlowChange c : changes) {
        out.clear();
        BundleCodec.writeAdd(out, 1, 1, c, encoded);
      }
      if (round == 29) {
        System.out.printf(
            "encode: %d ns a flow, %d bytes%n",
            (System.nanoTime() - start) / FLOWS, out.writerIndex());
      }
    }
    out.release();
  }

  private static void channel(RealOvs ovs, List<FlowChange> changes) throws Exception {
    LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
    try (SwitchListener listener =
        SwitchListener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            Limits.DEFAULT,
            connections::add)) {
      ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
      ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + listener.port());
      SwitchConnection connection = connections.poll(20, TimeUnit.SECONDS);
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        connection.commit(changes).get();
        report("commit of " + FLOWS, start);
        start = System.nanoTime();
        connection.commit(changes).get();
        report("the same again, replacing", start);
        start = System.nanoTime();
        int found = connection.dump().get().size();
        report("dump of " + found, start);
        start = System.nanoTime();
        connection
            .commit(
                changes.stream()
                    .<FlowChange>map(c -> new FlowChange.Remove(((FlowChange.Put) c).flow().key()))
                    .toList())
            .get();
        report("removal of " + FLOWS, start);
        start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
          connection.commit(changes.subList(0, 1)).get();
        }
        report("1000 commits of one flow", start);
      }
    }
    ovs.vsctl("del-br", "br0");
  }

  private static void ofctl(RealOvs ovs) throws Exception {
    Path file = ovs.dir().resolve("flows");
    Files.write(
        file,
        IntStream.range(0, FLOWS)
            .mapToObj(
                i ->
                    String.format(
                        "table=8,priority=100,cookie=1,metadata=%d/0xffffff,reg14=%d/0xffffff,"
                            + "dl_dst=0a:00:00:%02x:%02x:%02x,actions=set_field:%d/0xffffff->reg15,"
                            + "goto_table:9",
                        1 + i / 1000, i, i >> 16, i >> 8 & 255, i & 255, i))
            .toList());
    ovs.vsctl("add-br", "br1", "--", "set-fail-mode", "br1", "secure");
    for (int round = 0; round < 2; round++) {
      long start = System.nanoTime();
      ovs.ofctl("-O", "OpenFlow13", "--bundle", "add-flows", "br1", file.toString());
      report("ovs-ofctl --bundle add-flows of " + FLOWS, start);
      ovs.ofctl("del-flows", "br1");
    }
  }

  private static void report(String what, long start) {
    System.out.printf("%s: %.3f s%n", what, (System.nanoTime() - start) / 1e9);
  }
}
