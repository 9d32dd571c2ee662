package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.MonitorCodec;
import dev.heddle.openflow.codec.OpenFlow;
import dev.heddle.openflow.codec.OpenFlowError;
import dev.heddle.openflow.codec.PacketCodec;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.codec.PortCodec;
import java.util.List;
import java.util.function.Consumer;

/** What a switch tells without being asked, and who wants to hear it; nobody at first. */
final class Unasked {

  volatile Consumer<PacketIn> packets = nobody -> {};
  volatile Consumer<PhysicalPort> ports = nobody -> {};
  volatile Consumer<List<FlowUpdate>> flows = nobody -> {};

  private final Consumer<String> errors;

  /**
   * @param errors hears of errors that nobody waits for, as often as the switch sends them
   */
  Unasked(Consumer<String> errors) {
    this.errors = errors;
  }

  void error(OpenFlowError error) {
    errors.accept(error.text());
  }

  /**
   * True if the message is a packet or the state of a port, whatever its xid.
   *
   * @throws dev.heddle.openflow.codec.MalformedMessage if it cannot be read
   */
  boolean takes(RawMessage message) {
    if (message.type() == OpenFlow.PORT_STATUS) {
      ports.accept(PortCodec.readStatus(message.bytes()));
      return true;
    }
    if (PacketCodec.isPacketIn(message.bytes())) {
      packets.accept(PacketCodec.read(message.bytes()));
      return true;
    }
    return false;
  }

  /** Takes what nobody waits for: perhaps an update of flows. */
  void takesRest(RawMessage message) {
    if (MonitorCodec.isUpdate(message.bytes())) {
      flows.accept(MonitorCodec.readUpdates(message.bytes()));
    }
  }
}
