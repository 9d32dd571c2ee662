package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Addresses under one name: those it lists, and those of the ports that its selector chooses.
 *
 * @param key 16 bits: the sets of an address travel with a packet
 * @param prefixes an address is a prefix of full length
 * @param selector of labels of ports; none selects nothing
 */
public record AddressSet(
    Id<AddressSet> id,
    Map<String, String> labels,
    int key,
    List<IpPrefix> prefixes,
    Optional<Selector> selector)
    implements Entity<AddressSet> {

  /** How many addresses and prefixes a set may list. */
  public static final int MOST_ADDRESSES = 10_000;

  public static final Kind<AddressSet> KIND =
      new Kind<>("AddressSet", "addresssets", false, KeySpace.ADDRESS_SET, AddressSet::parse);

  private static final Index<AddressSet, AddressSet, Selector.Label, Id<AddressSet>> SELECTING =
      Index.of(
          "sets-by-label",
          KIND,
          (id, s) ->
              s.selector.stream()
                  .flatMap(Selector::filed)
                  .map(label -> new Index.Pair<>(label, id)));

  /** The sets whose selector chooses a port. */
  private static final Fact<Id<LogicalPort>, Set<Id<AddressSet>>> OF_PORT =
      new Fact<>("sets-of-port", 1, AddressSet::of);

  /** The sets that list a prefix. */
  public static final Index<AddressSet, AddressSet, IpPrefix, Id<AddressSet>> LISTING =
      Index.of(
          "sets-listing", KIND, (id, s) -> s.prefixes.stream().map(p -> new Index.Pair<>(p, id)));

  /** The lengths of the prefixes that sets list, of IPv6 or of IPv4. */
  private static final Index<AddressSet, AddressSet, Boolean, Integer> LENGTHS =
      Index.of(
          "prefix-lengths",
          KIND,
          (id, s) ->
              s.prefixes.stream()
                  .map(p -> new Index.Pair<>(p.address().isV6(), p.length()))
                  .distinct());

  /** An address of a port, and the sets it is in by the port's labels. */
  private record Held(Set<IpAddress> addresses, Set<Id<AddressSet>> sets) {}

  private static final Fact<Id<LogicalPort>, Held> HELD =
      new Fact<>(
          "addresses-in-sets",
          2,
          (id, view) -> {
            Set<Id<AddressSet>> sets = view.fact(OF_PORT, id);
            return sets.isEmpty()
                ? new Held(Set.of(), sets)
                : new Held(Set.copyOf(view.get(id).orElseThrow().addresses()), sets);
          });

  /** The sets that hold an address because a port has it. */
  public static final Index<LogicalPort, Held, IpPrefix, Id<AddressSet>> SELECTED =
      Index.over(
          "sets-selecting",
          LogicalPort.KIND,
          HELD,
          (id, held) ->
              held.addresses.stream()
                  .map(a -> new IpPrefix(a, a.width()))
                  .flatMap(p -> held.sets.stream().map(s -> new Index.Pair<>(p, s))));

  /** An address, or a prefix. */
  record Listed(IpPrefix prefix) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Listed parse(String text) {
      if (text.indexOf('/') >= 0) {
        return new Listed(IpPrefix.parse(text));
      }
      IpAddress a = IpAddress.parse(text);
      return new Listed(new IpPrefix(a, a.width()));
    }
  }

  /** As written by a user: at least one of the two. */
  record Form(List<Listed> addresses, Selector selector) {}

  private static AddressSet parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    List<Listed> listed = f.addresses == null ? List.of() : f.addresses;
    if (listed.size() > MOST_ADDRESSES) {
      throw new RefusedException(
          d.path() + " spec.addresses", "at most " + MOST_ADDRESSES + " are expected");
    }
    return new AddressSet(
        KIND.id(d),
        d.labels(),
        key,
        listed.stream().map(Listed::prefix).distinct().toList(),
        Optional.ofNullable(f.selector));
  }

  private static Set<Id<AddressSet>> of(Id<LogicalPort> id, View view) {
    Optional<LogicalPort> port = view.get(id);
    Set<Id<AddressSet>> sets = new TreeSet<>();
    port.map(LogicalPort::labels).stream()
        .flatMap(Selector::found)
        .flatMap(label -> view.ids(SELECTING, label).stream())
        .filter(s -> selects(s, port.get(), view))
        .forEach(sets::add);
    return Set.copyOf(sets);
  }

  private static boolean selects(Id<AddressSet> set, LogicalPort port, View view) {
    return view.get(set)
        .flatMap(AddressSet::selector)
        .filter(s -> s.selects(port.labels()))
        .isPresent();
  }

  /** The sets that hold all of this prefix: they list it, or one that it is within. */
  public static Set<Id<AddressSet>> holding(IpPrefix prefix, View view) {
    Set<Id<AddressSet>> sets = new TreeSet<>(view.ids(SELECTED, prefix));
    boolean v6 = prefix.address().isV6();
    for (int length : view.ids(LENGTHS, v6)) {
      if (length <= prefix.length()) {
        IpAddress a = prefix.address();
        IpAddress cut = new IpAddress(v6, a.bits().and(Bits.prefix(length, a.width())));
        sets.addAll(view.ids(LISTING, new IpPrefix(cut, length)));
      }
    }
    return sets;
  }
}
