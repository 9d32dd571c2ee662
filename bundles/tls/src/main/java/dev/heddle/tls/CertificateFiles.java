package dev.heddle.tls;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files that a listening port of the controller is configured with. All are PEM.
 *
 * @param key private key, PKCS #8 without a password
 * @param certificate ours, followed by those between it and its authority, if any
 * @param authorities who may sign the other side, one certificate or more; without it the other
 *     side is not asked for a certificate
 */
public record CertificateFiles(Path key, Path certificate, Optional<Path> authorities) {

  /** Both sides show a certificate: the three files of {@code ovs-vsctl set-ssl}. */
  public CertificateFiles(Path key, Path certificate, Path authorities) {
    this(key, certificate, Optional.of(authorities));
  }

  Stream<Path> all() {
    return Stream.concat(Stream.of(key, certificate), authorities.stream());
  }
}
