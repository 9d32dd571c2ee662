package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Flow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** The flow statistics a switch would send for some flows, for tests without one. */
final class FlowStatsReply {

  private FlowStatsReply() {}

  static byte[] of(List<Flow> flows) {
    ByteBuf out = Unpooled.buffer();
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REPLY, 7);
    out.writeShort(1).writeShort(0).writeInt(0);
    for (Flow flow : flows) {
      int entry = out.writerIndex();
      out.writeShort(0).writeByte(flow.key().table()).writeZero(9);
      out.writeShort(flow.key().priority()).writeZero(10);
      out.writeLong(flow.cookie()).writeLong(3).writeLong(126);
      MatchCodec.write(out, flow.key().match());
      ActionCodec.writeInstructions(out, flow.actions());
      out.setShort(entry, out.writerIndex() - entry);
    }
    OpenFlow.end(out, start);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }
}
