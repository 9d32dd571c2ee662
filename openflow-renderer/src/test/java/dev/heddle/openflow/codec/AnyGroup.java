package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Group.Bucket;
import dev.heddle.pipeline.Group.Type;
import dev.heddle.pipeline.Meter;
import dev.heddle.pipeline.Meter.Band;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random groups and meters that OVS would take. */
public final class AnyGroup {

  private AnyGroup() {}

  /** With different numbers. */
  public static Arbitrary<List<Group>> groups() {
    return group().list().ofMinSize(1).ofMaxSize(8).map(AnyGroup::distinct);
  }

  private static List<Group> distinct(Collection<Group> groups) {
    Map<Long, Group> byId = new LinkedHashMap<>();
    groups.forEach(g -> byId.put(g.id(), g));
    return List.copyOf(byId.values());
  }

  static Arbitrary<Group> group() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 0xfffffeffL),
            Arbitraries.of(Type.values()),
            buckets().list().ofMinSize(1).ofMaxSize(6))
        .as(
            (id, type, drawn) -> {
              List<Bucket> buckets = new ArrayList<>();
              for (Bucket b : type == Type.INDIRECT ? drawn.subList(0, 1) : drawn) {
                int weight = type == Type.SELECT ? b.weight() : 0;
                int watch = type == Type.FAST_FAILOVER ? Math.max(1, b.watchPort()) : b.watchPort();
                // without a port to watch nothing may be said of one, but in fast failover
                buckets.add(
                    new Bucket(weight, type == Type.FAST_FAILOVER ? watch : 0, b.actions()));
              }
              return new Group(id, type, buckets);
            });
  }

  private static Arbitrary<Bucket> buckets() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 0xffff),
            Arbitraries.integers().between(0, 0xfeff),
            actions())
        .as(Bucket::new);
  }

  private static Arbitrary<List<Action>> actions() {
    Arbitrary<Action> sends =
        Arbitraries.oneOf(
            Arbitraries.integers().between(1, 0xfeff).map(Action.Output::new),
            Arbitraries.just(new Action.ToSender()),
            Arbitraries.integers().between(0, 253).map(Action.Resubmit::new),
            Arbitraries.of(AnyFlow.GROUPS).map(Action.GroupRef::new),
            AnyAction.tracks());
    Arbitrary<List<Action>> changes =
        Arbitraries.oneOf(AnyAction.sets(), AnyAction.moves()).list().ofMaxSize(4);
    return Combinators.combine(
            Arbitraries.integers().between(0, 7),
            Arbitraries.integers().between(0, 0xfff),
            changes,
            sends)
        .as(
            (what, vid, sets, send) -> {
              if (what == 0) {
                return List.<Action>of();
              }
              List<Action> all = new ArrayList<>();
              if ((what & 1) != 0) {
                all.add(new Action.PushVlan());
                all.add(Action.Set.of(Field.VLAN_VID, Bits.of(vid)));
              }
              if ((what & 2) != 0) {
                all.addAll(sets.stream().filter(a -> !concernsTags(a)).toList());
              }
              all.add(send);
              return all;
            });
  }

  private static boolean concernsTags(Action a) {
    return a.toString().contains("vlan");
  }

  /** With different numbers. */
  public static Arbitrary<List<Meter>> meters() {
    return meter()
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .map(
            meters -> {
              Map<Long, Meter> byId = new LinkedHashMap<>();
              meters.forEach(m -> byId.put(m.id(), m));
              return List.copyOf(byId.values());
            });
  }

  private static Arbitrary<Meter> meter() {
    Arbitrary<Long> rates =
        Arbitraries.oneOf(
            Arbitraries.of(1L, 0xffff_ffffL), Arbitraries.longs().between(1, 0xffff_ffffL));
    return Combinators.combine(
            Arbitraries.longs().between(1, 0xffff_0000L),
            Arbitraries.of(Meter.Unit.values()),
            Arbitraries.of(true, false),
            Combinators.combine(rates, rates).as(Band::new).list().ofMinSize(1).ofMaxSize(4))
        .as(
            (id, unit, bursting, bands) ->
                new Meter(
                    id,
                    unit,
                    bands.stream().map(b -> bursting ? b : new Band(b.rate(), 0)).toList()));
  }
}
