package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.admission.Admission;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OvsdbListenerTest {

  private final EventLoopGroup group = new NioEventLoopGroup(1);
  private final BlockingQueue<OvsdbConnection> connections = new LinkedBlockingQueue<>();

  private OvsdbListener listen(int maxConnections, Duration probe) {
    Limits limits =
        new Limits(
            new Admission.Bounds(maxConnections, 64, 64, 64),
            1 << 16,
            32,
            8,
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            probe,
            100,
            10_000);
    return new OvsdbListener(
        group,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        limits,
        Optional.empty(),
        connections::add);
  }

  @AfterEach
  void endLoops() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static Socket connect(OvsdbListener listener) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), listener.localAddress().getPort());
  }

  @Test
  void aSilentPeerIsAskedOnceAndThenClosed() throws Exception {
    try (OvsdbListener listener = listen(5, Duration.ofMillis(200));
        Socket peer = connect(listener)) {
      // Part of a message is no sign of life.
      peer.getOutputStream().write("{\"method\":".getBytes(StandardCharsets.UTF_8));
      String heard = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(heard).isEqualTo("{\"id\":1,\"method\":\"echo\",\"params\":[]}");
      assertThat(connections.take().closed().toCompletableFuture().get(5, TimeUnit.SECONDS))
          .isEqualTo("no whole message for PT0.4S");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"id\":\"", "{\"id\":[[", "{", " "})
  void aByteNowAndThenIsNoSignOfLife(String begin) throws Exception {
    try (OvsdbListener listener = listen(5, Duration.ofMillis(200));
        Socket peer = connect(listener)) {
      peer.getOutputStream().write(begin.getBytes(StandardCharsets.UTF_8));
      peer.setSoTimeout(20);
      for (boolean open = true; open; ) { // as long as it is let
        try {
          peer.getOutputStream().write(' ');
          open = peer.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
          // nothing is said: one byte more
        } catch (IOException e) {
          open = false;
        }
      }
      OvsdbConnection closed = connections.take();
      assertThat(closed.closed().toCompletableFuture().get(5, TimeUnit.SECONDS))
          .isEqualTo("no whole message for PT0.4S");
      // The listener hears of it in the same turn of the event loop, perhaps after we do.
      CompletableFuture.runAsync(() -> {}, closed.executor()).get(5, TimeUnit.SECONDS);
      assertThat(listener.refused()).isEqualTo(1);
    }
  }

  @Test
  void moreConnectionsThanAllowedAreClosedAndRoomIsGivenAgain() throws Exception {
    try (OvsdbListener listener = listen(1, Duration.ofSeconds(10))) {
      Socket first = connect(listener);
      OvsdbConnection admitted = connections.take();
      try (Socket second = connect(listener)) {
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(connections).isEmpty();

      first.close();
      admitted.closed().toCompletableFuture().get(5, TimeUnit.SECONDS);
      try (Socket third = connect(listener)) {
        assertThat(connections.poll(5, TimeUnit.SECONDS)).isNotNull();
      }
    }
  }

  @Test
  void aPeerThatAsksAndNeverReadsIsNotReadFromEither() throws Exception {
    byte[] echo =
        ("{\"id\":1,\"method\":\"echo\",\"params\":[\"" + "x".repeat(60_000) + "\"]}")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try (OvsdbListener listener = listen(5, Duration.ofSeconds(20));
        SocketChannel peer = SocketChannel.open(listener.localAddress());
        Selector selector = Selector.open()) {
      peer.configureBlocking(false);
      peer.register(selector, SelectionKey.OP_WRITE);
      long written = 0;
      ByteBuffer bytes = ByteBuffer.wrap(echo);
      // The kernel's buffers fill up; after that nobody takes a byte for a whole second.
      while (written < 512L << 20 && selector.select(1_000) > 0) {
        selector.selectedKeys().clear();
        written += peer.write(bytes);
        if (!bytes.hasRemaining()) {
          bytes.rewind();
        }
      }
      assertThat(written).isLessThan(64L << 20);
    }
  }

  @Test
  void closingTheListenerClosesItsConnections() throws Exception {
    OvsdbListener listener = listen(5, Duration.ofSeconds(10));
    try (Socket peer = connect(listener)) {
      connections.take();
      listener.close();
      InputStream in = peer.getInputStream();
      assertThat(in.read()).isEqualTo(-1);
    }
  }
}
