package com.acme.blocklist;

import dev.heddle.l2.L2Switching;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.simulator.Net;
import org.junit.jupiter.api.Test;

class BlocklistTest {
  @Test
  void aBlockedAddressIsUnreachableAndTheRestIsNot() {
    try (Net net = Net.with(new L2Switching(), new Placement(), new Blocklist())) {
      net.sw("s").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n1");
      net.port("c", "10.0.0.3").on("n2").put("Blocked", "c", "address", "10.0.0.3");
      net.from("a").ping("b").arrives();
      net.from("a").ping("c").isDroppedAt("acme-blocklist");
    }
  }
}
