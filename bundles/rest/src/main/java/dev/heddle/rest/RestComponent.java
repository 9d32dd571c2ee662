package dev.heddle.rest;

import dev.heddle.model.Network;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Inspection;
import dev.heddle.tls.CertificateFiles;
import dev.heddle.tls.CertificateWatch;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** REST as a component: listens while the model is there; the renderer may come and go. */
@Component(configurationPid = "dev.heddle.rest")
public final class RestComponent {

  private static final Logger LOG = LoggerFactory.getLogger(RestComponent.class);

  /**
   * etc/dev.heddle.rest.cfg.
   *
   * <p>{@code port} is 0 to 65535, {@code token_file} empty for {@code heddle.token} in Karaf's
   * etc, {@code tokens_file} likewise for {@code heddle.tokens}; {@code tls} is "on", or "off"
   * where {@code address} is a loopback address; {@code tls_key} and {@code tls_certificate} are
   * PEM files, empty for those in {@code tls/rest} of Karaf's etc.
   */
  public @interface Config {
    String address() default "127.0.0.1";

    int port() default 8181;

    String token_file() default "";

    String tokens_file() default "";

    String tls() default "on";

    String tls_key() default "";

    String tls_certificate() default "";
  }

  private final RestServer server;

  /** Absent while no renderer is here. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  volatile Confirmations confirmations;

  /**
   * Listens.
   *
   * @throws IOException if it may not or cannot; the sentence is in the log
   */
  @Activate
  public RestComponent(
      Config config,
      @Reference Network network,
      @Reference DesiredFlows flows,
      @Reference Inspection inspection)
      throws IOException {
    try {
      InetAddress address = InetAddress.getByName(config.address());
      Optional<CertificateWatch> certificates = certificates(config, address);
      server =
          new RestServer(
              new InetSocketAddress(address, config.port()),
              certificates,
              Tokens.in(
                  file(config.tokens_file(), "heddle.tokens"),
                  file(config.token_file(), "heddle.token")),
              Limits.USUAL,
              network,
              flows,
              inspection,
              () -> Optional.ofNullable(confirmations));
    } catch (IOException e) {
      LOG.error("REST does not listen: {}", e.getMessage());
      throw e;
    } finally {
      leaveThread();
    }
    LOG.info(
        "REST listens on {}, {}",
        server.address(),
        config.tls().equals("on") ? "TLS" : "in the clear");
  }

  private static Optional<CertificateWatch> certificates(Config config, InetAddress address)
      throws IOException {
    switch (config.tls()) {
      case "on":
        CertificateFiles files =
            new CertificateFiles(
                file(config.tls_key(), "tls/rest/privkey.pem"),
                file(config.tls_certificate(), "tls/rest/cert.pem"),
                Optional.empty());
        return Optional.of(
            new CertificateWatch(files, Clock.systemUTC(), LOG::warn, "REST answers nobody"));
      case "off":
        if (!address.isLoopbackAddress()) {
          throw new IOException(
              "address "
                  + config.address()
                  + " is refused: tls = off in etc/dev.heddle.rest.cfg, and tokens would cross the"
                  + " network in the clear; set tls = on, or a loopback address");
        }
        return Optional.empty();
      default:
        throw new IOException("tls must be \"on\" or \"off\", not " + config.tls());
    }
  }

  private static Path file(String configured, String name) {
    return configured.isEmpty()
        ? Path.of(System.getProperty("karaf.etc", "etc"), name)
        : Path.of(configured);
  }

  @Deactivate
  void stop() {
    try {
      server.close();
    } finally {
      leaveThread();
    }
  }

  /** The container's thread outlives us; what Netty keeps in it would keep our classes with it. */
  private static void leaveThread() {
    FastThreadLocal.removeAll();
  }
}
