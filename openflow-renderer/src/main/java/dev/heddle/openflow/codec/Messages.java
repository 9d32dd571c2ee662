package dev.heddle.openflow.codec;

import io.netty.buffer.ByteBuf;

/** The messages of OpenFlow 1.3 that keep a connection: hello, echo, features, barrier, role. */
public final class Messages {

  /** What a controller wants to be to a switch (OpenFlow 1.3.5, section 6.3.6). */
  public enum Role {
    UNCHANGED,
    EQUAL,
    PRIMARY,
    SECONDARY
  }

  private static final int CT_FLUSH_ZONE = 29;

  /** OFP_DEFAULT_MISS_SEND_LEN, in bytes. */
  private static final int MISS_SEND_LENGTH = 128;

  private Messages() {}

  /** Offers version 1.3 and no other. */
  public static void writeHello(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.HELLO, xid);
    out.writeShort(1).writeShort(8).writeInt(1 << OpenFlow.VERSION); // version bitmap
    OpenFlow.end(out, start);
  }

  /** Writes a message that is nothing but a header: echo, features or barrier request. */
  public static void writeBare(ByteBuf out, int xid, int type) {
    OpenFlow.end(out, OpenFlow.begin(out, type, xid));
  }

  /**
   * {@code generation} orders elections: a switch refuses one that is behind the highest it saw. It
   * counts for PRIMARY and SECONDARY only.
   */
  public static void writeRoleRequest(ByteBuf out, int xid, Role role, long generation) {
    int start = OpenFlow.begin(out, OpenFlow.ROLE_REQUEST, xid);
    out.writeInt(role.ordinal()).writeInt(0).writeLong(generation);
    OpenFlow.end(out, start);
  }

  /** What a switch shows of fragments, as numbered in the flags of OFPT_SET_CONFIG. */
  public enum Fragments {
    /** No ports, of none of them: what Open vSwitch begins with. */
    NORMAL,
    DROP,
    REASSEMBLE,
    /** Ports of the first, which has them: OFPC_FRAG_NX_MATCH (OVS openflow-common.h). */
    NX_MATCH
  }

  /** Writes how fragments are to be shown (OpenFlow 1.3.5, section 7.3.2). */
  public static void writeFragments(ByteBuf out, int xid, Fragments how) {
    int start = OpenFlow.begin(out, OpenFlow.SET_CONFIG, xid);
    out.writeShort(how.ordinal()).writeShort(MISS_SEND_LENGTH);
    OpenFlow.end(out, start);
  }

  /** The datapath id of a features reply, header included. */
  public static long readDatapathId(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(1);
    if (in.u8() != OpenFlow.FEATURES_REPLY) {
      throw new MalformedMessage("features were asked for, something else came");
    }
    return in.skip(6).u64();
  }

  /**
   * Writes a request to forget all connections of one zone: NXT_CT_FLUSH_ZONE (OVS nicira-ext.h).
   */
  public static void writeEmptyZone(ByteBuf out, int xid, int zone) {
    int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, xid);
    out.writeInt(OpenFlow.NICIRA).writeInt(CT_FLUSH_ZONE).writeZero(6).writeShort(zone);
    OpenFlow.end(out, start);
  }
}
