package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.Pki;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.openflow.tls.TlsGate;
import dev.heddle.store.MemoryStore;
import dev.heddle.tls.CertificateFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OVSDB and OpenFlow over TLS with a real Open vSwitch and the certificates of heddle pki. */
class NodesOverTlsTest {

  @TempDir static Path home;
  private static Optional<Pki> made = Optional.empty();

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Pki pki = made.orElseGet(() -> new Pki(home));
  private final CertificateFiles files = copied(pki.controller());
  private final TlsGate gate = new TlsGate(files, log::add);
  private final Rig rig = new Rig(new MemoryStore(), 0, 0, Optional.of(gate));

  NodesOverTlsTest() {
    made = Optional.of(pki);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void join(String name, CertificateFiles certificate) {
    Pki.show(ovs, certificate);
    rig.join(ovs, name, "127.0.0.1");
  }

  private void joined(String name) {
    join(name, pki.node(name));
    rig.await(
        name + " up to date", () -> rig.node(name).connected() && rig.node(name).installed() >= 0);
  }

  @Test
  void aNodeThatShowsItsCertificateIsServedOverTls() {
    joined("n1");
    rig.apply(Rig.network("red"), Rig.port("red-a", "red", 1));
    ovs.addPort("br-int", "red-a", "red-a");
    rig.awaitRealized("LogicalPort", "red-a");
    assertThat(ovs.get("Controller", "br-int", "target")).startsWith("ssl:127.0.0.1:");
    assertThat(log).isEmpty();
  }

  @Test
  void theCommandsThatHeddlePkiGivesAndTheDocumentShowsMakeANodeJoin() throws IOException {
    String document = Files.readString(Path.of("..", "docs", "tls.md")).replace("\\\n", "");
    List<String> commands = pki.joining("n1", "6640");
    assertThat(commands).hasSize(2).allMatch(document::contains);
    String files = pki.node("n1").key().getParent().toString();
    for (String command : commands) {
      ovs.vsctl(
          ("--no-wait " + command.replaceFirst("ovs-vsctl ", ""))
              .replace("/etc/openvswitch/heddle", files)
              .replace("CONTROLLER:6640", "127.0.0.1:" + rig.renderer.ovsdbPort())
              .replace("ADDRESS", "127.0.0.1")
              .split(" +"));
    }
    rig.await("n1 connected", () -> rig.node("n1").connected());
  }

  @Test
  void certificatesOfOvsPkiServeAsWell() throws Exception {
    Path dir = Files.createTempDirectory(home, "ovs-pki");
    for (String command : List.of("init", "-u req+sign n1 switch", "-u req+sign c controller")) {
      String line = "cd " + dir + " && ovs-pki -d " + dir + "/pki -l " + dir + "/log " + command;
      String said = Pki.run(dir, Map.of(), List.of("sh", "-ec", line));
      assertThat(said).doesNotContain("rror");
    }
    replace(
        new CertificateFiles(
            dir.resolve("c-privkey.pem"),
            dir.resolve("c-cert.pem"),
            dir.resolve("pki/switchca/cacert.pem")));
    taken();
    join(
        "n1",
        new CertificateFiles(
            dir.resolve("n1-privkey.pem"),
            dir.resolve("n1-cert.pem"),
            dir.resolve("pki/controllerca/cacert.pem")));
    rig.await("n1 connected", () -> rig.node("n1").connected());
    assertThat(log).isEmpty();
  }

  @Test
  void aCertificateOfAnotherAuthorityGetsNothingAndIsNamedOnceHoweverOftenItTries()
      throws Exception {
    Path elsewhere = Files.createTempDirectory(home, "stranger");
    CertificateFiles stranger = new Pki(elsewhere).node("n1");
    join(
        "n1",
        new CertificateFiles(
            stranger.key(), stranger.certificate(), pki.node("n1").authorities().orElseThrow()));
    awaitAttempts();
    assertThat(log)
        .containsExactly("127.0.0.1 is refused: its certificate is signed by nobody we trust");
    assertGotNothing();

    join("n1", pki.node("n1"));
    rig.await("n1 connected", () -> rig.node("n1").connected());
    assertThat(log).hasSize(1);
  }

  @Test
  void anExpiredCertificateGetsNothingAndIsNamedOnce() throws Exception {
    join("late", pki.expired("late"));
    awaitAttempts();
    assertThat(log)
        .singleElement()
        .asString()
        .startsWith("127.0.0.1 is refused: its certificate has expired (");
    assertGotNothing();
  }

  @Test
  void theCertificateOfOneNodeDoesNotSpeakForAnother() {
    join("n1", pki.node("n2"));
    awaitAttempts();
    assertThat(log)
        .containsExactly("127.0.0.1 is refused: its certificate is for n2, and it calls itself n1");
    assertGotNothing();
  }

  @Test
  void theSwitchOfOneNodeDoesNotPassForThatOfAnother() {
    joined("n1");
    int openflow = Integer.parseInt(ovs.get("Controller", "br-int", "target").split(":", 3)[2]);
    try (RealOvs other = RealOvs.start(Datapath.DUMMY)) {
      Pki.show(other, pki.node("n2"));
      String id = ovs.get("Bridge", "br-int", "datapath_id");
      other.vsctl("add-br", "br0", "--", "set", "Bridge", "br0", "other-config:datapath-id=" + id);
      other.vsctl("set-controller", "br0", "ssl:127.0.0.1:" + openflow);
      rig.await("n2 named", () -> !log.isEmpty());
      assertThat(log)
          .containsExactly(
              "127.0.0.1 is refused: its certificate is for n2, and its switch says it is "
                  + id
                  + ", which is n1's");
      assertThat(rig.node("n1").connected()).isTrue();
      assertThat(other.ofctl("dump-flows", "br0")).doesNotContain("table=28");
    }
  }

  @Test
  void renewedCertificatesAreShownToNewConnectionsWhileSessionsStay() throws Exception {
    joined("n1");
    long sent = rig.node("n1").sent();
    X509Certificate before = shown();

    pki.renew();
    replace(pki.controller());
    taken();

    assertThat(shown()).isNotEqualTo(before);
    assertThat(rig.node("n1").connected()).isTrue();
    assertThat(rig.node("n1").sent()).isEqualTo(sent);
    assertThat(connections("ovs-vswitchd", "br-int<->ssl:")).as("OpenFlow sessions").isOne();
    assertThat(connections("ovsdb-server", "ssl:")).as("OVSDB sessions").isOne();
    // Its next session is with the new ones on both sides.
    ovs.stopSwitch();
    rig.await("n1 lost", () -> !rig.node("n1").connected());
    ovs.startSwitch();
    rig.await("n1 back", () -> rig.node("n1").connected());
  }

  @Test
  void filesThatCannotBeUsedLeaveTheOldOnesInUseAndAreNamedOnce() throws Exception {
    joined("n1");
    X509Certificate before = shown();
    Files.writeString(files.key(), "no key\n");
    for (int i = 0; i < 4; i++) {
      gate.refresh();
    }
    assertThat(log)
        .filteredOn(line -> line.startsWith("TLS"))
        .containsExactly(
            "TLS: "
                + files.key()
                + " holds no PKCS #8 key without password: openssl pkcs8 -topk8 -nocrypt makes one"
                + "; what was read before stays in use");
    assertThat(shown()).isEqualTo(before);
    assertThat(rig.node("n1").connected()).isTrue();

    replace(pki.controller());
    taken();
    assertThat(log).filteredOn(line -> line.startsWith("TLS")).hasSize(1);
  }

  /** ovsdb-server tries again after 1, 2, 4 s and so on. */
  private void awaitAttempts() {
    rig.await("three refusals", () -> gate.refused() >= 3);
  }

  private void assertGotNothing() {
    assertThat(ovs.vsctl("--no-wait", "list-br")).isBlank();
    assertThat(rig.renderer.nodes()).isEmpty();
  }

  /** How often a daemon of the node says in its log that it has connected. */
  private long connections(String daemon, String to) throws IOException {
    return Files.readAllLines(ovs.dir().resolve(daemon + ".log")).stream()
        .filter(line -> line.contains(to) && line.endsWith(": connected"))
        .count();
  }

  /** Files are taken over when they were the same twice; the renderer looks every second too. */
  private void taken() {
    gate.refresh();
    gate.refresh();
  }

  private void replace(CertificateFiles by) throws IOException {
    Files.write(files.key(), Files.readAllBytes(by.key()));
    Files.write(files.certificate(), Files.readAllBytes(by.certificate()));
    Files.write(
        files.authorities().orElseThrow(), Files.readAllBytes(by.authorities().orElseThrow()));
  }

  private static CertificateFiles copied(CertificateFiles from) {
    try {
      Path dir = Files.createTempDirectory(home, "controller");
      return new CertificateFiles(
          Files.copy(from.key(), dir.resolve("privkey.pem")),
          Files.copy(from.certificate(), dir.resolve("cert.pem")),
          Files.copy(from.authorities().orElseThrow(), dir.resolve("cacert.pem")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The certificate that a connection made now is shown. */
  private X509Certificate shown() throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.2");
    context.init(null, new TrustManager[] {new Anybody()}, null);
    try (Socket plain = new Socket("127.0.0.1", rig.renderer.ovsdbPort());
        SSLSocket socket =
            (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", 0, true)) {
      Anybody.seen = null;
      try {
        socket.startHandshake();
      } catch (IOException e) {
        // It is refused, of course: it shows none of its own.
      }
      return Anybody.seen;
    }
  }

  private record Anybody() implements X509TrustManager {
    static X509Certificate seen;

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      seen = chain[0];
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
