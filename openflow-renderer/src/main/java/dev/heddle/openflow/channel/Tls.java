package dev.heddle.openflow.channel;

import java.nio.file.Path;

/**
 * Certificates for TLS in both directions: switches must show one that the trust store vouches for.
 *
 * @param keyStore PKCS12 file with our key and certificate
 * @param trustStore PKCS12 file with the authorities that sign switches
 * @param password of both stores and the key
 */
public record Tls(Path keyStore, Path trustStore, String password) {

  /** Without the password: this lands in logs. */
  @Override
  public String toString() {
    return "TLS with " + keyStore + ", trusting " + trustStore;
  }
}
