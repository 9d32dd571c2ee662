package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.OpenFlow;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import org.opendaylight.openflowjava.protocol.api.extensibility.DeserializerRegistry;
import org.opendaylight.openflowjava.protocol.api.extensibility.OFDeserializer;
import org.opendaylight.openflowjava.protocol.api.keys.MessageCodeKey;
import org.opendaylight.openflowjava.protocol.api.keys.TypeToClassKey;
import org.opendaylight.openflowjava.protocol.impl.deserialization.DeserializationFactory;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.OfHeader;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;

/** A message as it came, header included: openflowjava hands it through unread. */
final class RawMessage implements OfHeader {

  static final Uint8 VERSION = Uint8.valueOf(OpenFlow.VERSION);

  /** The versions that openflowjava reads. */
  private static final List<Integer> VERSIONS = List.of(1, OpenFlow.VERSION);

  private static final int LAST_TYPE = 29; // OFPT_METER_MOD, the highest in 1.3

  private final byte[] bytes;

  private RawMessage(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Makes openflowjava hand through every message but hello and the 1.3 echo request, also those
   * that have no business here: what its own readers cannot read they log with a stack trace.
   */
  static void takeOver(DeserializationFactory mappings, DeserializerRegistry readers) {
    for (int version : VERSIONS) {
      for (int type = 1; type <= LAST_TYPE; type++) {
        if (version != OpenFlow.VERSION || type != OpenFlow.ECHO_REQUEST) {
          takeOver(mappings, readers, version, type);
        }
      }
    }
  }

  private static void takeOver(
      DeserializationFactory mappings, DeserializerRegistry readers, int version, int type) {
    Uint8 v = Uint8.valueOf(version);
    // A class of our own keeps clear of its lookup by experimenter, which never finds anything.
    mappings.registerMapping(new TypeToClassKey(v, type), RawMessage.class);
    OFDeserializer<RawMessage> unread = in -> read(version, type, in);
    readers.registerDeserializer(new MessageCodeKey(v, type, RawMessage.class), unread);
  }

  /** {@code in} stands at the xid: openflowjava has read version, type and length. */
  private static RawMessage read(int version, int type, ByteBuf in) {
    int rest = in.readableBytes();
    byte[] bytes = new byte[4 + rest];
    ByteBuffer.wrap(bytes).put((byte) version).put((byte) type).putShort((short) bytes.length);
    in.readBytes(bytes, 4, rest);
    return new RawMessage(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  int version() {
    return bytes[0];
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
