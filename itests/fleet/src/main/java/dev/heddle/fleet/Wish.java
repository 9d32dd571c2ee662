package dev.heddle.fleet;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.FlowCodec;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.FlowKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** What is wanted of a switch, in the form in which simulated switches keep what they have. */
final class Wish {

  private Wish() {}

  static Flows.Digest of(DesiredFlows desired, Id<Node> node) {
    return desired.read(
        s -> {
          Flows all = new Flows();
          ByteBuf out = Unpooled.buffer(512);
          for (FlowKey key : s.keys(node)) {
            FlowCodec.write(out.clear(), 0, new FlowChange.Put(s.flow(node, key).orElseThrow()));
            all.apply(ByteBufUtil.getBytes(out));
          }
          return all.digest();
        });
  }
}
