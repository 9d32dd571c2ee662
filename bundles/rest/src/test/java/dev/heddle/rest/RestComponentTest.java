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
  private RestComponent.Config config(String address, int port) {
    Map<String, Object> values =
        Map.of(
            "address",
            address,
            "port",
            port,
            "token_file",
            directory.resolve("token").toString(),
            "tokens_file",
            directory.resolve("tokens").toString());
    return (RestComponent.Config)
        Proxy.newProxyInstance(
            RestComponent.class.getClassLoader(),
            new Class<?>[] {RestComponent.Config.class},
            (proxy, method, arguments) -> values.get(method.getName()));
  }

  private RestComponent listen(String address, int port) throws IOException {
    return new RestComponent(
        config(address, port), controller, controller, controller.inspection());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void anAddressThatOthersReachIsRefusedWithoutTls(String address) {
    assertThatThrownBy(() -> listen(address, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(address)
        .hasMessageContaining("TLS");
    assertThat(directory.resolve("token")).doesNotExist();
  }

  @Test
  void aPortThatIsTakenIsNamedAndFreeAgainAfterUs() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> listen("127.0.0.1", taken.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on")
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
    listen("127.0.0.1", 0).stop();
    assertThat(Files.readString(directory.resolve("token")).strip()).hasSize(43);
  }
}
