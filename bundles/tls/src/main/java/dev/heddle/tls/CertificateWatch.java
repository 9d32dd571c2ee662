package dev.heddle.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps up with the certificate files. Files that cannot be used change nothing: what was read
 * before goes on being used, and the log says so once. {@link #look} is for one thread at a time.
 */
public final class CertificateWatch {

  private static final Duration EXPIRES_SOON = Duration.ofDays(30);
  private static final Duration REMIND = Duration.ofDays(1);
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  private final CertificateFiles files;
  private final Clock clock;
  private final Consumer<String> log;
  private final String without;
  private List<String> seen;
  private List<String> tried;
  private Instant reminded = Instant.MIN;
  private volatile Optional<Credentials> current = Optional.empty();

  /**
   * Reads the files at once.
   *
   * @param log what an operator has to mend
   * @param without what is so while no usable files were ever found, the end of a sentence
   */
  public CertificateWatch(
      CertificateFiles files, Clock clock, Consumer<String> log, String without) {
    this.files = files;
    this.clock = clock;
    this.log = log;
    this.without = without;
    seen = marks();
    read();
  }

  /** What new handshakes use; empty if no usable files were ever found. */
  public Optional<Credentials> current() {
    return current;
  }

  /**
   * Takes over files that have changed, but only when they are seen unchanged a second time: three
   * files are not replaced in one step, and half of a change is no fault.
   */
  public void look() {
    List<String> now = marks();
    boolean quiet = now.equals(seen);
    seen = now;
    if (quiet && !now.equals(tried)) {
      read();
    }
    remind();
  }

  private void read() {
    tried = seen;
    try {
      Credentials fresh = Credentials.read(files, clock.instant());
      current = Optional.of(fresh);
      reminded = Instant.MIN;
      LOG.info(
          "TLS: new connections are shown {}, serial {}, valid until {}",
          files.certificate(),
          fresh.own().getSerialNumber().toString(16),
          fresh.own().getNotAfter().toInstant());
    } catch (Credentials.Unusable e) {
      log.accept(
          "TLS: "
              + e.getMessage()
              + (current.isPresent()
                  ? "; what was read before stays in use"
                  : "; " + without + " until this is mended"));
    }
  }

  private void remind() {
    Instant now = clock.instant();
    current
        .map(c -> Stream.concat(Stream.of(c.own()), c.authorities().stream()))
        .flatMap(all -> all.min(java.util.Comparator.comparing(X509Certificate::getNotAfter)))
        .map(first -> first.getNotAfter().toInstant())
        .filter(end -> now.plus(EXPIRES_SOON).isAfter(end))
        .filter(end -> reminded.equals(Instant.MIN) || now.isAfter(reminded.plus(REMIND)))
        .ifPresent(
            end -> {
              reminded = now;
              log.accept("TLS: a certificate in use expires on " + end + ": heddle pki renew");
            });
  }

  /** Tells whether a file has been written since, without reading it. */
  private List<String> marks() {
    return files.all().map(CertificateWatch::mark).toList();
  }

  private static String mark(Path file) {
    try {
      BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
      return a.lastModifiedTime().toInstant() + " " + a.size() + " " + a.fileKey();
    } catch (IOException e) {
      return "missing";
    }
  }
}
