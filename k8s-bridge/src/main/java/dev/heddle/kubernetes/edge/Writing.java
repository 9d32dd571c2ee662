package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Desired;
import dev.heddle.kubernetes.mapping.Difference;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.model.Document;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Brings what is stored to what is desired. */
final class Writing {

  private final Network network;

  Writing(Network network) {
    this.network = network;
  }

  /**
   * In one transaction. If the model refuses it, step by step: what can be taken is, closing before
   * opening, and who has to be told of the rest is returned.
   *
   * @throws RuntimeException if nothing could be stored
   */
  List<Notice> write(Desired desired) {
    Difference difference = Difference.between(stored(), desired);
    List<Notice> notices = new ArrayList<>(difference.foreign());
    if (difference.changes().isEmpty()) {
      return notices;
    }
    try {
      transact(difference.changes());
    } catch (RefusedException e) {
      for (Change c : closingFirst(difference.changes())) {
        try {
          transact(List.of(c));
        } catch (RefusedException refused) {
          notices.addAll(notices(c, refused, desired));
        }
      }
    }
    return notices;
  }

  List<Document> stored() {
    return Difference.KINDS.stream().flatMap(k -> network.documents(k).stream()).toList();
  }

  private void transact(List<Change> changes) {
    try {
      network.transact(Writer.USER, changes).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException r) {
        throw r;
      }
      throw e;
    }
  }

  /** Groups, denials and what no longer is allowed; then ports and what is; then what is left. */
  private static List<Change> closingFirst(List<Change> changes) {
    List<Change> sorted = new ArrayList<>(changes);
    sorted.sort(Comparator.comparingInt(Writing::rank));
    return sorted;
  }

  private static int rank(Change c) {
    if (c instanceof Change.Put put) {
      boolean drop = put.document().spec().path("action").asText().equals("drop");
      return switch (put.document().kind()) {
        case "LogicalPort" -> 4;
        case "Acl" -> drop ? 1 : 5;
        default -> 0;
      };
    }
    Change.Remove remove = (Change.Remove) c;
    return switch (remove.kind()) {
      case "LogicalPort" -> 3;
      case "Acl" -> isDenial(remove.name()) ? 6 : 2;
      default -> 7;
    };
  }

  private static boolean isDenial(String rule) {
    return rule.contains("-isolated.") || rule.contains(".drop.");
  }

  private static List<Notice> notices(Change c, RefusedException refused, Desired desired) {
    if (c instanceof Change.Put put) {
      List<Notice> all = new ArrayList<>();
      for (ObjectRef about : desired.origins().getOrDefault(put.document().id(), List.of())) {
        all.add(new Notice(about, "Refused", refused.getMessage() + "."));
      }
      return all;
    }
    return List.of();
  }
}
