package dev.heddle.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.engine.Controller;
import dev.heddle.store.MemoryStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where REST listens, and where it does not. */
class RestComponentTest {

  private final Controller controller = new Controller(new MemoryStore());

  @TempDir Path directory;

  @AfterEach
  void stop() {
    controller.close();
  }

  /** As the component runtime hands the configuration over. */
  private RestComponent.Config config(String address, int port, String tls) {
    Map<String, Object> values =
        Map.of(
            "address",
            address,
            "port",
            port,
            "token_file",
            directory.resolve("token").toString(),
            "tokens_file",
            directory.resolve("tokens").toString(),
            "tls",
            tls,
            "tls_key",
            directory.resolve("privkey.pem").toString(),
            "tls_certificate",
            directory.resolve("cert.pem").toString());
    return (RestComponent.Config)
        Proxy.newProxyInstance(
            RestComponent.class.getClassLoader(),
            new Class<?>[] {RestComponent.Config.class},
            (proxy, method, arguments) -> values.get(method.getName()));
  }

  private RestComponent listen(String address, int port, String tls) throws IOException {
    return new RestComponent(
        config(address, port, tls), controller, controller, controller.inspection());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void anAddressThatOthersReachIsRefusedWithoutTls(String address) {
    assertThatThrownBy(() -> listen(address, 0, "off"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(address)
        .hasMessageContaining("tls");
    assertThat(directory.resolve("token")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ON", "yes", "false"})
  void whatIsNeitherOnNorOffIsNotTakenForEither(String word) {
    assertThatThrownBy(() -> listen("127.0.0.1", 0, word))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must be \"on\" or \"off\"");
  }

  @Test
  void whereOthersReachItTlsIsSpoken() throws Exception {
    listen("0.0.0.0", 0, "on").stop();
  }

  @Test
  void aPortThatIsTakenIsNamedAndFreeAgainAfterUs() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> listen("127.0.0.1", taken.getLocalPort(), "off"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on")
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
    listen("127.0.0.1", 0, "off").stop();
    assertThat(Files.readString(directory.resolve("token")).strip()).hasSize(43);
  }
}
