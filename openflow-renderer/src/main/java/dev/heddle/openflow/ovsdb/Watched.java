package dev.heddle.openflow.ovsdb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * With which nodes the operator of a node asks for BFD: {@code external_ids:heddle-bfd=n2,n3}.
 *
 * @param peers names of nodes; at most 64
 * @param problems sentences on what of it cannot be used
 */
public record Watched(SortedSet<String> peers, List<String> problems) {

  /** Each session is a probe a second or more often, on both nodes. */
  private static final int MOST = 64;

  public Watched {
    peers = Collections.unmodifiableSortedSet(new TreeSet<>(peers));
    problems = List.copyOf(problems);
  }

  static Watched of(String own, Map<String, String> externalIds) {
    SortedSet<String> peers = new TreeSet<>();
    List<String> problems = new ArrayList<>();
    String text = externalIds.getOrDefault(NodeSetup.BFD, "");
    for (String part : text.isBlank() ? new String[0] : text.split(",", MOST + 1)) {
      String name = part.strip();
      if (!NodeSnapshot.isName(name) || name.equals(own)) {
        problems.add(NodeSetup.BFD + " is a list of other nodes; got " + Shown.text(part));
      } else if (peers.size() == MOST) {
        problems.add(NodeSetup.BFD + " names more than " + MOST + " nodes");
      } else {
        peers.add(name);
      }
    }
    return new Watched(peers, problems);
  }
}
