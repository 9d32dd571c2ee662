package dev.heddle.rest;

import dev.heddle.model.Network;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Inspection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
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
   * <p>{@code address} is a loopback address, {@code port} 0 to 65535, {@code token_file} empty for
   * {@code heddle.token} in Karaf's etc, {@code tokens_file} likewise for {@code heddle.tokens}.
   */
  public @interface Config {
    String address() default "127.0.0.1";

    int port() default 8181;

    String token_file() default "";

    String tokens_file() default "";
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
      if (!address.isLoopbackAddress()) {
        throw new IOException(
            "address "
                + config.address()
                + " is refused: the token would cross the network in the clear, and TLS is not"
                + " configured. Set a loopback address in etc/dev.heddle.rest.cfg");
      }
      server =
          new RestServer(
              new InetSocketAddress(address, config.port()),
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
    }
    LOG.info("REST listens on {}", server.address());
  }

  private static Path file(String configured, String name) {
    return configured.isEmpty()
        ? Path.of(System.getProperty("karaf.etc", "etc"), name)
        : Path.of(configured);
  }

  @Deactivate
  void stop() {
    server.close();
  }
}
