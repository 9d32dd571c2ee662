package dev.heddle.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the files held when they were read, ready for handshakes: TLS 1.2 and 1.3.
 *
 * @param own certificate
 * @param authorities who may sign the other side; if nobody, it is asked for no certificate
 */
public record Credentials(
    SslContext context, X509Certificate own, List<X509Certificate> authorities) {

  /** The files cannot be used; the message is a sentence that names the one at fault. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String sentence) {
      super(sentence);
    }
  }

  private static final int MOST_BYTES = 1 << 20;

  /** A peer that resumes is not asked for its certificate again: not for long. */
  private static final int RESUME_SECONDS = 60;

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /** The ways of signing that certificates of OVS and ours have, by the name of the key's kind. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

  /**
   * @throws Unusable if a file is missing or damaged, the key is not the certificate's, or that has
   *     expired at {@code now}
   */
  public static Credentials read(CertificateFiles files, Instant now) throws Unusable {
    List<X509Certificate> chain = certificates(files.certificate());
    List<X509Certificate> authorities =
        files.authorities().isEmpty() ? List.of() : certificates(files.authorities().get());
    X509Certificate own = chain.get(0);
    PrivateKey key = key(files.key(), own);
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new Unusable(files.certificate() + " has expired on " + own.getNotAfter().toInstant());
    }
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(key, chain)
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .sessionTimeout(RESUME_SECONDS);
      if (!authorities.isEmpty()) {
        builder.trustManager(authorities).clientAuth(ClientAuth.REQUIRE);
      }
      return new Credentials(builder.build(), own, authorities);
    } catch (IOException | RuntimeException e) {
      throw new Unusable(files + " cannot be used: " + e.getMessage());
    }
  }

  private static String text(Path file) throws Unusable {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new Unusable(file + " is too long for certificates");
      }
      return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new Unusable(file + " is missing");
    } catch (IOException e) {
      throw new Unusable(file + " cannot be read: " + e.getMessage());
    }
  }

  private static List<X509Certificate> certificates(Path file) throws Unusable {
    String text = text(file);
    // ovs-pki puts a description for people before the certificate.
    int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
    if (begin < 0) {
      throw new Unusable(file + " holds no certificate in PEM");
    }
    try {
      byte[] pem = text.substring(begin).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem))
          .stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw new Unusable(file + " is damaged: " + e.getMessage());
    }
  }

  private static PrivateKey key(Path file, X509Certificate own) throws Unusable {
    Matcher pem = KEY.matcher(text(file));
    if (!pem.find()) {
      throw new Unusable(
          file + " holds no PKCS #8 key without password: openssl pkcs8 -topk8 -nocrypt makes one");
    }
    String algorithm = own.getPublicKey().getAlgorithm();
    String signature = SIGNATURES.get(algorithm);
    if (signature == null) {
      throw new Unusable("certificates with " + algorithm + " keys are not supported");
    }
    try {
      byte[] content = Base64.getMimeDecoder().decode(pem.group(1));
      PrivateKey key =
          java.security.KeyFactory.getInstance(algorithm)
              .generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(content));
      if (!isPair(new KeyPair(own.getPublicKey(), key), signature)) {
        throw new Unusable(file + " is not the key of the certificate beside it");
      }
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new Unusable(file + " is damaged, or not the key of the certificate beside it");
    }
  }

  private static boolean isPair(KeyPair pair, String signature) throws GeneralSecurityException {
    byte[] anything = {1, 2, 3};
    Signature signer = Signature.getInstance(signature);
    signer.initSign(pair.getPrivate());
    signer.update(anything);
    byte[] signed = signer.sign();
    Signature verifier = Signature.getInstance(signature);
    verifier.initVerify(pair.getPublic());
    verifier.update(anything);
    return verifier.verify(signed);
  }
}
