package dev.heddle.model;

/**
 * One segment of a physical network: what a localnet port stands for.
 *
 * @param physicalNetwork as nodes name it in {@code heddle-bridge-mappings}
 * @param tag VLAN, 1 to 4094; 0 for frames without a tag
 */
public record Localnet(String physicalNetwork, int tag) {

  @Override
  public String toString() {
    return tag == 0 ? physicalNetwork + " without VLAN" : "VLAN " + tag + " of " + physicalNetwork;
  }
}
