package dev.heddle.openflow.channel;

import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.function.Consumer;
import org.opendaylight.openflowjava.protocol.api.connection.ConnectionAdapter;
import org.opendaylight.openflowjava.protocol.api.extensibility.OFSerializer;
import org.opendaylight.openflowjava.protocol.api.extensibility.SerializerRegistry;
import org.opendaylight.openflowjava.protocol.api.keys.MessageTypeKey;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.common.types.rev130731.ExperimenterId;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.ExperimenterInput;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.experimenter.core.ExperimenterDataOfChoice;
import org.opendaylight.yangtools.yang.binding.Augmentation;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;

/**
 * Bytes on their way to a switch, one or more whole messages. They are written straight into the
 * channel's buffer when it has room, so what waits is not bytes but the values they come from. It
 * takes the place of openflowjava's experimenter message, whose own serializer is not used.
 */
record RawRequest(Consumer<ByteBuf> content) implements ExperimenterInput {

  /** Makes {@link ConnectionAdapter#experimenter} write what a {@code RawRequest} holds. */
  static void takeOver(SerializerRegistry writers) {
    OFSerializer<ExperimenterInput> plain = (in, out) -> ((RawRequest) in).content().accept(out);
    writers.registerSerializer(
        new MessageTypeKey<>(RawMessage.VERSION, ExperimenterInput.class), plain);
  }

  @Override
  public Uint8 getVersion() {
    return RawMessage.VERSION;
  }

  @Override
  public Uint32 getXid() {
    return Uint32.ZERO; // each message in the content has its own
  }

  @Override
  public ExperimenterId getExperimenter() {
    throw new UnsupportedOperationException("raw bytes");
  }

  @Override
  public Uint32 getExpType() {
    throw new UnsupportedOperationException("raw bytes");
  }

  @Override
  public ExperimenterDataOfChoice getExperimenterDataOfChoice() {
    throw new UnsupportedOperationException("raw bytes");
  }

  @Override
  public Map<Class<? extends Augmentation<ExperimenterInput>>, Augmentation<ExperimenterInput>>
      augmentations() {
    return Map.of();
  }
}
