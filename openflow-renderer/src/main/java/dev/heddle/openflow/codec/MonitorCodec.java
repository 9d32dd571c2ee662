package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Flow monitors in OpenFlow 1.3 (ONF EXT-187, in Open vSwitch since 3.0): the switch tells each
 * change of its flows in order. What this connection changes itself is told as "as you asked",
 * which is left out here. If a reader falls behind the switch pauses, and makes up for it when it
 * goes on: additions and changes are then told late, as they are by then.
 */
public final class MonitorCodec {

  private static final int EXPERIMENTER_STATISTICS = 0xffff;
  private static final int FLOW_MONITOR = 1870;

  private static final int ADD = 1 << 1;
  private static final int DELETE = 1 << 2;
  private static final int MODIFY = 1 << 3;
  private static final int ACTIONS = 1 << 4;

  private static final int ANY_PORT = 0xffffffff;
  private static final int ALL_TABLES = 0xff;
  private static final int ENTRY_BEFORE_MATCH = 24;

  private MonitorCodec() {}

  /** Writes the request to be told of all tables from now on. */
  public static void writeRequest(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REQUEST, xid);
    out.writeShort(EXPERIMENTER_STATISTICS).writeShort(0).writeInt(0);
    out.writeInt(OpenFlow.ONF).writeInt(FLOW_MONITOR);
    out.writeInt(1).writeShort(ADD | DELETE | MODIFY | ACTIONS).writeShort(0);
    out.writeInt(ANY_PORT).writeByte(ALL_TABLES).writeZero(3);
    MatchCodec.write(out, Match.ALL);
    OpenFlow.end(out, start);
  }

  /** True if {@code message}, header included, comes of a flow monitor. */
  public static boolean isUpdate(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(1);
    return in.u8() == OpenFlow.MULTIPART_REPLY
        && in.remaining() >= 22
        && in.skip(6).u16() == EXPERIMENTER_STATISTICS
        && in.skip(6).i32() == OpenFlow.ONF
        && in.i32() == FLOW_MONITOR;
  }

  /**
   * Reads what others have changed, in order.
   *
   * @throws MalformedMessage if the message is not one for which {@link #isUpdate} is true
   */
  public static List<FlowUpdate> readUpdates(byte[] message) {
    if (!isUpdate(message)) {
      throw new MalformedMessage("a flow monitor's message was expected, something else came");
    }
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER + 16);
    List<FlowUpdate> updates = new ArrayList<>();
    while (in.remaining() > 0) {
      int length = in.u16();
      int event = in.u16();
      if (length < 8) {
        throw new MalformedMessage("an update says it has " + length + " bytes");
      }
      ByteReader body = in.part(length - 4);
      switch (event) {
        case 0, 2 -> updates.add(new FlowUpdate.Present(readFlow(body, length, true)));
        case 1 ->
            updates.add(new FlowUpdate.Gone((Installed.Foreign) readFlow(body, length, false)));
        case 3 -> {} // our own
        default -> throw new MalformedMessage("an update says event " + event);
      }
    }
    return updates;
  }

  private static Installed readFlow(ByteReader in, int length, boolean withActions) {
    if (length < ENTRY_BEFORE_MATCH + 8) {
      throw new MalformedMessage("an update of a flow says it has " + length + " bytes");
    }
    in.skip(2); // why it was removed
    int priority = in.u16();
    boolean stays = in.u16() == 0;
    stays &= in.u16() == 0;
    in.skip(2); // length of the match, which says so itself
    int table = in.u8();
    in.skip(1);
    long cookie = in.u64();
    Installed.Foreign flow = FlowCodec.readMatch(table, priority, cookie, in);
    return withActions && stays ? FlowCodec.readActions(flow, in) : flow;
  }
}
