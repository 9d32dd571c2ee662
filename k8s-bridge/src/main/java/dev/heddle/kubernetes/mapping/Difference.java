package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The steps from what is stored to what is desired. What is not the bridge's stays as it is.
 *
 * @param foreign who has to be told that a document of this name is somebody else's
 */
public record Difference(List<Change> changes, List<Notice> foreign) {

  /** Kinds of documents that a bridge writes. */
  public static final List<String> KINDS =
      List.of("LogicalSwitch", "PortGroup", "AddressSet", "Acl", "LogicalPort");

  /**
   * @param stored all documents of {@link #KINDS}
   */
  public static Difference between(Collection<Document> stored, Desired desired) {
    Map<Id<?>, Document> now = new HashMap<>();
    stored.forEach(d -> now.put(d.id(), d));
    List<Change> changes = new ArrayList<>();
    List<Notice> foreign = new ArrayList<>();
    Set<Id<?>> wanted = new HashSet<>();
    for (Document d : desired.documents()) {
      Document there = now.get(d.id());
      wanted.add(d.id());
      if (there == null || Marks.isOwn(there)) {
        if (!d.equals(there)) {
          changes.add(new Change.Put(d));
        }
      } else {
        for (ObjectRef about : desired.origins().getOrDefault(d.id(), List.of())) {
          foreign.add(
              new Notice(
                  about,
                  "NameTaken",
                  "There is another " + d.path() + ", which is not of Kubernetes."));
        }
      }
    }
    stored.stream()
        .filter(d -> Marks.isOwn(d) && !wanted.contains(d.id()))
        .forEach(d -> changes.add(new Change.Remove(d.kind(), d.name(), false)));
    return new Difference(List.copyOf(changes), List.copyOf(foreign));
  }
}
