package dev.heddle.karaf;

import static java.util.stream.Collectors.toList;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The distribution boots to ready and answers its operator. One boot for the whole class. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DistributionIT {

  private static final List<String> OURS =
      List.of(
          "dev.heddle.l2-switching",
          "dev.heddle.openflow-renderer",
          "dev.heddle.rest",
          "dev.heddle.runtime",
          "dev.heddle.shell",
          "dev.heddle.simulator",
          "dev.heddle.tls");
  private static final String PLAIN = "dev.heddle.plain-switches";
  private static final String L2 = "dev.heddle.l2-switching";

  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private ServiceComponentRuntime components;

  @Configuration
  public Option[] distribution() {
    return new Option[] {Distribution.asItShips()};
  }

  @Test
  public void everyBundleIsActive() throws InterruptedException {
    assertEquals(OURS, ours().map(Bundle::getSymbolicName).sorted().collect(toList()));
    awaitNone(
        "bundles that are not active",
        () ->
            Stream.of(context.getBundles())
                .filter(b -> b.getHeaders().get(Constants.FRAGMENT_HOST) == null)
                .filter(b -> b.getState() != Bundle.ACTIVE)
                .map(Bundle::toString)
                .collect(toList()));
  }

  @Test
  public void everyComponentIsSatisfied() throws InterruptedException {
    List<ComponentDescriptionDTO> described = describedByUs();
    assertFalse("no component of ours is known at all", described.isEmpty());
    awaitNone("components that are not satisfied", this::unsatisfied);
  }

  @Test
  public void theOperatorSeesBundlesAndFeatures() throws Exception {
    Console console = new Console(sessions);
    String bundles = console.run("bundle:list -t 0 -s");
    OURS.forEach(name -> assertTrue(bundles, bundles.contains(name)));
    String features = console.run("feature:list -i");
    for (String name : List.of("heddle-core", "heddle-l2", "heddle-openflow", "heddle-rest")) {
      assertTrue(features, features.matches("(?s).*" + name + "\\s.*?Started.*"));
    }
  }

  @Test
  public void theL2BundleIsStoppedStartedAndUpdatedAndNobodyElseNotices() throws Exception {
    Console console = new Console(sessions);
    List<String> disturbed = new CopyOnWriteArrayList<>();
    BundleListener witness =
        event -> {
          boolean left = event.getType() == BundleEvent.STOPPED;
          if (left && !event.getBundle().getSymbolicName().equals(L2)) {
            disturbed.add(event.getBundle().toString());
          }
        };
    context.addBundleListener(witness);
    try {
      console.run("bundle:stop " + L2);
      assertEquals(Bundle.RESOLVED, l2().getState());
      console.run("bundle:start " + L2);
      assertEquals(Bundle.ACTIVE, l2().getState());
      long before = l2().getLastModified();
      console.run("bundle:update " + L2 + " " + installedJar(L2).toUri());
      assertEquals(Bundle.ACTIVE, l2().getState());
      assertTrue("the bundle was not updated", l2().getLastModified() > before);
      awaitNone("components that are not satisfied", this::unsatisfied);
    } finally {
      context.removeBundleListener(witness);
    }
    assertEquals("bundles that were stopped by it", List.of(), disturbed);
  }

  @Test
  public void theFeatureForPlainSwitchesIsOnBoardAndNotInstalled() throws Exception {
    Console console = new Console(sessions);
    console.run("feature:install heddle-plain-switches");
    try {
      awaitNone(
          "bundles that are missing",
          () ->
              ours()
                      .anyMatch(
                          b -> b.getSymbolicName().equals(PLAIN) && b.getState() == Bundle.ACTIVE)
                  ? List.of()
                  : List.of(PLAIN));
      awaitNone("components that are not satisfied", this::unsatisfied);
    } finally {
      console.run("feature:uninstall heddle-plain-switches");
    }
    assertEquals(OURS, ours().map(Bundle::getSymbolicName).sorted().collect(toList()));
  }

  @Test
  public void nobodyCanLogInWithAPassword() throws Exception {
    List<String> users = new ArrayList<>();
    for (String line : Files.readAllLines(etc("users.properties"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        users.add(line);
      }
    }
    assertEquals(List.of(), users);
    String shell = Files.readString(etc("org.apache.karaf.shell.cfg"));
    assertTrue(shell, shell.matches("(?s).*\\bauthMethods\\s*=\\s*publickey\\s.*"));
    assertTrue(shell, shell.matches("(?s).*\\bsshHost\\s*=[^\\n]*127\\.0\\.0\\.1.*"));
  }

  private Stream<Bundle> ours() {
    return Stream.of(context.getBundles())
        .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith("dev.heddle."));
  }

  private Bundle l2() {
    return ours().filter(bundle -> bundle.getSymbolicName().equals(L2)).findFirst().orElseThrow();
  }

  private List<ComponentDescriptionDTO> describedByUs() {
    return List.copyOf(components.getComponentDescriptionDTOs(ours().toArray(Bundle[]::new)));
  }

  private List<String> unsatisfied() {
    List<String> found = new ArrayList<>();
    for (ComponentDescriptionDTO component : describedByUs()) {
      var configured = components.getComponentConfigurationDTOs(component);
      if (configured.isEmpty()) {
        found.add(component.name + " has no configuration");
      }
      for (ComponentConfigurationDTO one : configured) {
        boolean well =
            one.state == ComponentConfigurationDTO.ACTIVE
                || one.state == ComponentConfigurationDTO.SATISFIED;
        if (!well) {
          found.add(
              component.name
                  + " waits for "
                  + Stream.of(one.unsatisfiedReferences).map(r -> r.name).collect(toList())
                  + (one.failure == null ? "" : ", it failed: " + one.failure));
        }
      }
    }
    return found;
  }

  private static Path installedJar(String name) throws Exception {
    Path system = new File(System.getProperty("karaf.home"), "system/dev/heddle").toPath();
    String artifact = name.replace("dev.heddle.", "heddle-");
    try (Stream<Path> files = Files.walk(system.resolve(artifact))) {
      return files.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
    }
  }

  private static Path etc(String file) {
    return Path.of(System.getProperty("karaf.etc"), file);
  }

  /** Waits until nothing is left to complain of, half a minute at most. */
  private static void awaitNone(String complaint, Supplier<List<String>> remaining)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    List<String> left = remaining.get();
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(50);
      left = remaining.get();
    }
    assertEquals(complaint, List.of(), left);
  }
}
