package dev.heddle.openflow.channel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.opendaylight.openflowjava.protocol.api.connection.ConnectionAdapter;
import org.opendaylight.openflowjava.protocol.api.connection.ConnectionReadyListener;
import org.opendaylight.openflowjava.protocol.api.extensibility.AlienMessageListener;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.EchoReplyInputBuilder;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.EchoRequestMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.ErrorMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.ExperimenterMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.FlowRemovedMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.HelloMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.MultipartReplyMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.OfHeader;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.OpenflowProtocolListener;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.PacketInMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.protocol.rev130731.PortStatusMessage;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.system.rev130927.DisconnectEvent;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.system.rev130927.SslConnectionError;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.system.rev130927.SwitchIdleEvent;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.system.rev130927.SystemNotificationsListener;

/**
 * What openflowjava tells about one channel. Hello and echo are its own messages, all others come
 * raw; those of another version than 1.3 that it can read are ignored.
 */
@SuppressWarnings(
    "deprecation") // the listeners openflowjava 0.17 offers; their successors come with Java 21
record Inbound(
    OvsConnection connection,
    ConnectionAdapter adapter,
    CompletableFuture<Void> introduced,
    AtomicBoolean ready,
    AtomicBoolean greeted)
    implements OpenflowProtocolListener,
        SystemNotificationsListener,
        AlienMessageListener,
        ConnectionReadyListener {

  Inbound(OvsConnection connection, ConnectionAdapter adapter, CompletableFuture<Void> introduced) {
    this(connection, adapter, introduced, new AtomicBoolean(), new AtomicBoolean());
  }

  @Override
  public void onConnectionReady() {
    if (ready.compareAndSet(false, true)) {
      connection.sayHello();
    }
  }

  @Override
  public void onHelloMessage(HelloMessage hello) {
    if (greeted.compareAndSet(false, true)) {
      connection
          .introduce()
          .whenComplete(
              (ok, failure) -> {
                if (failure == null) {
                  introduced.complete(null);
                } else {
                  introduced.completeExceptionally(failure);
                }
              });
    }
  }

  @Override
  public boolean onAlienMessage(OfHeader message) {
    if (message instanceof RawMessage raw) {
      connection.received(raw);
    }
    return true;
  }

  @Override
  @SuppressWarnings(
      "CheckReturnValue") // a reply that gets lost is missed by the switch, which connects anew
  public void onEchoRequestMessage(EchoRequestMessage request) {
    adapter.echoReply(
        new EchoReplyInputBuilder()
            .setVersion(request.getVersion())
            .setXid(request.getXid())
            .setData(request.getData())
            .build());
  }

  @Override
  public void onDisconnectEvent(DisconnectEvent event) {
    connection.lost("the switch went away");
  }

  @Override
  public void onSwitchIdleEvent(SwitchIdleEvent event) {
    connection.probe();
  }

  @Override
  public void onSslConnectionError(SslConnectionError error) {
    // not sent: the gate in front does TLS
  }

  @Override
  public void onErrorMessage(ErrorMessage message) {}

  @Override
  public void onExperimenterMessage(ExperimenterMessage message) {}

  @Override
  public void onFlowRemovedMessage(FlowRemovedMessage message) {}

  @Override
  public void onMultipartReplyMessage(MultipartReplyMessage message) {}

  @Override
  public void onPacketInMessage(PacketInMessage message) {}

  @Override
  public void onPortStatusMessage(PortStatusMessage message) {}
}
