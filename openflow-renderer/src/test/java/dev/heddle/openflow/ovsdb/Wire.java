package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.tls.Identity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** A connection whose other end is the test: what it sends is read here, byte by byte if wanted. */
final class Wire {

  static final Limits SMALL =
      new Limits(
          new Admission.Bounds(2, 2, 2, 2),
          1_000,
          12,
          3,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          10,
          10_000);

  private static final JsonMapper JSON = new JsonMapper();

  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
  private final AtomicReference<OvsdbConnection> connection = new AtomicReference<>();
  private final EmbeddedChannel channel;

  Wire() {
    channel =
        new EmbeddedChannel(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel made) {
                made.config().setAllocator(memory);
                OvsdbConnection.attach(
                    made,
                    Identity.UNPROVED,
                    SMALL,
                    new OvsdbConnection.Room(new Budget(1 << 20), new Budget(1 << 20)),
                    connection::set);
              }
            });
  }

  OvsdbConnection connection() {
    return connection.get();
  }

  void receive(String text) {
    receive(text.getBytes(StandardCharsets.UTF_8));
  }

  void receive(byte[] bytes) {
    if (!channel.isOpen()) {
      return; // nothing is read from a closed socket
    }
    ByteBuf buffer = memory.heapBuffer(bytes.length).writeBytes(bytes);
    channel.pipeline().fireChannelRead(buffer).fireChannelReadComplete();
    channel.runPendingTasks();
  }

  /** The next message we sent, null if there is none. */
  JsonNode sent() throws Exception {
    channel.runPendingTasks();
    ByteBuf bytes = channel.readOutbound();
    if (bytes == null) {
      return null;
    }
    try {
      return JSON.readTree(Unpooled.copiedBuffer(bytes).array());
    } finally {
      bytes.release();
    }
  }

  void passTime(Duration time) {
    channel.freezeTime();
    channel.advanceTimeBy(time.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }

  /** Heap held in buffers of this channel, in bytes. */
  long held() {
    return memory.metric().usedHeapMemory();
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Why it was closed; "" if it was not. */
  String reason() {
    return connection().closed().toCompletableFuture().getNow("");
  }
}
