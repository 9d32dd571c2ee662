package dev.heddle.kubernetes.edge;

import dev.heddle.ipam.AddressRange;
import dev.heddle.ipam.Pool;
import dev.heddle.kubernetes.mapping.Settings;
import dev.heddle.model.IpPrefix;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What etc/dev.heddle.kubernetes.cfg says, checked. */
public record Configuration(Settings settings, Config access) {

  private static final int MOST_SUBNETS = 8;
  private static final int LEAST_MTU = 576;
  private static final int MOST_MTU = 9000;

  /**
   * @param kubeconfig a file; empty for a pod's service account
   * @param subnets with commas between
   * @param exclude likewise
   * @throws IOException with a sentence what is wrong
   */
  public static Configuration of(
      String kubeconfig, String network, String subnets, String exclude, int mtu)
      throws IOException {
    List<IpPrefix> prefixes = list("subnets", subnets, IpPrefix::parse);
    if (prefixes.isEmpty() || prefixes.size() > MOST_SUBNETS) {
      throw new IOException("subnets: 1 to " + MOST_SUBNETS + " are expected");
    }
    if (mtu < LEAST_MTU || mtu > MOST_MTU) {
      throw new IOException("mtu: " + LEAST_MTU + " to " + MOST_MTU + " bytes are expected");
    }
    if (network.isEmpty()) {
      throw new IOException("network: the name of a switch is expected");
    }
    List<AddressRange> excluded = list("exclude", exclude, AddressRange::parse);
    Pool pool;
    try {
      pool = new Pool(prefixes, excluded);
    } catch (IllegalArgumentException e) {
      throw new IOException("exclude: " + e.getMessage(), e);
    }
    return new Configuration(
        new Settings(network, pool, mtu),
        kubeconfig.isEmpty()
            ? Access.inCluster(environment())
            : Access.kubeconfig(Path.of(kubeconfig)));
  }

  private static Map<String, String> environment() {
    return System.getenv();
  }

  private static <T> List<T> list(String field, String text, Function<String, T> reading)
      throws IOException {
    List<T> all = new ArrayList<>();
    try {
      for (String word : text.split(",", -1)) {
        if (!word.isBlank()) {
          all.add(reading.apply(word.strip()));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(field + ": " + e.getMessage(), e);
    }
    return all;
  }
}
