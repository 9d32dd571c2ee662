package dev.heddle.laws;

import dev.heddle.openflow.session.OnRealOvs;
import org.junit.jupiter.api.extension.ExtendWith;

/** The scenarios of logical switches over VXLAN, with a real Open vSwitch as witness. */
@ExtendWith(OnRealOvs.class)
class SwitchingOverVxlanOnRealOvsTest extends SwitchingOverVxlanTest {}
