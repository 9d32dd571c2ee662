package dev.heddle.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.MacAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is given out is within the subnets, not excluded, and never given twice. */
class AddressesAreGivenTest {

  private static Pool pool(String subnets, String... excluded) {
    return new Pool(
        Stream.of(subnets.split(" ")).map(IpPrefix::parse).toList(),
        Stream.of(excluded).map(AddressRange::parse).toList());
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  @Test
  void aSubnetGivesAllItHasAndThenSaysThatItIsExhausted() {
    Holders holders =
        new Holders(pool("10.0.0.0/24", "10.0.0.1", "10.0.0.16/28", "10.0.0.250..10.0.0.255"));
    Set<IpAddress> given = new HashSet<>();
    int usable = 254 - 1 - 16 - 5;
    for (int i = 0; i < usable; i++) {
      IpAddress a = holders.give("p" + i, List.of()).addresses().get(0);
      assertThat(given.add(a)).as("%s twice", a).isTrue();
    }
    assertThat(given)
        .doesNotContain(ip("10.0.0.0"), ip("10.0.0.1"), ip("10.0.0.20"), ip("10.0.0.254"));
    assertThatThrownBy(() -> holders.give("more", List.of()))
        .hasMessage("No IPv4 address is free in [10.0.0.0/24].");
  }

  @Test
  void eachFamilyOfThePoolIsServedFromTheFirstSubnetWithRoom() {
    Holders holders = new Holders(pool("10.0.0.0/30 10.9.0.0/24 fd00::/64"));
    for (int i = 0; i < 2; i++) {
      Holders.Given given = holders.give("p" + i, List.of());
      assertThat(IpPrefix.parse("10.0.0.0/30").contains(given.addresses().get(0))).isTrue();
      assertThat(IpPrefix.parse("fd00::/64").contains(given.addresses().get(1))).isTrue();
    }
    assertThat(holders.give("p2", List.of()).addresses().get(0).toString()).startsWith("10.9.0.");
    assertThat(new Holders(pool("fd00::/64")).give("p", List.of()).addresses())
        .singleElement()
        .matches(IpAddress::isV6);
  }

  @Test
  void whatIsAskedForIsGivenOrRefusedWithTheReason() {
    Holders holders = new Holders(pool("10.0.0.0/24 fd00::/64", "10.0.0.9"));
    holders.note("other", MacAddress.parse("0a:00:00:00:00:01"), List.of(ip("10.0.0.8")));
    assertThat(holders.give("p", List.of(ip("10.0.0.7"))).addresses())
        .hasSize(2)
        .startsWith(ip("10.0.0.7"));
    assertThat(holders.give("p", List.of(ip("10.0.0.7"), ip("fd00::1:2:3:4"))).addresses())
        .containsExactly(ip("10.0.0.7"), ip("fd00::1:2:3:4"));
    assertRefused(holders, "10.0.0.8", "10.0.0.8 is taken by other.");
    assertRefused(holders, "10.0.0.7", "10.0.0.7 is taken by p.");
    assertRefused(holders, "10.0.0.9", "10.0.0.9 is excluded, by 10.0.0.9.");
    assertRefused(holders, "10.0.0.255", "10.0.0.255 is reserved in 10.0.0.0/24.");
    assertRefused(holders, "10.0.1.1", "10.0.1.1 is outside the subnets [10.0.0.0/24, fd00::/64].");
    assertRefused(holders, "fd00::", "fd00:: is reserved in fd00::/64.");
  }

  private static void assertRefused(Holders holders, String address, String sentence) {
    assertThatThrownBy(() -> holders.give("q", List.of(ip(address)))).hasMessage(sentence);
  }

  @Test
  void macAddressesFollowFromAddressesAndAreNeverShared() {
    Holders holders = new Holders(pool("10.0.0.0/16"));
    assertThat(holders.give("p", List.of(ip("10.0.2.7"))).mac().toString())
        .isEqualTo("0a:58:0a:00:02:07");
    Holders v6 = new Holders(pool("fd00::/64 fd00:0:0:1::/64"));
    v6.give("p", List.of(ip("fd00::7")));
    assertThatThrownBy(() -> v6.give("q", List.of(ip("fd00:0:0:1::7"))))
        .hasMessageContaining("is that of p");
    assertThat(v6.give("p", List.of(ip("fd00::7"))).mac().toString())
        .isEqualTo("0a:5a:00:00:00:07");
  }

  @Test
  void amongFiveThousandComingsAndGoingsNobodySharesAnAddress() {
    Random random = new Random(1);
    Pool pool = pool("10.0.0.0/22 fd00::/64", "10.0.1.0/24");
    Map<String, Holders.Given> live = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      String name = "p" + random.nextInt(900);
      if (live.remove(name) == null && live.size() < 700) {
        Holders holders = new Holders(pool); // as after a restart: only what is stored is known
        live.forEach((n, g) -> holders.note(n, g.mac(), g.addresses()));
        live.put(name, holders.give(name, List.of()));
      }
    }
    assertThat(live).hasSizeGreaterThan(300);
    assertThat(live.values().stream().flatMap(g -> g.addresses().stream())).doesNotHaveDuplicates();
    assertThat(live.values().stream().map(Holders.Given::mac)).doesNotHaveDuplicates();
  }

  @Test
  void theSameNameGetsTheSameAddressAndTheNextNameNotTheOneThatWasFreed() {
    Pool pool = pool("10.0.0.0/16");
    IpAddress first = new Holders(pool).give("web-0", List.of()).addresses().get(0);
    assertThat(new Holders(pool).give("web-0", List.of()).addresses()).containsExactly(first);
    assertThat(
            IntStream.range(1, 20)
                .mapToObj(i -> new Holders(pool).give("web-" + i, List.of()).addresses().get(0)))
        .doesNotContain(first);
  }
}
