package dev.heddle.laws;

import dev.heddle.openflow.session.OnRealOvs;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The scenarios of ways to physical networks, word for word, with a real Open vSwitch as witness.
 */
@ExtendWith(OnRealOvs.class)
class LocalnetOnRealOvsTest extends LocalnetScenariosTest {}
