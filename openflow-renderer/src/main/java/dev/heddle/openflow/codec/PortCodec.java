package dev.heddle.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Descriptions of ports: OFPMP_PORT_DESC and OFPT_PORT_STATUS (OpenFlow 1.3.5, 7.3.5.7, 7.4.3). */
public final class PortCodec {

  private static final int DESCRIPTION = 13;
  private static final int MORE = 1;
  private static final int PORT = 64;
  private static final int NAME = 16;
  private static final int DELETED = 1;
  private static final int CONFIG_DOWN = 1;
  private static final int STATE_DOWN = 1;

  private PortCodec() {}

  /** One part of the answer to {@link #writeRequest}. */
  public record Page(List<PhysicalPort> ports, boolean more) {}

  /** Writes the request for all ports. */
  public static void writeRequest(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REQUEST, xid);
    out.writeShort(DESCRIPTION).writeShort(0).writeInt(0);
    OpenFlow.end(out, start);
  }

  /**
   * Reads one multipart reply, header included.
   *
   * @throws MalformedMessage if it is not one with ports
   */
  public static Page readPage(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(1);
    int type = in.u8();
    int kind = in.skip(6).u16();
    boolean more = (in.u16() & MORE) != 0;
    if (type != OpenFlow.MULTIPART_REPLY || kind != DESCRIPTION) {
      throw new MalformedMessage("ports were asked for, something else came");
    }
    in.skip(4);
    List<PhysicalPort> ports = new ArrayList<>();
    while (in.remaining() > 0) {
      ports.add(port(in.part(PORT)));
    }
    return new Page(ports, more);
  }

  /**
   * The port that an OFPT_PORT_STATUS tells of, header included; one that was taken away is down.
   *
   * @throws MalformedMessage if it is none
   */
  public static PhysicalPort readStatus(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(1);
    if (in.u8() != OpenFlow.PORT_STATUS) {
      throw new MalformedMessage("this tells of no port");
    }
    boolean deleted = in.skip(6).u8() == DELETED;
    PhysicalPort port = port(in.skip(7).part(PORT));
    return new PhysicalPort(port.number(), port.name(), port.up() && !deleted);
  }

  private static PhysicalPort port(ByteReader in) {
    final long number = in.u32();
    String name = name(in.skip(12).part(NAME));
    boolean up = (in.u32() & CONFIG_DOWN) == 0 & (in.u32() & STATE_DOWN) == 0;
    return new PhysicalPort(number, name, up);
  }

  /** Of a stranger: what cannot be printed is left out. */
  private static String name(ByteReader in) {
    String text = new String(HexFormat.of().parseHex(in.hex()), StandardCharsets.ISO_8859_1);
    int end = text.indexOf(0);
    return text.substring(0, end < 0 ? NAME - 1 : end).replaceAll("[^!-~]", "");
  }
}
