package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UplinkZonesTest {

  private final List<String> problems = new ArrayList<>();

  @Test
  void aNetworkHasTheLowestBlockThatNobodyHasEverHad() {
    Map<String, String> said = Map.of("vlan-zones-gone", "32768", "heddle-owner", "heddle");
    assertThat(UplinkZones.missing(said, List.of("a", "b"), problems))
        .isEqualTo(Map.of("vlan-zones-a", "36864", "vlan-zones-b", "40960"));
    assertThat(problems).isEmpty();
  }

  @Test
  void whatHasABlockKeepsIt() {
    Map<String, String> said = Map.of("vlan-zones-a", "61440");
    assertThat(UplinkZones.of(said)).isEqualTo(Map.of("a", 61_440));
    assertThat(UplinkZones.missing(said, List.of("a"), problems)).isEmpty();
  }

  @Test
  void theNinthHasNoneAndTheOperatorIsTold() {
    Map<String, String> said = new TreeMap<>();
    for (int n = 0; n < UplinkZones.BLOCKS; n++) {
      said.putAll(UplinkZones.missing(said, List.of("p" + n), problems));
    }
    assertThat(said).hasSize(8).containsEntry("vlan-zones-p7", "61440");
    assertThat(UplinkZones.missing(said, List.of("p0", "p8"), problems)).isEmpty();
    assertThat(problems)
        .containsExactly(
            "physical network p8 has no tracking zones, which 8 others have; under policy no IP"
                + " passes there. Remove a vlan-zones-* of br-int that is needed no more.");
  }

  @Test
  void whatANodeSaysIsNotBelievedBlindly() {
    assertThat(
            UplinkZones.of(
                Map.of(
                    "vlan-zones-a", "32768",
                    "vlan-zones-b", "32768",
                    "vlan-zones-c", "28672",
                    "vlan-zones-d", "32769",
                    "vlan-zones-e", "65536",
                    "vlan-zones-f", "x")))
        .isEqualTo(Map.of("a", 32_768));
  }
}
