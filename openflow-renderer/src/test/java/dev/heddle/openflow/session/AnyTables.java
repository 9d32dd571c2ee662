package dev.heddle.openflow.session;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Group.Bucket;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Track;
import dev.heddle.simulator.Packet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random flow tables that use every action, and random packets into them. Few tables, few fields
 * and few values, so that much is met; in one table no two flows have one priority, save clauses of
 * conjunctions, so that there is one right answer.
 */
record AnyTables(Random random) {

  static final int TABLES = 6;
  static final List<Integer> PORTS = List.of(1, 2, 3, 4);

  /** Flows that learn use it, so that what they learned can be told from the rest. */
  static final long LEARNED = 0x77;

  private static final long MARK_OF_EXEC = 1;

  List<Group> groups() {
    return List.of(
        new Group(1, Group.Type.ALL, List.of(bucket(0), bucket(0), bucket(0))),
        new Group(2, Group.Type.INDIRECT, List.of(bucket(0))),
        new Group(3, Group.Type.FAST_FAILOVER, List.of(bucket(9), bucket(2), bucket(3))));
  }

  private Bucket bucket(int watched) {
    List<Action> actions = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      actions.add(new Action.PushVlan());
      actions.add(Action.Set.of(Field.VLAN_VID, Bits.of(1 + random.nextInt(2))));
    }
    if (random.nextInt(2) == 0) {
      actions.add(set());
    }
    actions.add(
        any(
            List.of(
                new Action.Output(any(PORTS)),
                new Action.ToSender(),
                new Action.Resubmit(TABLES - 1))));
    return new Bucket(0, watched, actions);
  }

  List<Flow> flows() {
    List<Flow> flows = new ArrayList<>();
    for (int table = 0; table < TABLES; table++) {
      int n = 3 + random.nextInt(4);
      for (int i = 0; i < n; i++) {
        boolean ip = random.nextInt(5) > 0;
        int priority = i == 0 ? 1 : 10 * i;
        FlowKey key = new FlowKey(table, priority, i == 0 ? anyIp() : match(ip));
        flows.add(flow(key, priority, table));
      }
      if (random.nextInt(2) == 0) {
        conjunction(flows, table, 5 + 10 * random.nextInt(6));
      }
    }
    return flows;
  }

  private static Match anyIp() {
    return Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).build();
  }

  private Flow flow(FlowKey key, long cookie, int table) {
    for (; ; ) {
      List<Action> actions = new ArrayList<>();
      if (random.nextInt(10) == 0) {
        actions.add(new Action.Meter(1));
      }
      for (int n = random.nextInt(4); n > 0; n--) {
        actions.addAll(action(table, true));
      }
      if (random.nextInt(3) > 0 && table < TABLES - 1) {
        actions.add(new Action.GotoTable(table + 1 + random.nextInt(TABLES - table - 1)));
      }
      try {
        return new Flow(key, cookie, actions);
      } catch (IllegalArgumentException notInThisMatch) {
        continue; // such as tracking what may not be IP
      }
    }
  }

  private Match match(boolean ip) {
    for (; ; ) {
      try {
        return anyMatch(ip);
      } catch (IllegalArgumentException contradiction) {
        continue;
      }
    }
  }

  private Match anyMatch(boolean ip) {
    Match.Builder b = Match.builder();
    if (ip) {
      b.match(Field.ETH_TYPE, Match.ETH_IPV4);
    }
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      Field field = any(List.of(Field.NETWORK, Field.OUT_PORT, Field.ETH_SRC, Field.ETH_DST));
      switch (random.nextInt(ip ? 8 : 4)) {
        case 0, 1 -> b.match(field, value(field));
        case 2 -> b.match(Field.OF_PORT, any(PORTS));
        case 3 -> b.match(Field.VLAN_PRESENT, random.nextInt(2));
        case 4 -> b.match(Field.IPV4_SRC, value(Field.IPV4_SRC));
        case 5 -> b.match(any(List.of(Field.CT_NEW, Field.CT_EST, Field.CT_RPL)), 1);
        case 6 -> b.match(Field.CT_TRK, random.nextInt(2));
        default -> b.match(Field.CT_MARK, MARK_OF_EXEC);
      }
    }
    return b.build();
  }

  /** Two dimensions of a value or two each, and what becomes of those who meet both. */
  private void conjunction(List<Flow> flows, int table, int priority) {
    Map<Match, List<Action>> clauses = new HashMap<>();
    for (Field f : List.of(Field.ETH_SRC, Field.IPV4_DST)) {
      int clause = f == Field.ETH_SRC ? 1 : 2;
      for (int n = 1 + random.nextInt(2); n > 0; n--) {
        clauses.put(
            Match.builder().match(f, value(f)).build(),
            List.of(new Action.Conjunction(table + 1, clause, 2)));
      }
    }
    clauses.forEach((m, a) -> flows.add(new Flow(new FlowKey(table, priority, m), 3, a)));
    if (random.nextInt(4) > 0) {
      Match met =
          Match.builder()
              .match(Field.ETH_TYPE, Match.ETH_IPV4)
              .match(Field.CONJ_ID, table + 1)
              .build();
      flows.add(flow(new FlowKey(table, priority, met), priority, table));
    }
  }

  private List<Action> action(int table, boolean outermost) {
    int later = Math.min(TABLES - 1, table + 1 + random.nextInt(3));
    return switch (random.nextInt(outermost ? 17 : 14)) {
      case 0, 1 -> List.of(set());
      case 2 -> List.of(Action.Move.of(Field.ETH_SRC, Field.ETH_DST));
      case 3 -> List.of(new Action.Output(any(PORTS)));
      case 4 -> List.of(new Action.ToSender());
      case 5, 6 -> List.of(later > table ? new Action.Resubmit(later) : new Action.Output(2));
      case 7 ->
          List.of(new Action.PushVlan(), Action.Set.of(Field.VLAN_VID, Bits.of(random.nextInt(3))));
      case 8 ->
          random.nextBoolean()
              ? List.of(new Action.DecTtl())
              : random.nextBoolean()
                  ? List.of(new Action.PopVlan())
                  : List.of(new Action.PushVlan(), set(), new Action.PopVlan());
      case 9 -> // not where buckets lead: a trace goes on with the copies of a passage that failed
          List.of(table < TABLES - 1 ? new Action.GroupRef(1 + random.nextInt(3)) : set());
      case 10, 13 -> List.of(later > table ? track(later) : new Action.Output(3));
      case 11 -> List.of(Punt.with(new byte[] {1}));
      case 12 -> List.of(learn(later));
      default -> {
        List<Action> inner = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
          inner.addAll(action(table, false));
        }
        yield List.of(new Action.Clone(inner));
      }
    };
  }

  private Action set() {
    Field f = any(List.of(Field.NETWORK, Field.OUT_PORT, Field.ETH_SRC, Field.ETH_DST));
    return Action.Set.of(f, value(f));
  }

  private Track track(int table) {
    Track track = random.nextBoolean() ? Track.in(Field.ZONE) : Track.commit(7);
    track = random.nextInt(5) > 0 ? track.into(table) : track;
    if (track.commit() && random.nextBoolean()) {
      track = track.with(Field.CT_MARK, MARK_OF_EXEC);
    }
    return switch (random.nextInt(5)) {
      case 0 -> track.nat(Nat.known());
      case 1 -> track.commit() ? track.nat(Nat.source(IpAddress.parse("10.0.0.2"))) : track;
      case 2 -> track.commit() ? track.nat(Nat.destination(IpAddress.v4(2), 99)) : track;
      default -> track;
    };
  }

  private Learn learn(int table) {
    boolean ofNetwork = random.nextBoolean(); // and then of another priority: no two overlap
    Learn.Builder b =
        Learn.into(table, ofNetwork ? 101 : 100, LEARNED)
            .match(Field.ETH_DST, Field.ETH_SRC)
            .idle(300 * random.nextInt(2))
            .hard(300 * random.nextInt(2));
    if (ofNetwork) {
      b.match(Field.NETWORK, random.nextInt(2));
    }
    b.load(random.nextInt(2), Field.NETWORK).load(Field.NETWORK, Field.OUT_PORT);
    return random.nextBoolean() ? b.output(Field.OF_PORT).build() : b.build();
  }

  Packet packet() {
    Packet p =
        Packet.EMPTY
            .with(Field.ETH_SRC, value(Field.ETH_SRC))
            .with(Field.ETH_DST, value(Field.ETH_DST));
    if (random.nextInt(3) == 0) {
      p = p.with(Field.VLAN_TCI, 0x1000 | random.nextInt(3));
    }
    return random.nextInt(8) == 0
        ? p.with(Field.ETH_TYPE, 0x88cc)
        : p.with(Field.ETH_TYPE, Match.ETH_IPV4)
            .with(Field.IP_PROTO, Match.PROTO_UDP)
            .with(Field.IP_TTL, random.nextInt(4) == 0 ? 1 : 64)
            .with(Field.IPV4_SRC, value(Field.IPV4_SRC))
            .with(Field.IPV4_DST, value(Field.IPV4_DST))
            .with(Field.UDP_SRC, 1000)
            .with(Field.UDP_DST, 53);
  }

  /** What a connection tracker may say, as {@code --ct-next} reads it. */
  List<String> states() {
    return IntStream.range(0, 40)
        .mapToObj(i -> any(List.of("trk,new", "trk,est", "trk,est,rpl", "trk,inv", "trk,new,rel")))
        .toList();
  }

  private Bits value(Field f) {
    return Bits.of(
        switch (f) {
          case ETH_SRC, ETH_DST -> 0x0a_00_00_00_00_01L + random.nextInt(2);
          case IPV4_SRC, IPV4_DST -> 0x0a00_0001L + random.nextInt(2);
          default -> random.nextInt(2);
        });
  }

  <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
