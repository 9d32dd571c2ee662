package dev.heddle.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import dev.heddle.engine.Controller;
import dev.heddle.simulator.Net;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;

/**
 * The third party's stage in the distribution: the commands of its README, in their order, and
 * packets through the flows that this controller then wants.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BlocklistIT {

  private static final String EXAMPLE = "examples/blocklist/";
  private static final String ROOT = "heddle.root";
  private static final String SIMULATOR = "heddle.simulator";

  @Inject private SessionFactory sessions;
  @Inject private Controller controller;

  @Configuration
  public Option[] distribution() {
    return new Option[] {
      Distribution.asItShips(),
      systemProperty(ROOT).value(System.getProperty(ROOT)),
      bundle("file:" + System.getProperty(SIMULATOR))
    };
  }

  @Test
  public void theReadmeIsTrue() throws Exception {
    Net net = Net.of(controller);
    net.sw("s").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n1");
    net.port("c", "10.0.0.3").on("n2");
    net.from("a").ping("c").arrives();
    String shown = "";
    for (String command : commands()) {
      shown = run(command);
    }
    assertTrue(
        shown, shown.matches("(?s).*\\b10 +acme-blocklist +acme-blocklist +no +next +3\\b.*"));
    net.from("a").ping("b").arrives();
    net.from("a").ping("c").isDroppedAt("acme-blocklist");
    Console console = new Console(sessions);
    console.run("bundle:uninstall acme-blocklist");
    net.from("a").ping("c").isDroppedAt("acme-blocklist");
    String waiting = console.run("network:show blocked c");
    assertTrue(waiting, waiting.contains("Feature acme-blocklist is away"));
    console.run("pipeline:retire acme-blocklist");
    net.from("a").ping("c").arrives();
    String left = console.run("network:show blocked c");
    assertTrue(left, left.contains("the feature to install is acme-blocklist"));
  }

  /** The lines a reader would type, but for the one that built what is here. */
  private static List<String> commands() throws IOException {
    List<String> commands;
    try (var lines = Files.lines(root().resolve(EXAMPLE + "README.md"))) {
      commands =
          lines
              .filter(l -> l.startsWith("    ./heddle "))
              .map(String::strip)
              .collect(Collectors.toList());
    }
    assertEquals("commands of the README", 3, commands.size());
    return commands;
  }

  private String run(String command) throws Exception {
    String console = "./heddle console ";
    if (command.startsWith(console)) {
      String typed = command.substring(console.length()).replace("$PWD", root().toString());
      return new Console(sessions).run(typed);
    }
    String apply = "./heddle apply -f ";
    assertTrue(command, command.startsWith(apply));
    return post(Files.readAllBytes(root().resolve(command.substring(apply.length()))));
  }

  /** As `heddle apply` sends it. */
  private static String post(byte[] documents) throws IOException {
    Path etc = Path.of(System.getProperty("karaf.etc"));
    Properties rest = new Properties();
    try (InputStream in = new FileInputStream(etc.resolve("dev.heddle.rest.cfg").toFile())) {
      rest.load(in);
    }
    URI uri =
        URI.create("http://127.0.0.1:" + rest.getProperty("port").strip() + "/api/v1/transactions");
    HttpURLConnection http = (HttpURLConnection) uri.toURL().openConnection();
    http.setRequestMethod("POST");
    http.setDoOutput(true);
    http.setRequestProperty("Content-Type", "application/yaml");
    String token = Files.readString(etc.resolve("heddle.token")).strip();
    http.setRequestProperty("Authorization", "Bearer " + token);
    try (OutputStream out = http.getOutputStream()) {
      out.write(documents);
    }
    assertEquals(200, http.getResponseCode());
    try (InputStream in = http.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Path root() {
    return Path.of(System.getProperty(ROOT));
  }
}
