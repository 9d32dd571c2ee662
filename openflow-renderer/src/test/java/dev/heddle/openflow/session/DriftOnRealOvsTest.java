package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Document;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.store.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody else has a hand in the flows of a real Open vSwitch. */
class DriftOnRealOvsTest {

  private static final int PORTS = 40;

  /** A feature that has been here and is away: its number is taken, its flows nobody computes. */
  private static final class Gone implements Feature {
    @Override
    public String name() {
      return "gone";
    }

    @Override
    public void declare(Declarations d) {}
  }

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(Long.getLong("heddle.seed", 20261122));
  private Rig rig = new Rig(store);

  @BeforeEach
  void aNodeWithManyPorts() {
    Gone gone = new Gone();
    rig.controller.add(gone);
    rig.controller.remove(gone);
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    List<Document> documents = new ArrayList<>(List.of(Rig.network("red")));
    List<String> plugged = new ArrayList<>(List.of("--no-wait"));
    for (int i = 1; i <= PORTS; i++) {
      documents.add(Rig.port("p" + i, "red", i));
      Collections.addAll(plugged, "--", "add-port", "br-int", "p" + i);
      Collections.addAll(plugged, "--", "set", "Interface", "p" + i, "external_ids:iface-id=p" + i);
    }
    rig.apply(documents.toArray(Document[]::new));
    ovs.vsctl(plugged.toArray(String[]::new));
    for (int i = 1; i <= PORTS; i++) {
      rig.awaitRealized("LogicalPort", "p" + i);
    }
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void twoHundredFlowsTakenAndAHundredForeignOnesAreHealedWithThreeHundredChanges()
      throws IOException {
    Set<String> before = flows();
    long sent = rig.node("n1").sent();
    List<String> changes = deletions(before, 200);
    for (int i = 0; i < 100; i++) {
      long cookie =
          switch (i % 4) {
            case 0 -> (long) ownerNumber("l2") << 48 | i;
            case 1 -> (long) ownerNumber("gone") << 48 | i;
            case 2 -> 0;
            default -> random.nextLong();
          };
      changes.add(foreign(cookie, i));
    }
    Collections.shuffle(changes, random);
    modify(changes);

    rig.await("healed", () -> flows().equals(before));
    rig.await("all is accounted for", () -> rig.node("n1").drift().healed() == 300);
    assertThat(rig.node("n1").sent() - sent).isEqualTo(300);
    assertThat(rig.node("n1").drift().last()).isPresent();
    assertThat(String.join(", ", rig.node("n1").drift().owners()))
        .containsAnyOf("nobody: ", "in the name of l2: ", "l2 LogicalPort/p");
  }

  @Test
  void whoseFlowsWereHealedIsSaidByFeatureAndObject() throws IOException {
    Set<String> before = flows();
    String inPort = ovs.get("Interface", "p7", "ofport");
    List<String> changes =
        before.stream()
            .filter(f -> f.startsWith("table=0, ") && f.contains("in_port=" + inPort + " "))
            .map(DriftOnRealOvsTest::deletion)
            .collect(Collectors.toCollection(ArrayList::new));
    changes.add(foreign((long) ownerNumber("gone") << 48, 1));
    changes.add(foreign(0, 2));
    modify(changes);
    rig.await("healed", () -> rig.node("n1").drift().healed() == 3);
    assertThat(flows()).isEqualTo(before);
    assertThat(rig.node("n1").drift().owners())
        .contains("placement LogicalPort/p7: 1", "in the name of gone: 1", "nobody: 1");
  }

  @Test
  void aFlowThatWasMadeToDoSomethingElseDoesWhatItDidBefore() throws IOException {
    Set<String> before = flows();
    List<String> some = before.stream().filter(f -> !f.contains("tun_metadata")).limit(20).toList();
    modify(some.stream().map(f -> "add " + place(f) + ",actions=drop").toList());
    rig.await("healed", () -> flows().equals(before));
    assertThat(rig.node("n1").drift().healed()).isBetween(1L, 20L); // some dropped already
  }

  @Test
  void aSwitchThatWasReadWhileAFeatureIsAwayKeepsWhatTheFeatureLeftAsItWas() throws IOException {
    Set<String> before = flows();
    int port = rig.renderer.ovsdbPort();
    rig.close();
    rig = new Rig(store, port, 0);
    rig.controller.remove(rig.l2);
    rig.await("n1 compared", () -> rig.node("n1").connected() && rig.node("n1").installed() >= 0);
    List<String> changes = deletions(before, 30);
    changes.add(foreign((long) ownerNumber("l2") << 48, 1));
    modify(changes);
    rig.await("healed", () -> flows().equals(before));
    rig.controller.add(rig.l2);
    rig.awaitRealized("LogicalPort", "p1");
    assertThat(rig.node("n1").sent()).isEqualTo(31);
  }

  /** More than OVS keeps for a reader who is slow: it pauses telling, and makes up for it. */
  @Test
  void aFloodOfForeignFlowsGoesAsItCame() throws IOException {
    Set<String> before = flows();
    List<String> flood = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      flood.add(
          "add table=28,priority=9,ip,nw_src="
              + (10 + i / 65_536)
              + "."
              + i / 256 % 256
              + "."
              + i % 256
              + ".7,actions=drop");
    }
    modify(flood);
    rig.await("healed", () -> rig.node("n1").drift().healed() >= 20_000);
    rig.await("all gone", () -> rig.node("n1").flows() == before.size());
    assertThat(flows()).isEqualTo(before);
  }

  @Test
  void whatTheSwitchLearnedStays() throws IOException {
    String learned =
        "table=200,priority=9,dl_dst=0a:00:00:00:00:77,cookie=" + Cookie.text(Cookie.learned("x"));
    modify(List.of("add " + learned + ",idle_timeout=600,actions=drop", foreign(0, 1)));
    rig.await("healed", () -> rig.node("n1").drift().healed() == 1);
    assertThat(flows()).anyMatch(f -> f.contains("dl_dst=0a:00:00:00:00:77"));
  }

  private int ownerNumber(String feature) {
    return rig.state("Feature", feature).key();
  }

  private static String foreign(long cookie, int number) {
    return "add table=%d,priority=%d,cookie=%s,ip,nw_src=192.0.2.%d,actions=drop"
        .formatted(number % 2 == 0 ? 28 : 110, 50 + number, Cookie.text(cookie), number);
  }

  private List<String> deletions(Set<String> flows, int count) {
    List<String> all = new ArrayList<>(flows);
    all.removeIf(f -> f.contains("tun_metadata")); // ovs-ofctl would need the map of options
    Collections.shuffle(all, random);
    assertThat(all).hasSizeGreaterThan(count);
    return all.stream()
        .limit(count)
        .map(DriftOnRealOvsTest::deletion)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String deletion(String flow) {
    return "delete_strict " + place(flow);
  }

  private static String place(String flow) {
    return flow.replaceFirst(" actions=.*", "").replace(", ", ",");
  }

  private void modify(List<String> changes) throws IOException {
    Path file = ovs.dir().resolve("changes");
    Files.write(file, changes);
    ovs.ofctl("add-flows", "br-int", file.toString());
  }

  private Set<String> flows() {
    return ovs.ofctl("--no-stats", "dump-flows", "br-int")
        .lines()
        .map(String::strip)
        .filter(l -> l.contains("actions="))
        .map(l -> l.contains(" table=") ? l : l.replaceFirst(", ", ", table=0, "))
        .map(l -> l.replaceFirst("^(cookie=\\S+) (table=\\S+) (.*)$", "$2 $3 $1"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
