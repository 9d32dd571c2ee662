package dev.heddle.kubernetes.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.ipam.Holders.Given;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Acls.Way;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalSwitch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a cluster means in the model. */
public final class Mapping {

  private Mapping() {}

  /**
   * The same for the same cluster and store, in whatever order they are told.
   *
   * @param ports all ports in the store: addresses that were given stay given
   */
  public static Desired of(Cluster cluster, Collection<Document> ports, Settings settings) {
    Ports plugged = new Ports(cluster, ports, settings);
    Peers peers = new Peers(cluster, plugged.pods());
    Subjects subjects = new Subjects(cluster.policies(), plugged.pods());
    AdminSubjects judged = new AdminSubjects(cluster.adminPolicies(), plugged.pods());
    Matches matches = new Matches(peers, cluster.nodes(), plugged.hosts());
    Acls acls = new Acls(matches);
    cluster.policies().forEach(acls::read);
    subjects.all().forEach(acls::add);
    for (Way way : Way.values()) {
      Set<String> on = new HashSet<>();
      plugged.pods().stream()
          .filter(p -> subjects.of(p).filter(c -> c.isIsolated(way)).isPresent())
          .forEach(p -> on.add(p.pod().node().orElseThrow()));
      cluster.nodes().stream()
          .filter(n -> on.contains(n.name()))
          .forEach(n -> addNode(acls, n, way, Optional.ofNullable(plugged.hosts().get(n.name()))));
    }
    AdminAcls admin = new AdminAcls(matches, acls, cluster.adminPolicies());
    judged.all().forEach(admin::add);

    List<Document> documents = new ArrayList<>();
    documents.add(network(settings));
    Groups.of(acls.documents()).forEach(documents::add);
    documents.addAll(acls.documents());
    Map<Id<?>, List<ObjectRef>> origins = new HashMap<>(acls.origins());
    documents.addAll(plugged.hostDocuments());
    documents.addAll(plugged.retained());
    for (Port p : plugged.pods()) {
      Map<String, String> classes = new TreeMap<>();
      subjects.of(p).ifPresent(c -> classes.putAll(c.labels()));
      judged.of(p).ifPresent(c -> classes.put(Marks.ADMIN, c.id()));
      peers.of(p).ifPresent(c -> classes.put(Marks.PEER, c.id()));
      Document d = plugged.document(p, classes);
      documents.add(d);
      origins.put(d.id(), List.of(p.pod().ref()));
    }
    List<Notice> notices = new ArrayList<>(plugged.notices());
    notices.addAll(acls.notices());
    notices.addAll(admin.notices());
    return new Desired(documents, notices, origins);
  }

  private static void addNode(Acls acls, Node node, Way way, Optional<Given> host) {
    Matches.ofNode(node, host, way == Way.TO)
        .ifPresent(match -> acls.addNode(node.name(), Groups.ofNode(node.name(), way), way, match));
  }

  /** Without the feature that judges, no pod is plugged in rather than one that nobody isolates. */
  private static Document network(Settings settings) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    settings.pool().subnets().forEach(s -> spec.withArray("subnets").add(s.toString()));
    spec.put("mtu", settings.mtu()).put("unknown", "drop");
    spec.putArray("mandatory").add("POLICY_FROM").add("POLICY_TO");
    return new Document(LogicalSwitch.KIND.name(), settings.network(), Marks.own(), spec);
  }
}
