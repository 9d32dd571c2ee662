package dev.heddle.openflow.codec;

import io.netty.buffer.ByteBuf;

/**
 * The ONF bundle extension to OpenFlow 1.3 (ONF EXT-230): changes that take effect together, in
 * order, or not at all. OVS 3.1 commits what is left of a bundle after it refused a message on its
 * way in, so "not at all" needs the sender to look for errors before it commits.
 */
public final class BundleCodec {

  private static final int CONTROL = 2300;
  private static final int ADD_MESSAGE = 2301;
  private static final int ATOMIC_ORDERED = 3;

  private BundleCodec() {}

  /** What a control message asks; its answer has the next higher number. */
  public enum Control {
    OPEN(0),
    CLOSE(2),
    COMMIT(4),
    DISCARD(6);

    private final int request;

    Control(int request) {
      this.request = request;
    }
  }

  public static void write(ByteBuf out, int xid, int bundle, Control control) {
    int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, xid);
    out.writeInt(OpenFlow.ONF).writeInt(CONTROL);
    out.writeInt(bundle).writeShort(control.request).writeShort(ATOMIC_ORDERED);
    OpenFlow.end(out, start);
  }

  /**
   * Writes one change as a member of a bundle; an error about it will carry {@code xid}.
   *
   * @throws IllegalArgumentException if OpenFlow 1.3 cannot say it; nothing is written then
   */
  public static void writeAdd(
      ByteBuf out, int xid, int bundle, Change change, EncodedFlows encoded) {
    int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, xid);
    try {
      out.writeInt(OpenFlow.ONF).writeInt(ADD_MESSAGE);
      out.writeInt(bundle).writeShort(0).writeShort(ATOMIC_ORDERED);
      if (change instanceof FlowChange.Put put) {
        encoded.write(out, xid, put);
      } else if (change instanceof FlowChange flow) {
        FlowCodec.write(out, xid, flow);
      } else if (change instanceof GroupChange.Put put) {
        GroupCodec.writePut(out, xid, put.group());
      } else {
        GroupCodec.writeRemove(out, xid, ((GroupChange.Remove) change).id());
      }
      OpenFlow.end(out, start);
    } catch (IllegalArgumentException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  /** True if {@code message}, header included, answers {@code control} of this bundle. */
  public static boolean answers(byte[] message, int bundle, Control control) {
    ByteReader in = ByteReader.of(message).skip(1);
    if (in.u8() != OpenFlow.EXPERIMENTER || in.skip(6).i32() != OpenFlow.ONF) {
      return false;
    }
    return in.i32() == CONTROL && in.i32() == bundle && in.u16() == control.request + 1;
  }
}
