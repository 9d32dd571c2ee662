package dev.heddle.acl;

import static dev.heddle.pipeline.Field.CT_RPL;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.OUT_PORT;

import dev.heddle.expression.Clause;
import dev.heddle.expression.Clause.Addresses;
import dev.heddle.expression.Clause.Ports;
import dev.heddle.expression.Clause.Service;
import dev.heddle.expression.Masked;
import dev.heddle.model.AddressSet;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.PortGroup;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.policy.Acl;
import dev.heddle.policy.Acl.Direction;
import dev.heddle.policy.Peered;
import dev.heddle.policy.Policed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A clause of a rule as conditions of flows, seen through one lens.
 *
 * @param single conditions that all hold
 * @param several of each list one holds
 * @param named a list names ports for what they do not carry: another rule may ask the very same
 */
record Dimensions(
    List<UnaryOperator<FlowDraft>> single,
    List<List<UnaryOperator<FlowDraft>>> several,
    boolean named) {

  /** Whose rule it is; empty while that does not exist. */
  static List<UnaryOperator<FlowDraft>> ofSubject(Acl rule, View view) {
    return Stream.concat(
            rule.subject().group().flatMap(view::get).stream()
                .flatMap(g -> Slots.anyOf(Policy.SUBJECTS, g.key())),
            rule.subject().network().flatMap(view::get).stream()
                .<UnaryOperator<FlowDraft>>map(n -> d -> d.match(Field.NETWORK, n.key())))
        .toList();
  }

  /** Empty if nothing that is seen through this lens can meet the clause. */
  static Optional<Dimensions> of(Acl rule, Clause clause, Lens lens, View view) {
    int type = clause.etherType().orElse(-1);
    boolean ip = type == -1 || type == Match.ETH_IPV4 || type == Match.ETH_IPV6;
    List<Service> services =
        clause.services().stream()
            .filter(s -> (type == Match.ETH_IPV6 && Acl.isLink(s)) == (lens == Lens.LINK))
            .toList();
    boolean seen =
        lens == Lens.LINK
            ? !ip || type == Match.ETH_IPV6 && !services.isEmpty()
            : ip
                && (!services.isEmpty() || clause.services().isEmpty())
                && (lens == Lens.PACKET || clause.fields().isEmpty());
    return seen ? new Of(rule, clause, lens, services, view).dimensions() : Optional.empty();
  }

  private record Of(Acl rule, Clause clause, Lens lens, List<Service> services, View view) {

    Optional<Dimensions> dimensions() {
      List<List<UnaryOperator<FlowDraft>>> all = new ArrayList<>();
      boolean from = rule.direction() == Direction.FROM;
      List<UnaryOperator<FlowDraft>> beyond =
          rule.subject().group().stream()
              .flatMapToInt(g -> beyond(g.name()))
              .sorted()
              .boxed()
              .flatMap(k -> self(k, from))
              .toList();
      all.add(Stream.concat(ofSubject(rule, view).stream(), beyond.stream()).toList());
      clause.inports().forEach(p -> all.add(from ? self(p) : peer(p)));
      clause.outports().forEach(p -> all.add(self(p)));
      clause.sources().forEach(a -> all.add(addresses(a, true)));
      clause.destinations().forEach(a -> all.add(addresses(a, false)));
      if (!services.isEmpty()) {
        all.add(services.stream().map(this::service).toList());
      }
      clause
          .fields()
          .forEach(
              (field, values) ->
                  all.add(
                      values.stream()
                          .<UnaryOperator<FlowDraft>>map(
                              v -> d -> d.match(field, v.value(), v.mask()))
                          .toList()));
      if (all.stream().anyMatch(List::isEmpty)) {
        return Optional.empty(); // what it names does not exist
      }
      List<UnaryOperator<FlowDraft>> single = new ArrayList<>();
      clause.etherType().ifPresent(type -> single.add(d -> d.match(Field.ETH_TYPE, type)));
      boolean named =
          !beyond.isEmpty()
              || Stream.concat(clause.inports().stream(), clause.outports().stream())
                  .anyMatch(this::anyBeyond);
      return Optional.of(new Dimensions(single, Rules.longer(all, single), named));
    }

    /** Members of a group, each by itself, that carry four older groups and not this one. */
    private IntStream beyond(String group) {
      return view.get(PortGroup.KIND.id(group)).stream()
          .flatMap(g -> view.ids(Policed.BEYOND, g.key()).stream())
          .flatMap(p -> view.get(p).stream())
          .mapToInt(LogicalPort::key);
    }

    private boolean anyBeyond(Ports ports) {
      return ports.groups().stream()
          .flatMap(g -> view.get(PortGroup.KIND.id(g)).stream())
          .anyMatch(
              g ->
                  !view.ids(Policed.BEYOND, g.key()).isEmpty()
                      || !view.ids(Peered.BEYOND, g.key()).isEmpty());
    }

    private List<UnaryOperator<FlowDraft>> self(Ports ports) {
      boolean from = rule.direction() == Direction.FROM;
      IntStream beyond = ports.groups().stream().flatMapToInt(this::beyond);
      return Stream.concat(
              groups(ports, Policy.SUBJECTS),
              IntStream.concat(beyond, keys(ports))
                  .sorted()
                  .distinct()
                  .boxed()
                  .flatMap(k -> self(k, from)))
          .toList();
    }

    /** The port itself is where a reply goes, if it has begun the connection. */
    private Stream<UnaryOperator<FlowDraft>> self(int key, boolean from) {
      Field forth = from ? IN_PORT : OUT_PORT;
      if (lens != Lens.CONNECTION) {
        return Stream.of(d -> d.match(forth, key));
      }
      return Stream.of(
          d -> d.match(CT_RPL, 0).match(forth, key),
          d -> d.match(CT_RPL, 1).match(from ? OUT_PORT : IN_PORT, key));
    }

    private List<UnaryOperator<FlowDraft>> peer(Ports ports) {
      IntStream beyond =
          ports.groups().stream()
              .flatMap(g -> view.get(PortGroup.KIND.id(g)).stream())
              .flatMap(g -> view.ids(Peered.BEYOND, g.key()).stream())
              .flatMap(p -> view.get(p).stream())
              .mapToInt(LogicalPort::key);
      return Stream.concat(
              groups(ports, Policy.PEERS),
              IntStream.concat(beyond, keys(ports))
                  .sorted()
                  .distinct()
                  .boxed()
                  .<UnaryOperator<FlowDraft>>map(k -> d -> d.match(Field.PEER, k)))
          .toList();
    }

    private Stream<UnaryOperator<FlowDraft>> groups(Ports ports, List<Field> slots) {
      return ports.groups().stream()
          .flatMap(g -> view.get(PortGroup.KIND.id(g)).stream())
          .flatMap(g -> Slots.anyOf(slots, g.key()));
    }

    private IntStream keys(Ports ports) {
      return ports.ports().stream()
          .flatMap(p -> view.get(LogicalPort.KIND.id(p)).stream())
          .mapToInt(LogicalPort::key);
    }

    private List<UnaryOperator<FlowDraft>> addresses(Addresses a, boolean source) {
      Field field = address(source);
      return Stream.concat(
              a.literals().stream()
                  .<UnaryOperator<FlowDraft>>map(v -> d -> d.match(field, v.value(), v.mask())),
              a.sets().stream()
                  .flatMap(s -> view.get(AddressSet.KIND.id(s)).stream())
                  .flatMap(
                      s -> Slots.anyOf(source ? Policy.SOURCES : Policy.DESTINATIONS, s.key())))
          .toList();
    }

    private Field address(boolean source) {
      boolean v6 = clause.etherType().orElse(0) == Match.ETH_IPV6;
      if (lens == Lens.CONNECTION) {
        return v6
            ? source ? Field.CT_IPV6_SRC : Field.CT_IPV6_DST
            : source ? Field.CT_IPV4_SRC : Field.CT_IPV4_DST;
      }
      return v6
          ? source ? Field.IPV6_SRC : Field.IPV6_DST
          : source ? Field.IPV4_SRC : Field.IPV4_DST;
    }

    private UnaryOperator<FlowDraft> service(Service s) {
      if (lens == Lens.CONNECTION) {
        return d -> {
          d.match(Field.CT_PROTO, s.protocol());
          ported(d, Field.CT_PORT_SRC, s.source());
          return ported(d, Field.CT_PORT_DST, s.destination());
        };
      }
      return d -> {
        Match.Builder fields = Match.builder();
        clause.etherType().ifPresent(t -> fields.match(Field.ETH_TYPE, t));
        s.addTo(fields);
        return d.match(fields.build());
      };
    }

    /** Of ICMP these are type and code, which have 8 bits: the tracker gives them 16. */
    private static FlowDraft ported(FlowDraft d, Field field, Masked port) {
      return port.isAny() ? d : d.match(field, port.value(), port.mask());
    }
  }
}
