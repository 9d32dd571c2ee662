package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.OpenFlow;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import org.opendaylight.openflowjava.protocol.api.extensibility.DeserializerExtensionProvider;
import org.opendaylight.openflowjava.protocol.api.extensibility.OFDeserializer;
import org.opendaylight.openflowjava.protocol.api.keys.MessageCodeKey;
import org.opendaylight.openflowjava.protocol.api.keys.TypeToClassKey;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.OfHeader;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;

/** A message as it came, header included: openflowjava hands it through unread. */
final class RawMessage implements OfHeader {

  static final Uint8 VERSION = Uint8.valueOf(OpenFlow.VERSION);

  private static final List<Integer> TAKEN_OVER =
      List.of(
          OpenFlow.ERROR,
          OpenFlow.ECHO_REPLY,
          OpenFlow.EXPERIMENTER,
          OpenFlow.FEATURES_REPLY,
          OpenFlow.PACKET_IN,
          OpenFlow.FLOW_REMOVED,
          OpenFlow.PORT_STATUS,
          OpenFlow.MULTIPART_REPLY,
          OpenFlow.BARRIER_REPLY,
          OpenFlow.ROLE_REPLY);

  private final byte[] bytes;

  private RawMessage(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Makes openflowjava hand through every type of message that {@code codec} reads. */
  static void takeOver(DeserializerExtensionProvider provider) {
    for (int type : TAKEN_OVER) {
      // A class of our own keeps clear of its lookup by experimenter, which never finds anything.
      provider.registerDeserializerMapping(new TypeToClassKey(VERSION, type), RawMessage.class);
      OFDeserializer<RawMessage> unread = in -> read(type, in);
      provider.registerDeserializer(new MessageCodeKey(VERSION, type, RawMessage.class), unread);
    }
  }

  /** {@code in} stands at the xid: openflowjava has read version, type and length. */
  private static RawMessage read(int type, ByteBuf in) {
    int rest = in.readableBytes();
    byte[] bytes = new byte[4 + rest];
    ByteBuffer.wrap(bytes)
        .put((byte) OpenFlow.VERSION)
        .put((byte) type)
        .putShort((short) bytes.length);
    in.readBytes(bytes, 4, rest);
    return new RawMessage(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  int type() {
    return bytes[1];
  }

  int xid() {
    return bytes.length < OpenFlow.HEADER ? 0 : ByteBuffer.wrap(bytes).getInt(4);
  }

  @Override
  public Class<RawMessage> implementedInterface() {
    return RawMessage.class;
  }

  @Override
  public Uint8 getVersion() {
    return VERSION;
  }

  @Override
  public Uint32 getXid() {
    return Uint32.fromIntBits(xid());
  }
}
