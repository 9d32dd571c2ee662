package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS in both directions with a real Open vSwitch. Each side signs its own certificate. */
class TlsTest {

  private static final String PASSWORD = "for-a-test";

  @TempDir Path dir;

  @Test
  void aSwitchWithATrustedCertificateIsLetInAndAnotherIsNot() throws Exception {
    Path controller = keyStore("controller");
    Path trusted = keyStore("trusted");
    Path stranger = keyStore("stranger");
    LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
    try (RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);
        SwitchListener listener =
            SwitchListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.of(new Tls(controller, trustStore(trusted), PASSWORD)),
                Limits.DEFAULT,
                connections::add)) {
      ovs.vsctl("add-br", "br0");

      showCertificate(ovs, stranger, controller);
      ovs.vsctl("set-controller", "br0", "ssl:127.0.0.1:" + listener.port());
      ovs.waitUntil("controller", "br0", "status:last_error!=\"\"");
      assertThat(connections).isEmpty();

      showCertificate(ovs, trusted, controller);
      SwitchConnection connection = connections.poll(20, SECONDS);
      assertThat(connection).isNotNull();
      assertThat(connection.dump().get(20, SECONDS)).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void thePasswordIsNotShown() {
    assertThat(new Tls(dir, dir, PASSWORD).toString()).doesNotContain(PASSWORD);
  }

  private void showCertificate(RealOvs ovs, Path own, Path peer) throws Exception {
    ovs.vsctl(
        "set-ssl",
        pem(own, "PRIVATE KEY", load(own).getKey("it", PASSWORD.toCharArray()).getEncoded()),
        pem(own, "CERTIFICATE", load(own).getCertificate("it").getEncoded()),
        pem(peer, "CERTIFICATE", load(peer).getCertificate("it").getEncoded()));
  }

  private static String pem(Path store, String kind, byte[] content) throws Exception {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Path file = Path.of(store + "." + kind.replace(' ', '-') + ".pem");
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
    return file.toString();
  }

  private Path keyStore(String name) throws Exception {
    Path file = dir.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    "it",
                    "-dname",
                    "CN=" + name,
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    file.toString()))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(20, SECONDS)).isTrue();
    assertThat(keytool.exitValue()).isZero();
    return file;
  }

  private Path trustStore(Path trusted) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("switch", load(trusted).getCertificate("it"));
    Path file = dir.resolve("trust.p12");
    try (var out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  private static KeyStore load(Path file) throws Exception {
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }
}
