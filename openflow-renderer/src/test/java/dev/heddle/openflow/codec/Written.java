package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Meter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Consumer;

/** What a switch would answer about values written by the codec, for tests without one. */
final class Written {

  private Written() {}

  static byte[] bytes(Consumer<ByteBuf> message) {
    ByteBuf out = Unpooled.buffer();
    message.accept(out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  /** A group description has the buckets of the group-mod behind another head. */
  static byte[] descriptions(List<Group> groups) {
    return bytes(
        out -> {
          int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REPLY, 7);
          out.writeShort(7).writeShort(0).writeInt(0);
          for (Group g : groups) {
            byte[] mod = bytes(m -> GroupCodec.writePut(m, 1, g));
            out.writeShort(mod.length - 8).writeByte(mod[10]).writeByte(0).writeInt((int) g.id());
            out.writeBytes(mod, 16, mod.length - 16);
          }
          OpenFlow.end(out, start);
        });
  }

  /** A meter configuration has flags, number and bands of the meter-mod. */
  static byte[] configurations(List<Meter> meters) {
    return bytes(
        out -> {
          int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REPLY, 7);
          out.writeShort(10).writeShort(0).writeInt(0);
          for (Meter meter : meters) {
            byte[] mod = bytes(m -> MeterCodec.write(m, 1, new MeterChange.Add(meter)));
            out.writeShort(mod.length - 8).writeBytes(mod, 10, mod.length - 10);
          }
          OpenFlow.end(out, start);
        });
  }

  static byte[] statistics(List<Flow> flows) {
    return FlowStatsReply.of(flows);
  }

  /** A packet-in with everything Open vSwitch says in one. */
  static byte[] packetIn(PacketIn packet) {
    byte[] bytes = java.util.HexFormat.of().parseHex(packet.packet());
    byte[] userdata = java.util.HexFormat.of().parseHex(packet.userdata());
    return bytes(
        out -> {
          int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, 0);
          out.writeInt(OpenFlow.NICIRA).writeInt(30);
          property(out, 0, p -> p.writeBytes(bytes));
          property(out, 1, p -> p.writeInt(packet.length()));
          property(out, 3, p -> p.writeByte(packet.table()));
          property(out, 4, p -> p.writeInt(0).writeLong(packet.cookie()));
          property(out, 5, p -> p.writeByte(1)); // because of an action
          property(
              out,
              6,
              p -> {
                byte[] match = bytes(m -> MatchCodec.write(m, packet.metadata()));
                int length = match[2] << 8 | match[3] & 0xff;
                p.writeBytes(match, 4, length - 4);
              });
          if (userdata.length > 0) {
            property(out, 7, p -> p.writeBytes(userdata));
          }
          OpenFlow.end(out, start);
        });
  }

  private static void property(ByteBuf out, int type, Consumer<ByteBuf> content) {
    int start = out.writerIndex();
    out.writeShort(type).writeShort(0);
    content.accept(out);
    int length = out.writerIndex() - start;
    out.setShort(start + 2, length);
    out.writeZero(-length & 7);
  }
}
