package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import java.util.List;
import java.util.Map;

/**
 * What a cluster means in the model.
 *
 * @param documents all that there are to be of the bridge, groups before the rules that name them
 * @param notices what could not be done as it was asked for
 * @param origins for which objects of the cluster a document is there
 */
public record Desired(
    List<Document> documents, List<Notice> notices, Map<Id<?>, List<ObjectRef>> origins) {

  public Desired {
    documents = List.copyOf(documents);
    notices = List.copyOf(notices);
    origins = Map.copyOf(origins);
  }
}
