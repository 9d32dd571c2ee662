package dev.heddle.simulator.whatif;

import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.whatif.Services.Piece;
import dev.heddle.simulator.whatif.Services.Ports;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What would become of connections that nodes track.
 *
 * @param given how many entries the nodes have; each end under policy has one
 * @param known how many connections between two ports of one switch they are
 * @param tried how many of those the change may concern
 * @param cut those of which a packet that passes now would not pass any more
 */
public record Live(int given, int known, int tried, List<Cut> cut) {

  static final Live NONE = new Live(0, 0, 0, List.of());

  /** A connection that would be cut, in one direction or in both. */
  public record Cut(String from, String to, Tracked connection, boolean bothWays) {}

  private record Ends(String from, String to) {}

  private record Connection(Ends ends, int protocol, IpAddress a, IpAddress b, int p, int q) {}

  /** What is asked, and of which models. */
  record Question(Rules before, Rules after, Concern concern, Probe now, Probe then) {}

  /**
   * @param documents without the change, by the name of their kind
   * @param most connections that are tried
   * @throws RefusedException if a node is unknown, or more would have to be tried
   */
  static Live of(
      Collection<Tracked> given,
      Function<String, List<Document>> documents,
      Question question,
      int most) {
    if (given.isEmpty()) {
      return NONE;
    }
    Map<Connection, List<Tracked>> connections = connections(given, documents, question.before);
    List<Cut> cut = new ArrayList<>();
    int tried = 0;
    for (var c : connections.entrySet()) {
      Ends ends = c.getKey().ends;
      Tracked t = c.getValue().get(0);
      if (question.concern.isOf(ends.from, ends.to, piece(t))) {
        if (++tried > most) {
          throw new RefusedException(
              "model", "over " + most + " live connections would have to be tried");
        }
        boolean[] was = goesOn(question.now, question.before, ends, c.getValue());
        boolean[] is = goesOn(question.then, question.after, ends, c.getValue());
        boolean there = was[0] && !is[0];
        boolean back = was[1] && !is[1];
        if (there || back) {
          cut.add(new Cut(ends.from, ends.to, t, !is[0] && !is[1]));
        }
      }
    }
    return new Live(given.size(), connections.size(), tried, cut);
  }

  private static Piece piece(Tracked t) {
    return new Piece(t.protocol(), Ports.only(t.from()), Ports.only(t.to()));
  }

  /** Both ends' entries of one connection are one. */
  private static Map<Connection, List<Tracked>> connections(
      Collection<Tracked> given, Function<String, List<Document>> documents, Rules rules) {
    Map<Id<Node>, Map<Integer, String>> zones = new HashMap<>();
    for (Document d : documents.apply(Binding.KIND.name())) {
      Binding b = Binding.KIND.parser().parse(d, 0);
      b.zone()
          .ifPresent(
              z -> zones.computeIfAbsent(b.node(), n -> new HashMap<>()).put(z, b.port().name()));
    }
    Set<String> nodes = new HashSet<>();
    documents.apply(Node.KIND.name()).forEach(d -> nodes.add(d.name()));
    Map<Id<LogicalSwitch>, Map<IpAddress, String>> owners = new HashMap<>();
    rules.ports.forEach(
        (name, port) ->
            port.addresses()
                .forEach(
                    a ->
                        owners.computeIfAbsent(port.network(), n -> new HashMap<>()).put(a, name)));
    Map<Connection, List<Tracked>> all = new LinkedHashMap<>();
    for (Tracked t : given) {
      if (!nodes.contains(t.node().name())) {
        throw new RefusedException(
            "ConnectionDump/" + t.node().name(), "There is no node of this name.");
      }
      Optional.ofNullable(zones.getOrDefault(t.node(), Map.of()).get(t.zone()))
          .map(rules.ports::get)
          .flatMap(p -> ends(t, p, owners.getOrDefault(p.network(), Map.of())))
          .map(e -> new Connection(e, t.protocol(), t.source(), t.destination(), t.from(), t.to()))
          .ifPresent(c -> all.computeIfAbsent(c, x -> new ArrayList<>()).add(t));
    }
    return all;
  }

  /** The zone is of one of the two; the other is whoever has the other address there. */
  private static Optional<Ends> ends(Tracked t, LogicalPort port, Map<IpAddress, String> owners) {
    String from = owners.get(t.source());
    String to = owners.get(t.destination());
    String own = port.id().name();
    return from == null || to == null || !own.equals(from) && !own.equals(to) || from.equals(to)
        ? Optional.empty()
        : Optional.of(new Ends(from, to));
  }

  /** Whether a further packet passes: of who began it, and of the other. */
  private static boolean[] goesOn(Probe probe, Rules rules, Ends ends, List<Tracked> entries) {
    LogicalPort from = rules.ports.get(ends.from);
    LogicalPort to = rules.ports.get(ends.to);
    if (from == null
        || to == null
        || probe.plug(ends.from).isEmpty()
        || probe.plug(ends.to).isEmpty()) {
      return new boolean[2];
    }
    Tracked t = entries.get(0);
    Packet first = Probe.packet(from, to, t.source(), t.destination(), piece(t), t.from(), ACK);
    Memory memory = new Memory();
    entries.forEach(e -> memory.knows(e.node(), e.zone(), first, e.mark(), e.label()));
    return new boolean[] {
      probe.arrives(memory, from, to, first),
      probe.arrives(
          memory, to, from, Probe.answer(from, to, t.source(), t.destination(), piece(t), ACK))
    };
  }

  private static final int ACK = 16;
}
