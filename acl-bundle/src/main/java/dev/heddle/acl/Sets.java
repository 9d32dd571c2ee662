package dev.heddle.acl;

import dev.heddle.model.AddressSet;
import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.policy.Acl.Subject;
import dev.heddle.policy.Uses;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * SOURCE_SETS and DESTINATION_SETS: one flow per prefix and end that some rule asks for, which says
 * all sets that hold the prefix. The longest prefix wins, so each names those of wider ones too.
 */
final class Sets {

  private Sets() {}

  static void flows(Pair<IpPrefix, Id<AddressSet>> listed, View view, FlowSink out) {
    IpPrefix prefix = listed.bucket();
    boolean v6 = prefix.address().isV6();
    Set<Id<AddressSet>> sets = AddressSet.holding(prefix, view);
    End source =
        new End(
            true,
            Policy.SOURCE_SETS,
            v6 ? Field.CT_IPV6_SRC : Field.CT_IPV4_SRC,
            v6 ? Field.IPV6_SRC : Field.IPV4_SRC,
            Policy.SOURCES);
    End destination =
        new End(
            false,
            Policy.DESTINATION_SETS,
            v6 ? Field.CT_IPV6_DST : Field.CT_IPV4_DST,
            v6 ? Field.IPV6_DST : Field.IPV4_DST,
            Policy.DESTINATIONS);
    for (End end : List.of(source, destination)) {
      new Flows(prefix, listed.member(), sets, end, view, out).write();
    }
  }

  /** One end of a packet. */
  private record End(
      boolean source, Stage stage, Field ofConnection, Field ofPacket, List<Field> slots) {}

  private record Flows(
      IpPrefix prefix,
      Id<AddressSet> owner,
      Set<Id<AddressSet>> sets,
      End end,
      View view,
      FlowSink out) {

    void write() {
      Set<Subject> asking = new HashSet<>();
      List<Integer> keys =
          sets.stream()
              .filter(
                  s -> {
                    Set<Subject> by = Uses.ofAddresses(s, end.source, view);
                    asking.addAll(by);
                    return !by.isEmpty();
                  })
              .flatMap(s -> view.get(s).stream())
              .map(AddressSet::key)
              .toList();
      for (Scope scope : Peers.scopes(asking)) {
        add(Lens.CONNECTION, end.ofConnection, keys, scope);
        if (Uses.anyStateless(view)) {
          add(Lens.PACKET, end.ofPacket, keys, scope);
        }
      }
    }

    private void add(Lens lens, Field address, List<Integer> keys, Scope scope) {
      int width = prefix.address().width();
      Bits mask = Bits.prefix(prefix.length(), width);
      FlowDraft draft =
          end.stage
              .flow(100 + prefix.length())
              .match(Field.LENS, lens.number())
              .match(address, prefix.address().bits(), mask);
      if (keys.size() > Slots.COUNT) {
        Lens.decide(draft.set(Field.RULE, 0), Lens.DROP, false); // no rule did
      } else {
        Slots.write(draft, end.slots, keys);
      }
      out.add(draft.because(owner).where(scope));
    }
  }
}
