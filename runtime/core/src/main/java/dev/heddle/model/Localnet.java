package dev.heddle.model;

import java.util.regex.Pattern;

/**
 * One segment of a physical network: what a localnet port stands for.
 *
 * @param physicalNetwork as nodes name it in {@code heddle-bridge-mappings}
 * @param tag VLAN, 1 to 4094; 0 for frames without a tag
 */
public record Localnet(String physicalNetwork, int tag) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,63}");

  /**
   * Reads what a user wrote of a localnet port.
   *
   * @throws RefusedException if the network is missing or the tag out of range
   */
  static Localnet of(String spec, String physicalNetwork, Integer tag) {
    if (physicalNetwork == null || !NAME.matcher(physicalNetwork).matches()) {
      throw new RefusedException(
          spec + "physicalNetwork",
          "a name of heddle-bridge-mappings is expected: 1 to 63 letters, digits, '.', '_', '-'");
    }
    if (tag != null && (tag < 1 || tag > 4094)) {
      throw new RefusedException(spec + "tag", "a VLAN from 1 to 4094 is expected");
    }
    return new Localnet(physicalNetwork, tag == null ? 0 : tag);
  }

  @Override
  public String toString() {
    return tag == 0 ? physicalNetwork + " without VLAN" : "VLAN " + tag + " of " + physicalNetwork;
  }
}
