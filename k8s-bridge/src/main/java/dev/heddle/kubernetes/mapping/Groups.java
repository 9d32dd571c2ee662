package dev.heddle.kubernetes.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.AddressSet;
import dev.heddle.model.Document;
import dev.heddle.model.PortGroup;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The groups and sets that rules name, each over one label that ports carry: who is a member
 * follows from the port alone, and a pod that comes or goes changes no group.
 */
final class Groups {

  private static final Pattern NAMED = Pattern.compile("([@$])(k8s\\.[A-Za-z0-9._-]*[A-Za-z0-9])");
  private static final String SUBJECT = "k8s.subject.";
  private static final String PEER = "k8s.peer.";
  private static final String NAMESPACE = "k8s.namespace.";
  private static final String ADMIN = "k8s.admin.";
  private static final String TO_NODE = "k8s.node.to.";
  private static final String FROM_NODE = "k8s.node.from.";

  private Groups() {}

  /** Those on the node that policies isolate in this direction. */
  static String ofNode(String node, Acls.Way way) {
    return (way == Acls.Way.TO ? TO_NODE : FROM_NODE) + Marks.value(node);
  }

  /** Those that these rules apply to or name. */
  static Stream<Document> of(Iterable<Document> rules) {
    Set<String> groups = new TreeSet<>();
    Set<String> sets = new TreeSet<>();
    for (Document rule : rules) {
      ObjectNode spec = rule.spec();
      groups.add(spec.path("appliesTo").path("portGroup").asText());
      Matcher m = NAMED.matcher(spec.path("match").asText());
      while (m.find()) {
        (m.group(1).equals("@") ? groups : sets).add(m.group(2));
      }
    }
    return Stream.concat(
        groups.stream().map(g -> document(PortGroup.KIND.name(), g)),
        sets.stream().map(s -> document(AddressSet.KIND.name(), s)));
  }

  private static Document document(String kind, String name) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    ObjectNode selector = spec.putObject("selector");
    Map<String, String> labels = new LinkedHashMap<>();
    if (name.startsWith(SUBJECT)) {
      labels.put(Marks.SUBJECT, name.substring(SUBJECT.length()));
    } else if (name.startsWith(PEER)) {
      labels.put(Marks.PEER, name.substring(PEER.length()));
    } else if (name.startsWith(NAMESPACE)) {
      labels.put(Marks.NAMESPACE, name.substring(NAMESPACE.length()));
    } else if (name.startsWith(ADMIN)) {
      labels.put(Marks.ADMIN, name.substring(ADMIN.length()));
    } else if (name.startsWith(TO_NODE)) {
      labels.put(Marks.NODE, name.substring(TO_NODE.length()));
      exists(selector, Marks.ISOLATED_TO);
    } else if (name.startsWith(FROM_NODE)) {
      labels.put(Marks.NODE, name.substring(FROM_NODE.length()));
      exists(selector, Marks.ISOLATED_FROM);
    } else if (name.equals(Peers.ALL)) {
      exists(selector, Marks.NAMESPACE);
    } else {
      throw new IllegalArgumentException(name);
    }
    if (!labels.isEmpty()) {
      ObjectNode match = selector.putObject("matchLabels");
      labels.forEach(match::put);
    }
    return new Document(kind, name, Marks.own(), spec);
  }

  private static void exists(ObjectNode selector, String key) {
    selector.withArray("matchExpressions").addObject().put("key", key).put("operator", "Exists");
  }
}
