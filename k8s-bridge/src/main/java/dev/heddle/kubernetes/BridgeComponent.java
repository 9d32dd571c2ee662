package dev.heddle.kubernetes;

import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.heddle.kubernetes.edge.Bridge;
import dev.heddle.kubernetes.edge.Client;
import dev.heddle.kubernetes.edge.Configuration;
import dev.heddle.model.Network;
import java.io.IOException;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bridge as a component: it runs while the model is there and says in the log if it cannot. */
@Component(
    configurationPid = "dev.heddle.kubernetes",
    service = {})
public final class BridgeComponent {

  private static final Logger LOG = LoggerFactory.getLogger(BridgeComponent.class);

  /**
   * etc/dev.heddle.kubernetes.cfg.
   *
   * <p>{@code kubeconfig} is a file, empty for the service account of the pod that this runs in;
   * {@code subnets} and {@code exclude} are lists with commas; {@code mtu} is in bytes.
   */
  public @interface Config {
    String kubeconfig() default "";

    String network() default "pods";

    String subnets() default "10.244.0.0/16";

    String exclude() default "";

    int mtu() default 1400;
  }

  private final Optional<Bridge> bridge;

  @Activate
  public BridgeComponent(Config config, @Reference Network network) {
    bridge = begin(config, network);
  }

  private static Optional<Bridge> begin(Config config, Network network) {
    Configuration c;
    try {
      c =
          Configuration.of(
              config.kubeconfig(),
              config.network(),
              config.subnets(),
              config.exclude(),
              config.mtu());
    } catch (IOException e) {
      LOG.error("no cluster: {} (etc/dev.heddle.kubernetes.cfg)", e.toString());
      return Optional.empty();
    }
    Bridge begun = new Bridge(Client.of(c.access()), network, c.settings());
    LOG.info("watching the cluster at {}", c.access().getMasterUrl());
    return Optional.of(begun);
  }

  /** What the client reads with mappers of its own is in Jackson's common cache all the same. */
  @Deactivate
  void stop() {
    bridge.ifPresent(Bridge::close);
    TypeFactory.defaultInstance().clearCache();
  }
}
