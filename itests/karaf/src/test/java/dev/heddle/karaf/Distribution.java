package dev.heddle.karaf;

import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.ops4j.pax.exam.Option;

/**
 * The distribution's archive as the thing under test: unpacked afresh, with ports of its own so
 * that several may run side by side, otherwise as it ships.
 */
final class Distribution {
  private Distribution() {}

  static Option asItShips() {
    List<Integer> ports = freePorts(4);
    return composite(
        karafDistributionConfiguration()
            .frameworkUrl(new File(given("heddle.distribution")).toURI().toString())
            .name("heddle")
            .unpackDirectory(new File(given("heddle.exam")))
            .useDeployFolder(false),
        keepRuntimeFolder(),
        configureConsole().ignoreLocalConsole(),
        vmOption("-Xmx512m"),
        vmOption("-XX:+UseSerialGC"),
        put(
            "org.ops4j.pax.url.mvn.cfg",
            "org.ops4j.pax.url.mvn.defaultRepositories",
            repositories()),
        put("org.apache.karaf.shell.cfg", "sshPort", ports.get(0)),
        put("dev.heddle.rest.cfg", "port", ports.get(1)),
        put("dev.heddle.openflow.cfg", "ovsdb.port", ports.get(2)),
        put("dev.heddle.openflow.cfg", "openflow.port", ports.get(3)));
  }

  private static Option put(String file, String key, Object value) {
    return editConfigurationFilePut("etc/" + file, key, value.toString());
  }

  /** The distribution's own bundles first, then those of the test driver. */
  private static String repositories() {
    return "${karaf.home.uri}${karaf.default.repository}@id=system.repository@snapshots, "
        + new File(given("heddle.repository")).toURI()
        + "@id=exam";
  }

  /** Distinct ports that were free together a moment ago. */
  private static List<Integer> freePorts(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      try {
        for (int i = 0; i < count; i++) {
          held.add(new ServerSocket(0));
        }
        return held.stream().map(ServerSocket::getLocalPort).toList();
      } finally {
        for (ServerSocket socket : held) {
          socket.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no free ports on this machine", e);
    }
  }

  private static String given(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalStateException("the build has to set " + property);
    }
    return value;
  }
}
