package dev.heddle.kubernetes.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.ipam.AddressRange;
import dev.heddle.ipam.Pool;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Namespace;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.StatefulSet;
import dev.heddle.kubernetes.reading.Policies;
import dev.heddle.model.Document;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a cluster means in the model, document by document. */
class MappingTest {

  private static final Node N1 = new Node("n1", List.of(IpAddress.parse("172.18.0.1")), Map.of());

  private static Settings settings(String subnet, String... excluded) {
    return new Settings(
        "pods",
        new Pool(
            List.of(IpPrefix.parse(subnet)),
            List.of(excluded).stream().map(AddressRange::parse).toList()),
        1400);
  }

  private static Pod pod(String name, String uid, Map<String, String> annotations) {
    return new Pod(
        "web",
        name,
        uid,
        Optional.of("n1"),
        false,
        false,
        Map.of("app", "web", "heddle.dev/owner", "me", "namespace/team", "forged"),
        annotations,
        List.of(),
        name.startsWith("set-") ? Optional.of("set") : Optional.empty());
  }

  private static Pod pod(String name) {
    return pod(name, name, Map.of());
  }

  private static Cluster cluster(List<Pod> pods, Policy... policies) {
    return new Cluster(
        List.of(N1),
        List.of(new Namespace("web", Map.of("team", "a", "kubernetes.io/metadata.name", "web"))),
        pods,
        List.of(policies),
        List.of(),
        List.of());
  }

  private static Policy policy(String yaml) {
    return Policies.policy(
        Serialization.unmarshal(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: web, name: p}\nspec: "
                + yaml,
            NetworkPolicy.class));
  }

  private static Document of(Desired desired, String kind, String name) {
    return desired.documents().stream()
        .filter(d -> d.kind().equals(kind) && d.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + desired.documents()));
  }

  private static List<Document> ports(Desired desired) {
    return desired.documents().stream().filter(d -> d.kind().equals("LogicalPort")).toList();
  }

  private static List<String> acls(Desired desired) {
    return desired.documents().stream()
        .filter(d -> d.kind().equals("Acl"))
        .map(d -> d.spec().path("action").asText() + " " + d.spec().path("match").asText())
        .toList();
  }

  private static String address(Desired desired, String port) {
    return of(desired, "LogicalPort", port).spec().path("addresses").get(0).asText();
  }

  private static List<String> said(Desired desired) {
    return desired.notices().stream()
        .map(n -> n.about() + " " + n.reason() + ": " + n.message())
        .toList();
  }

  @Test
  void aPodIsAPortOfItsNodeWithItsLabelsAndThoseOfItsNamespace() {
    Desired d = Mapping.of(cluster(List.of(pod("a"))), List.of(), settings("10.244.0.0/16"));
    Document port = of(d, "LogicalPort", "web.a");
    assertThat(port.spec().path("switch").asText()).isEqualTo("pods");
    assertThat(port.spec().path("nodes")).hasToString("[\"n1\"]");
    assertThat(port.labels())
        .containsEntry("app", "web")
        .containsEntry("namespace/team", "a")
        .containsEntry("namespace.kubernetes.io/metadata.name", "web")
        .containsEntry(Marks.OWNER, Marks.BRIDGE)
        .doesNotContainKey(Marks.SUBJECT);
    assertThat(of(d, "LogicalPort", "host.n1").spec().path("type").asText()).isEqualTo("host");
    assertThat(acls(d)).as("a pod under no policy costs nothing").isEmpty();
  }

  @Test
  void podsOfTheNodesNetworkAndThoseThatHaveEndedHaveNoPort() {
    Pod host =
        new Pod(
            "web",
            "h",
            "h",
            Optional.of("n1"),
            true,
            false,
            Map.of(),
            Map.of(),
            List.of(),
            Optional.empty());
    Pod ended =
        new Pod(
            "web",
            "e",
            "e",
            Optional.of("n1"),
            false,
            true,
            Map.of(),
            Map.of(),
            List.of(),
            Optional.empty());
    Pod waiting =
        new Pod(
            "web",
            "w",
            "w",
            Optional.empty(),
            false,
            false,
            Map.of(),
            Map.of(),
            List.of(),
            Optional.empty());
    Desired d =
        Mapping.of(cluster(List.of(host, ended, waiting)), List.of(), settings("10.244.0.0/16"));
    assertThat(ports(d)).extracting(Document::name).containsExactly("host.n1");
  }

  @Test
  void theOrderInWhichThingsAreToldMakesNoDifference() {
    List<Pod> pods = new ArrayList<>(IntStream.range(0, 30).mapToObj(i -> pod("p" + i)).toList());
    Desired first = Mapping.of(cluster(pods), List.of(), settings("10.244.0.0/26"));
    Collections.shuffle(pods, new Random(1));
    assertThat(Mapping.of(cluster(pods), List.of(), settings("10.244.0.0/26"))).isEqualTo(first);
  }

  @Test
  void anAddressThatWasGivenStaysGivenWhoeverElseAsksForIt() {
    Settings s = settings("10.244.0.0/16");
    Desired first = Mapping.of(cluster(List.of(pod("a"))), List.of(), s);
    String address = address(first, "web.a");
    Pod thief = pod("thief", "t", Map.of("heddle.dev/addresses", address));
    Desired then = Mapping.of(cluster(List.of(pod("a"), thief)), ports(first), s);
    assertThat(address(then, "web.a")).isEqualTo(address);
    assertThat(ports(then)).extracting(Document::name).doesNotContain("web.thief");
    assertThat(said(then))
        .containsExactly("Pod web/thief NoAddress: " + address + " is taken by web.a.");
  }

  private static Settings families(String... subnets) {
    return new Settings(
        "pods", new Pool(List.of(subnets).stream().map(IpPrefix::parse).toList(), List.of()), 1400);
  }

  private static List<String> addresses(Desired desired, String port) {
    List<String> all = new ArrayList<>();
    of(desired, "LogicalPort", port).spec().path("addresses").forEach(a -> all.add(a.asText()));
    return all;
  }

  @Test
  void aFamilyThatIsNewInTheClusterIsForNodesAndForPodsThatCome() {
    Desired first = Mapping.of(cluster(List.of(pod("a"))), List.of(), families("10.244.0.0/16"));
    Settings both = families("10.244.0.0/16", "fd00::/64");
    Desired then = Mapping.of(cluster(List.of(pod("a"), pod("b"))), ports(first), both);
    assertThat(addresses(then, "host.n1"))
        .hasSize(2)
        .startsWith(address(first, "host.n1"))
        .last()
        .asString()
        .startsWith("fd00::");
    assertThat(of(then, "LogicalPort", "host.n1").spec().path("mac"))
        .isEqualTo(of(first, "LogicalPort", "host.n1").spec().path("mac"));
    assertThat(addresses(then, "web.a")).isEqualTo(addresses(first, "web.a"));
    assertThat(addresses(then, "web.b")).hasSize(2);
    Desired again = Mapping.of(cluster(List.of(pod("a"), pod("b"))), ports(then), both);
    assertThat(again.documents()).isEqualTo(then.documents());
    Desired other = Mapping.of(cluster(List.of(pod("a"))), ports(first), families("fd00::/64"));
    assertThat(addresses(other, "host.n1"))
        .as("pods that are there reach it as before")
        .isEqualTo(addresses(then, "host.n1"));
  }

  @Test
  void aNodeForWhichAFamilyHasNoAddressKeepsWhatItHas() {
    Desired first = Mapping.of(cluster(List.of()), List.of(), families("10.244.0.0/16"));
    Desired full =
        Mapping.of(
            cluster(List.of(pod("b", "b", Map.of("heddle.dev/addresses", "fd00::1")))),
            List.of(),
            families("fd00::1/128"));
    List<Document> stored = new ArrayList<>(ports(first));
    stored.add(of(full, "LogicalPort", "web.b"));
    Pod b = pod("b", "b", Map.of("heddle.dev/addresses", "fd00::1"));
    Desired then =
        Mapping.of(cluster(List.of(b)), stored, families("10.244.0.0/16", "fd00::1/128"));
    assertThat(addresses(then, "host.n1")).isEqualTo(addresses(first, "host.n1"));
    assertThat(said(then))
        .containsExactly(
            "Node n1 NoAddress: No IPv6 address is free in [10.244.0.0/16, fd00::1/128].");
  }

  @Test
  void aWrongWishIsRefusedWithASentenceAndDisturbsNobody() {
    Map<String, String> wishes =
        Map.of(
            "outside",
            "10.9.0.1",
            "reserved",
            "10.244.0.0",
            "excluded",
            "10.244.0.9",
            "malformed",
            "10.244.0",
            "two",
            "10.244.0.7,10.244.0.8",
            "long",
            "1".repeat(300));
    List<Pod> pods = new ArrayList<>(List.of(pod("a")));
    wishes.forEach((name, wish) -> pods.add(pod(name, name, Map.of("heddle.dev/addresses", wish))));
    pods.add(pod("maybe", "m", Map.of("heddle.dev/sticky", "maybe\n")));
    pods.add(pod("single", "s", Map.of("heddle.dev/sticky", "true")));
    Desired d = Mapping.of(cluster(pods), List.of(), settings("10.244.0.0/24", "10.244.0.9"));
    assertThat(ports(d)).extracting(Document::name).containsExactly("host.n1", "web.a");
    String annotation =
        "AnnotationNotUnderstood: The annotation heddle.dev/addresses is one address of each"
            + " family, with a comma between, or \"auto\": ";
    assertThat(said(d))
        .containsExactlyInAnyOrder(
            "Pod web/outside NoAddress: 10.9.0.1 is outside the subnets [10.244.0.0/24].",
            "Pod web/reserved NoAddress: 10.244.0.0 is reserved in 10.244.0.0/24.",
            "Pod web/excluded NoAddress: 10.244.0.9 is excluded, by 10.244.0.9.",
            "Pod web/two NoAddress: One address of each family at most: [10.244.0.7, 10.244.0.8].",
            "Pod web/malformed "
                + annotation
                + "'10.244.0' is not an IP address such as 10.0.0.1 or fd00::1.",
            "Pod web/long " + annotation + "it is too long.",
            "Pod web/maybe AnnotationNotUnderstood: The annotation heddle.dev/sticky is \"true\" or"
                + " \"false\", not \"maybe?\".",
            "Pod web/single AnnotationNotUnderstood: The annotation heddle.dev/sticky is for pods of"
                + " a StatefulSet: others have no lasting name.");
  }

  @Test
  void anExhaustedSubnetIsSaidAndWhoHasAnAddressKeepsIt() {
    Settings s = settings("10.244.0.0/29");
    List<Pod> pods = IntStream.range(0, 5).mapToObj(i -> pod("p" + i)).toList();
    Desired full = Mapping.of(cluster(pods), List.of(), s);
    assertThat(ports(full)).hasSize(6);
    List<Pod> more = new ArrayList<>(pods);
    more.add(0, pod("a"));
    Desired then = Mapping.of(cluster(more), ports(full), s);
    assertThat(ports(then)).isEqualTo(ports(full));
    assertThat(said(then))
        .containsExactly("Pod web/a NoAddress: No IPv4 address is free in [10.244.0.0/29].");
  }

  @Test
  void aStickyAddressOutlivesThePodAndGoesWithItsStatefulSet() {
    Settings s = settings("10.244.0.0/29");
    Pod sticky = pod("set-0", "one", Map.of("heddle.dev/sticky", "true"));
    Cluster there = withSet(cluster(List.of(sticky)), 1);
    Desired first = Mapping.of(there, List.of(), s);
    Desired away = Mapping.of(withSet(cluster(List.of()), 1), ports(first), s);
    assertThat(address(away, "web.set-0")).isEqualTo(address(first, "web.set-0"));
    assertThat(of(away, "LogicalPort", "web.set-0").labels()).doesNotContainKey("app");
    List<Pod> others = IntStream.range(0, 9).mapToObj(i -> pod("p" + i)).toList();
    Desired full = Mapping.of(withSet(cluster(others), 1), ports(away), s);
    assertThat(address(full, "web.set-0")).isEqualTo(address(first, "web.set-0"));
    Pod again = pod("set-0", "two", Map.of("heddle.dev/sticky", "true"));
    Desired back = Mapping.of(withSet(cluster(List.of(again)), 1), ports(full), s);
    assertThat(address(back, "web.set-0")).isEqualTo(address(first, "web.set-0"));
    Desired scaled = Mapping.of(withSet(cluster(List.of()), 0), ports(first), s);
    assertThat(ports(scaled)).extracting(Document::name).containsExactly("host.n1");
  }

  private static Cluster withSet(Cluster c, int replicas) {
    return new Cluster(
        c.nodes(),
        c.namespaces(),
        c.pods(),
        c.policies(),
        List.of(new StatefulSet("web", "set", 0, replicas)),
        c.adminPolicies());
  }

  @Test
  void aPolicyIsAnIsolationAndWhatItAllows() {
    Policy p =
        policy(
            "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels:"
                + " {app: web}}}], ports: [{port: 80}, {port: 8000, endPort: 8010}]}]}");
    Desired d = Mapping.of(cluster(List.of(pod("a")), p), List.of(), settings("10.244.0.0/16"));
    Document port = of(d, "LogicalPort", "web.a");
    String peer = port.labels().get(Marks.PEER);
    String subject = port.labels().get(Marks.SUBJECT);
    String host = address(d, "host.n1");
    assertThat(acls(d))
        .containsExactly(
            "drop ip",
            "allow inport == {@k8s.peer."
                + peer
                + "} && (tcp.dst == 80 || 8000 <= tcp.dst <= 8010)",
            "allow inport == \"host.n1\" && ip4.src == {" + host + ", 172.18.0.1}");
    Document rule = of(d, "Acl", "web.p.ingress-0.0." + subject);
    assertThat(rule.spec().path("label").asText()).isEqualTo("NetworkPolicy web/p ingress-0");
    assertThat(rule.labels())
        .containsEntry(Marks.POLICY, "p")
        .containsEntry(Marks.RULE, "ingress-0");
    assertThat(d.origins().get(rule.id())).containsExactly(p.ref());
    assertThat(of(d, "PortGroup", "k8s.peer." + peer).spec())
        .hasToString(
            "{\"selector\":{\"matchLabels\":{\"kubernetes.heddle.dev/peer\":\"" + peer + "\"}}}");
  }

  @Test
  void aPolicyThatCannotBeCompiledClosesItsSubjectsAndSaysSo() {
    List<String> senseless =
        List.of(
            "{podSelector: {}, ingress: [{from: [{}]}]}",
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]}",
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]}]}",
            "{podSelector: {}, ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}",
            "{podSelector: {}, ingress: [{ports: [{protocol: ICMP}]}]}",
            "{podSelector: {}, ingress: [{ports: [{port: 90, endPort: 80}]}]}",
            "{podSelector: {}, ingress: [{ports: [{port: http, endPort: 80}]}]}",
            "{podSelector: {}, ingress: [{ports: [{port: 70000}]}]}",
            "{podSelector: {}, policyTypes: [Sideways], ingress: [{}]}",
            "{podSelector: {matchExpressions: [{key: app, operator: Near, values: [a]}]}, ingress: [{}]}");
    for (String yaml : senseless) {
      Desired d =
          Mapping.of(
              cluster(List.of(pod("a")), policy(yaml)), List.of(), settings("10.244.0.0/16"));
      assertThat(acls(d))
          .as(yaml)
          .contains("drop ip")
          .noneMatch(
              a ->
                  a.startsWith("allow ip4.src")
                      || a.startsWith("allow tcp")
                      || a.equals("allow ip"));
      assertThat(said(d))
          .as(yaml)
          .isNotEmpty()
          .allMatch(n -> n.startsWith("NetworkPolicy web/p NotCompiled: "));
      Desired alone =
          Mapping.of(cluster(List.of(), policy(yaml)), List.of(), settings("10.244.0.0/16"));
      assertThat(said(alone)).as("about no pod: " + yaml).isEqualTo(said(d));
    }
  }

  @Test
  void tenThousandPeersAreAFewRulesAndTooManyAreRefused() {
    Desired d =
        Mapping.of(
            cluster(List.of(pod("a")), blocks(10_000)), List.of(), settings("10.244.0.0/16"));
    List<Document> acls = d.documents().stream().filter(x -> x.kind().equals("Acl")).toList();
    assertThat(acls).hasSize(1 + 10_000 / 400 + 1);
    acls.forEach(a -> dev.heddle.model.Document.of(a.tree()));
    assertThat(said(d)).isEmpty();
    Desired more =
        Mapping.of(
            cluster(List.of(pod("a")), blocks(30_000)), List.of(), settings("10.244.0.0/16"));
    assertThat(said(more))
        .containsExactly(
            "NetworkPolicy web/p NotCompiled: It has more than 20000 peers. The policy allows nothing;"
                + " the pods that it selects are isolated by it.");
    assertThat(acls(more)).hasSize(2).contains("drop ip");
  }

  private static Policy blocks(int n) {
    return policy(
        IntStream.range(0, n)
            .mapToObj(
                i ->
                    "{ipBlock: {cidr: "
                        + (20 + i / 62_500)
                        + "."
                        + i / 250 % 250
                        + "."
                        + i % 250
                        + ".1/32}}")
            .collect(Collectors.joining(", ", "{podSelector: {}, ingress: [{from: [", "]}]}")));
  }

  @Test
  void whatIsNotOfTheBridgeIsNeitherReplacedNorRemoved() {
    Desired d = Mapping.of(cluster(List.of(pod("a"))), List.of(), settings("10.244.0.0/16"));
    Document theirs =
        new Document("LogicalPort", "web.a", Map.of(), of(d, "LogicalPort", "web.a").spec());
    Document other = new Document("LogicalPort", "vm", Map.of(), theirs.spec());
    Document gone = new Document("Acl", "old", Marks.own(), theirs.spec());
    Difference difference = Difference.between(List.of(theirs, other, gone), d);
    assertThat(difference.changes())
        .noneMatch(c -> c.toString().contains("web.a") || c.toString().contains("vm"));
    assertThat(difference.changes())
        .anyMatch(c -> c.toString().contains("Remove[kind=Acl, name=old"));
    assertThat(difference.foreign()).extracting(Notice::reason).containsExactly("NameTaken");
    assertThat(Difference.between(d.documents(), d).changes()).isEmpty();
  }

  @Test
  void namesThatWouldBeTooLongOrThoseOfNodesAreRefused() {
    Pod tooLong =
        new Pod(
            "n".repeat(63),
            "p".repeat(200),
            "u",
            Optional.of("n1"),
            false,
            false,
            Map.of(),
            Map.of(),
            List.of(),
            Optional.empty());
    Pod host =
        new Pod(
            "host",
            "n1",
            "u",
            Optional.of("n1"),
            false,
            false,
            Map.of(),
            Map.of(),
            List.of(),
            Optional.empty());
    Desired d = Mapping.of(cluster(List.of(tooLong, host)), List.of(), settings("10.244.0.0/16"));
    assertThat(ports(d)).extracting(Document::name).containsExactly("host.n1");
    assertThat(d.notices())
        .extracting(Notice::reason)
        .containsExactlyInAnyOrder("NameTooLong", "NamespaceReserved");
  }

  /** The API server tells of a namespace before its pods, the watches may not. */
  @Test
  void aPodWhoseNamespaceIsNotKnownYetHasNoPortUntilItIs() {
    Settings s = settings("10.244.0.0/16");
    Cluster known = cluster(List.of(pod("a")));
    Cluster early =
        new Cluster(
            known.nodes(),
            List.of(),
            known.pods(),
            List.of(policy("{podSelector: {}}")),
            List.of(),
            List.of());
    Desired d = Mapping.of(early, List.of(), s);
    assertThat(ports(d)).extracting(Document::name).containsExactly("host.n1");
    assertThat(said(d))
        .containsExactly(
            "Pod web/a NamespaceUnknown: The pod's namespace is not known yet, and so neither which"
                + " policies are about the pod.");
    assertThat(ports(Mapping.of(known, ports(d), s))).hasSize(2);
  }
}
