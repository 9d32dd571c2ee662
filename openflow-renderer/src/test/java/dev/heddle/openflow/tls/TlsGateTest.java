package dev.heddle.openflow.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.heddle.openflow.Pki;
import dev.heddle.openflow.admission.Refusals;
import dev.heddle.tls.CertificateFiles;
import dev.heddle.tls.Credentials;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gate alone, with a protocol behind it that says "hello" to whoever gets through. */
@Timeout(120)
class TlsGateTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir static Path home;
  private static Pki pki;

  private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Identity> let = new LinkedBlockingQueue<>();

  @BeforeAll
  static void certificates() {
    pki = new Pki(home);
  }

  @AfterEach
  void endLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private InetSocketAddress listen(TlsGate gate) {
    Channel server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    gate.admit(channel, identity -> channel.pipeline().addLast(greet(identity)));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    return (InetSocketAddress) server.localAddress();
  }

  private ChannelInboundHandlerAdapter greet(Identity identity) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(ChannelHandlerContext context) {
        let.add(identity);
        context.writeAndFlush(
            context.alloc().buffer().writeBytes("hello".getBytes(StandardCharsets.US_ASCII)));
      }
    };
  }

  private TlsGate gate(Duration patience, int most, int mostOfOne) {
    return new TlsGate(pki.controller(), log::add, patience, new Threshold(most, mostOfOne));
  }

  private static Socket connect(InetSocketAddress to) throws IOException {
    return new Socket(to.getAddress(), to.getPort());
  }

  /** What a client of the JDK hears that shows these files, or none. */
  private static String hears(InetSocketAddress from, Optional<CertificateFiles> shows)
      throws Exception {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .trustManager(pki.node("n1").authorities().orElseThrow().toFile());
    shows.ifPresent(s -> builder.keyManager(s.certificate().toFile(), s.key().toFile()));
    SslContext context = builder.build();
    javax.net.ssl.SSLContext plain = ((io.netty.handler.ssl.JdkSslContext) context).context();
    try (SSLSocket socket =
        (SSLSocket) plain.getSocketFactory().createSocket(from.getAddress(), from.getPort())) {
      StringBuilder heard = new StringBuilder();
      try (InputStream in = socket.getInputStream()) {
        for (int c = in.read(); c >= 0 && heard.length() < 5; c = in.read()) {
          heard.append((char) c);
          if (heard.length() == 5) {
            break;
          }
        }
      } catch (IOException refused) {
        // what was heard until then is what counts
      }
      return heard.toString();
    }
  }

  @Test
  void whoShowsACertificateOfOursIsLetInByItsNames() throws Exception {
    InetSocketAddress at = listen(gate(LONG, 10, 10));
    assertThat(hears(at, Optional.of(pki.node("n1")))).isEqualTo("hello");
    Identity identity = let.take();
    assertThat(identity.names()).contains(Set.of("n1"));
    assertThat(identity.mayBe("n1")).isTrue();
    assertThat(identity.mayBe("n2")).isFalse();
    assertThat(log).isEmpty();
  }

  @Test
  void aNameTooLongForACommonNameIsAnAlternativeName() throws Exception {
    String name = "n" + "0123456789".repeat(9);
    InetSocketAddress at = listen(gate(LONG, 10, 10));
    assertThat(hears(at, Optional.of(pki.node(name)))).isEqualTo("hello");
    assertThat(let.take().names()).contains(Set.of(name));
  }

  @Test
  void whoShowsNoneHearsNothingAndIsNamedOnce() throws Exception {
    InetSocketAddress at = listen(gate(LONG, 10, 10));
    for (int i = 0; i < 3; i++) {
      assertThat(hears(at, Optional.empty())).isEmpty();
    }
    assertThat(log).containsExactly("127.0.0.1 is refused: it shows no certificate");
    assertThat(let).isEmpty();
  }

  @Test
  void theControllersOwnCertificateIsNoNodes() throws Exception {
    InetSocketAddress at = listen(gate(LONG, 10, 10));
    assertThat(hears(at, Optional.of(pki.controller()))).isEmpty();
    assertThat(let).isEmpty();
    assertThat(log).hasSize(1);
  }

  @Test
  void whoDoesNotSpeakTlsHearsNothingReadable() throws Exception {
    InetSocketAddress at = listen(gate(LONG, 10, 10));
    try (Socket socket = connect(at)) {
      socket
          .getOutputStream()
          .write("{\"method\":\"echo\"}".repeat(10).getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .doesNotContain("hello");
    }
    assertThat(log).singleElement().asString().contains("it does not speak TLS");
  }

  @Test
  void whoSaysNothingIsClosedInBoundedTime() throws Exception {
    InetSocketAddress at = listen(gate(Duration.ofMillis(300), 10, 10));
    try (Socket socket = connect(at)) {
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(log)
        .containsExactly("127.0.0.1 is refused: it did not finish its handshake in time");
  }

  @Test
  void whoBeginsAHandshakeAndSendsAByteNowAndThenIsClosedInBoundedTime() throws Exception {
    InetSocketAddress at = listen(gate(Duration.ofMillis(500), 10, 10));
    byte[] half = java.util.HexFormat.of().parseHex("16030102000100fc0303");
    try (Socket socket = connect(at)) {
      socket.getOutputStream().write(half);
      socket.setSoTimeout(50);
      int bytes = 0;
      for (boolean open = true; open; bytes++) { // as long as it is let
        try {
          socket.getOutputStream().write(0);
          open = socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException e) {
          // nothing is said yet: one byte more
        } catch (IOException e) {
          open = false;
        }
      }
      assertThat(bytes).isLessThan(512); // it had never been whole
    }
    assertThat(log)
        .containsExactly("127.0.0.1 is refused: it did not finish its handshake in time");
    assertThat(hears(at, Optional.of(pki.node("n1")))).isEqualTo("hello");
  }

  @Test
  void oneAddressHasABoundedNumberOfHandshakesAndEachThatEndsMakesRoom() throws Exception {
    InetSocketAddress at = listen(gate(LONG, 10, 2));
    List<Socket> waiting = new ArrayList<>(List.of(connect(at), connect(at)));
    try (Socket third = connect(at)) {
      assertThat(third.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(log)
        .containsExactly("127.0.0.1 is refused: it came while too many handshakes were under way");
    for (Socket socket : waiting) {
      socket.close();
    }
    // The places are free once the server has seen the ends, which nothing here can await.
    String heard = "";
    while (heard.isEmpty()) {
      heard = hears(at, Optional.of(pki.node("n1")));
    }
    assertThat(heard).isEqualTo("hello");
  }

  @Test
  void withoutFilesEverybodyIsRefusedUntilThereAreSome() throws Exception {
    Path dir = Files.createTempDirectory(home, "empty");
    CertificateFiles files =
        new CertificateFiles(dir.resolve("k"), dir.resolve("c"), dir.resolve("a"));
    TlsGate gate = new TlsGate(files, log::add);
    InetSocketAddress at = listen(gate);
    try (Socket socket = connect(at)) {
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(log)
        .containsExactly(
            "TLS: "
                + files.certificate()
                + " is missing; every node is refused until this is mended",
            "127.0.0.1 is refused: it came while the controller has no certificate of its own");

    Files.copy(pki.controller().key(), files.key());
    Files.copy(pki.controller().certificate(), files.certificate());
    gate.refresh();
    Files.copy(pki.controller().authorities().orElseThrow(), files.authorities().orElseThrow());
    gate.refresh();
    gate.refresh();
    assertThat(hears(at, Optional.of(pki.node("n1")))).isEqualTo("hello");
  }

  @Test
  void theKeyOfAnotherCertificateIsNotTaken() throws Exception {
    CertificateFiles own = pki.controller();
    CertificateFiles wrong =
        new CertificateFiles(
            pki.node("n1").key(), own.certificate(), own.authorities().orElseThrow());
    new TlsGate(wrong, log::add);
    assertThat(log)
        .singleElement()
        .asString()
        .contains("is not the key of the certificate beside it");
  }

  @Test
  void whatIsRememberedOfStrangersIsBounded() throws Exception {
    Refusals refusals = new Refusals(log::add);
    for (int i = 0; i < 3 * Refusals.MOST_ADDRESSES; i++) {
      refusals.tell(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}), "x");
    }
    assertThat(log).hasSizeLessThan(Refusals.MOST_ADDRESSES + 20);
    InetAddress one = InetAddress.getByAddress(new byte[] {10, 0, 0, 0});
    int before = log.size();
    IntStream.range(0, 100).forEach(i -> refusals.tell(one, "reason " + i));
    assertThat(log).hasSize(before + Refusals.MOST_REASONS - 1);
    refusals.forget(one);
    refusals.tell(one, "x");
    assertThat(log).hasSize(before + Refusals.MOST_REASONS);
  }

  @Test
  void everyFileIsForItsOwnerOnly() throws Exception {
    pki.node("n1");
    try (var files = Files.walk(home)) {
      assertThat(files.filter(f -> f.getFileName().toString().endsWith(".pem")))
          .isNotEmpty()
          .allSatisfy(
              f ->
                  assertThat(
                          java.nio.file.attribute.PosixFilePermissions.toString(
                              Files.getPosixFilePermissions(f)))
                      .isEqualTo("rw-------"));
    }
    assertThatCode(() -> Credentials.read(pki.controller(), java.time.Instant.now()))
        .doesNotThrowAnyException();
  }
}
