package dev.heddle.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.engine.Controller;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.management.ObjectName;
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
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;

/** Optional features come and go in any order, and what has gone has gone. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FeaturesIT {

  private static final String ORDERS = "heddle.orders";
  private static final String SEED = "heddle.seed";
  private static final List<String> OPTIONAL =
      List.of(
          "heddle-l2",
          "heddle-acl",
          "heddle-openflow",
          "heddle-rest",
          "heddle-shell",
          "heddle-plain-switches",
          "heddle-kubernetes");
  private static final int POOL = 8;
  private static final String LOADER = "BundleWiringImpl$BundleClassLoader";
  private static final Id<Node> N1 = Node.KIND.id("n1");

  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private Controller controller;

  @Configuration
  public Option[] distribution() throws IOException {
    return new Option[] {
      Distribution.asItShips(),
      editConfigurationFilePut(
          "etc/dev.heddle.kubernetes.cfg", "kubeconfig", clusterThatIsAway().toString()),
      systemProperty(ORDERS).value(System.getProperty(ORDERS, "3")),
      systemProperty(SEED).value(System.getProperty(SEED, "1")),
    };
  }

  /** So that the client of Kubernetes is made and tries again and again. */
  private static Path clusterThatIsAway() throws IOException {
    Path file = Files.createTempFile("heddle-kubeconfig", ".yaml");
    file.toFile().deleteOnExit();
    return Files.writeString(
        file,
        String.join(
            "\n",
            "apiVersion: v1",
            "kind: Config",
            "current-context: away",
            "contexts: [{name: away, context: {cluster: away, user: nobody}}]",
            "clusters: [{name: away, cluster: {server: 'https://127.0.0.1:1'}}]",
            "users: [{name: nobody, user: {token: none}}]"));
  }

  @Test
  public void nothingIsLeftOfFeaturesThatComeAndGoInAnyOrder() throws Exception {
    long seed = Long.getLong(SEED);
    System.out.println("FeaturesIT: seed " + seed);
    Random random = new Random(seed);
    Map<String, Integer> before = Map.of();
    for (String atNoBoot : List.of("heddle-plain-switches", "heddle-acl", "heddle-kubernetes")) {
      run("feature:install " + atNoBoot);
    }
    int orders = Integer.getInteger(ORDERS);
    for (int order = -2; order < orders; order++) {
      List<String> going = shuffled(random);
      List<String> coming = shuffled(random);
      for (String feature : going) {
        run("feature:uninstall " + feature);
      }
      run("bundle:refresh");
      for (String feature : coming) {
        run("feature:install " + feature);
      }
      assertEquals("bundles that are not active", List.of(), notActive());
      if (order == -1) { // what is made once and kept is made by now
        before = counted();
      } else if (order >= 0) {
        String when = "after " + (order + 1) + " orders, the last " + going + " " + coming;
        awaitSame(before, when);
        awaitNoLoaderWithoutBundle(when);
      }
    }
  }

  @Test
  public void aFeatureThatIsRetiredLeavesNotOneOfItsFlows() throws Exception {
    port();
    String feature = "l2";
    int owner = controller.get("Feature", feature).orElseThrow().key();
    long flows = flowsOf(owner);
    assertTrue("flows of l2: " + flows, flows > 0);
    run("feature:uninstall heddle-l2");
    assertEquals("held", flows, flowsOf(owner));
    run("pipeline:retire " + feature);
    assertEquals("flows left", 0, flowsOf(owner));
    String retired = run("network:show port p1");
    assertTrue(retired, retired.contains("the feature to install is l2"));
    run("feature:install heddle-l2");
    int again = controller.get("Feature", feature).orElseThrow().key();
    assertEquals("flows after it came again", flows, flowsOf(again));
  }

  private void port() {
    var json = JsonNodeFactory.instance;
    controller
        .transact(
            Writer.SYSTEM,
            List.of(
                new Change.Put(Node.document("n1", 1, Optional.empty(), "3.1.0")),
                new Change.Put(new Document("LogicalSwitch", "s1", Map.of(), json.objectNode())),
                new Change.Put(
                    new Document(
                        "LogicalPort",
                        "p1",
                        Map.of(),
                        json.objectNode().put("switch", "s1").put("mac", "0a:00:00:00:00:01"))),
                new Change.Put(Binding.document(N1, LogicalPort.KIND.id("p1"), 3))))
        .join();
  }

  private long flowsOf(int owner) {
    return controller.read(
        now ->
            now.keys(N1).stream()
                .flatMap(k -> now.flow(N1, k).stream())
                .filter(f -> Cookie.owner(f.cookie()) == owner)
                .count());
  }

  private static List<String> shuffled(Random random) {
    List<String> features = new ArrayList<>(OPTIONAL);
    Collections.shuffle(features, random);
    return features;
  }

  private String run(String command) throws Exception {
    return new Console(sessions).run(command);
  }

  private List<String> notActive() {
    return Stream.of(context.getBundles())
        .filter(b -> b.getHeaders().get(Constants.FRAGMENT_HOST) == null)
        .filter(b -> b.getState() != Bundle.ACTIVE)
        .map(Bundle::toString)
        .collect(Collectors.toList());
  }

  /** Waits for threads that are about to end; half a minute at most. */
  private void awaitSame(Map<String, Integer> before, String when) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    Map<String, Integer> now = counted();
    while (!differences(before, now).isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(200);
      classLoaders(); // collects, and only then does an HTTP client of Java 17 end its thread
      now = counted();
    }
    assertEquals(when, Map.of(), differences(before, now));
  }

  private static Map<String, String> differences(
      Map<String, Integer> before, Map<String, Integer> now) {
    Map<String, String> differs = new TreeMap<>();
    for (String what : Stream.concat(before.keySet().stream(), now.keySet().stream()).toList()) {
      if (leaked(what, before, now)) {
        differs.put(what, before.getOrDefault(what, 0) + " -> " + now.getOrDefault(what, 0));
      }
    }
    return differs;
  }

  /** Threads may be fewer; those of a pool may be as many as the pool has. */
  private static boolean leaked(
      String what, Map<String, Integer> before, Map<String, Integer> now) {
    int then = before.getOrDefault(what, 0);
    int found = now.getOrDefault(what, 0);
    if (what.startsWith("thread ")) {
      return found > (what.contains("-N-N") ? Math.max(then, POOL) : then);
    }
    return found != then;
  }

  /** Bundles, services and threads by name. */
  private Map<String, Integer> counted() throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    for (Bundle b : context.getBundles()) {
      counts.merge("bundle " + b.getSymbolicName(), 1, Integer::sum);
    }
    for (ServiceReference<?> s : context.getAllServiceReferences(null, null)) {
      String names = Arrays.toString((String[]) s.getProperty(Constants.OBJECTCLASS));
      counts.merge("service " + names, 1, Integer::sum);
    }
    for (Thread t : Thread.getAllStackTraces().keySet()) {
      if (!comesAndGoes(t.getName())) {
        counts.merge("thread " + t.getName().replaceAll("\\d+", "N"), 1, Integer::sum);
      }
    }
    return counts;
  }

  /** Threads of pools that start and end as there is work, whoever gave it. */
  private static boolean comesAndGoes(String name) {
    return name.startsWith("RMI ")
        || name.startsWith("ForkJoinPool")
        || name.contains("pool-")
        || name.startsWith("features-")
        || name.startsWith("process reaper");
  }

  /** Each bundle there is has one class loader; whatever is more belongs to one that has gone. */
  private void awaitNoLoaderWithoutBundle(String when) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    int left = loadersWithoutBundle();
    while (left > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(500); // finalizers run beside us, and so do threads that end
      left = loadersWithoutBundle();
    }
    System.out.println("FeaturesIT: " + left + " class loaders left " + when);
    if (left > 0) {
      System.out.println("FeaturesIT: who keeps them is in " + heapDump());
    }
    assertEquals("class loaders left " + when, 0, left);
  }

  /** Stays in the runtime folder of the test, for whoever has to find the reason. */
  private static String heapDump() throws Exception {
    String file = System.getProperty("karaf.data") + "/leak.hprof";
    ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
            "dumpHeap",
            new Object[] {file, true},
            new String[] {String.class.getName(), boolean.class.getName()});
    return file;
  }

  private int loadersWithoutBundle() throws Exception {
    int ofBundles = loadersOfBundles(); // first: it makes those that nobody has needed yet
    return classLoaders() - ofBundles;
  }

  /** Asked for, so that each bundle has its class loader by now. */
  private int loadersOfBundles() {
    return (int)
        Stream.of(context.getBundles())
            .map(b -> b.adapt(BundleWiring.class))
            .filter(java.util.Objects::nonNull)
            .map(BundleWiring::getClassLoader)
            .filter(l -> l != null && l.getClass().getName().endsWith(LOADER))
            .distinct()
            .count();
  }

  /** After a full collection. */
  private static int classLoaders() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .filter(l -> l.endsWith(LOADER))
        .mapToInt(l -> Integer.parseInt(l.strip().split("\\s+")[1]))
        .sum();
  }
}
