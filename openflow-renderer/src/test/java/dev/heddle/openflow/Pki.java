package dev.heddle.openflow;

import dev.heddle.tls.CertificateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Certificates for a test, made by the commands that docs/tls.md gives. */
public final class Pki {

  private static final Path HEDDLE = Path.of("..", "heddle").toAbsolutePath().normalize();

  private final Path home;

  /** The authorities, and the controller's certificate. */
  public Pki(Path home) {
    this.home = home;
    heddle(Map.of(), "controller", "--san", "127.0.0.1");
  }

  /** What the controller reads. */
  public CertificateFiles controller() {
    Path dir = home.resolve("etc/tls");
    return new CertificateFiles(
        dir.resolve("privkey.pem"), dir.resolve("cert.pem"), dir.resolve("cacert.pem"));
  }

  /** What a node shows; made at the first call. */
  public CertificateFiles node(String name) {
    Path dir = home.resolve("pki/nodes").resolve(name);
    if (!dir.toFile().exists()) {
      heddle(Map.of(), "node", name);
    }
    return new CertificateFiles(
        dir.resolve("privkey.pem"), dir.resolve("cert.pem"), dir.resolve("cacert.pem"));
  }

  /** A certificate of which the last day is over; openssl counts days from now, also backwards. */
  public CertificateFiles expired(String name) {
    heddle(Map.of("HEDDLE_PKI_DAYS", "-1"), "node", name);
    return node(name);
  }

  public void renew() {
    heddle(Map.of(), "renew");
  }

  /** What heddle pki says on how a node joins: the commands, one a line, without what is a note. */
  public List<String> joining(String name, String ovsdbPort) {
    return heddle(Map.of("HEDDLE_OVSDB_PORT", ovsdbPort), "node", name)
        .replace("\\\n", "")
        .lines()
        .filter(line -> line.startsWith("ovs-vsctl "))
        .toList();
  }

  /** The commands that make a node show these files, as ovs-vsctl takes them. */
  public static void show(RealOvs ovs, CertificateFiles files) {
    ovs.vsctl(
        "--no-wait",
        "set-ssl",
        files.key().toString(),
        files.certificate().toString(),
        files.authorities().orElseThrow().toString());
  }

  private String heddle(Map<String, String> environment, String... arguments) {
    List<String> words = new ArrayList<>(List.of(HEDDLE.toString(), "pki"));
    words.addAll(List.of(arguments));
    return run(home, environment, words);
  }

  /** Runs a command and returns what it says, or fails with that. */
  public static String run(Path home, Map<String, String> environment, List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.directory(home.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HEDDLE_"));
    builder.environment().put("HEDDLE_HOME", home.toString());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", words) + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
