package dev.heddle.policy;

import dev.heddle.expression.Clause;
import dev.heddle.expression.Clause.Addresses;
import dev.heddle.expression.Clause.Ports;
import dev.heddle.model.AddressSet;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.PortGroup;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the match of a rule names.
 *
 * @param self groups that the port itself may be in
 * @param peers groups of the port at the other end
 */
record Names(
    Set<Id<PortGroup>> self,
    Set<Id<PortGroup>> peers,
    Set<Id<AddressSet>> sources,
    Set<Id<AddressSet>> destinations,
    Set<Id<LogicalPort>> ports) {

  static Names of(Acl acl) {
    boolean from = acl.direction() == Acl.Direction.FROM;
    return new Names(
        groups(acl, from ? Clause::inports : Clause::outports),
        from ? Set.of() : groups(acl, Clause::inports),
        sets(acl, Clause::sources),
        sets(acl, Clause::destinations),
        acl.match().stream()
            .flatMap(c -> Stream.concat(c.inports().stream(), c.outports().stream()))
            .flatMap(p -> p.ports().stream())
            .map(LogicalPort.KIND::id)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static Set<Id<PortGroup>> groups(Acl acl, Function<Clause, List<Ports>> ports) {
    return acl.match().stream()
        .flatMap(c -> ports.apply(c).stream())
        .flatMap(p -> p.groups().stream())
        .map(PortGroup.KIND::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<Id<AddressSet>> sets(Acl acl, Function<Clause, List<Addresses>> addresses) {
    return acl.match().stream()
        .flatMap(c -> addresses.apply(c).stream())
        .flatMap(a -> a.sets().stream())
        .map(AddressSet.KIND::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  Stream<? extends Id<?>> all() {
    return Stream.of(self, peers, sources, destinations, ports).flatMap(Set::stream);
  }
}
