package dev.heddle.laws;

import dev.heddle.openflow.session.OnRealOvs;
import org.junit.jupiter.api.extension.ExtendWith;

/** The scenarios of unknown addresses over VXLAN, with a real Open vSwitch as witness. */
@ExtendWith(OnRealOvs.class)
class UnknownAddressOverVxlanOnRealOvsTest extends UnknownAddressOverVxlanTest {}
