"""The bench in small, with counts and no times: two nodes of 10 ports each, on the machine's own Open vSwitch."""

import shutil
import tempfile
import unittest

from scale.drivers import heddle
from scale.rig import Rig, cold_start, port_up, restarts
from scale.scenario import tenants
from scale.sim import Programs, stat


class InSmall(unittest.TestCase):
    def run_all(self, driver, programs):
        base = tempfile.mkdtemp(prefix="heddle-scale-")
        self.addCleanup(shutil.rmtree, base, True)
        rig = Rig(driver, programs, base, tenants(2, 20, 10))
        try:
            s2 = cold_start(rig)
            s1 = port_up(rig, 4)
            _, _, flows, _ = rig.settle(1.0)
            s4 = restarts(rig)
            mine = [pid for pids in rig.driver.processes().values() for pid in pids]
        finally:
            rig.stop()
        mine += [pid for node in rig.nodes for pid in (node.switch_pid, node.database_pid)]
        self.assertEqual([pid for pid in mine if (stat(pid) or "Z")[0] != "Z"], [])
        # Both nodes have five ports of each of two switches, and two events each: what they hold is alike.
        self.assertGreater(s2["flows_per_node"][0], 20)
        self.assertEqual(s2["flows_per_node"][0], s2["flows_per_node"][1])
        self.assertEqual(s1["events"], 4)
        self.assertEqual(s1["nodes_changed"], 2)
        self.assertIn("up", s1["median_ms"])
        self.assertIn("installed", s1["median_ms"])
        self.assertEqual(flows[0], flows[1])
        self.assertEqual(s4["central"]["flow_changes"], 0)
        self.assertEqual(s4["central"]["lowest_flows_pct"], 100.0)
        return s1, s2, s4, flows


class Smoke(InSmall):
    def test_heddle_makes_as_many_flows_as_it_says_and_sends_none_after_a_restart(self):
        s1, s2, s4, flows = self.run_all(heddle.Driver, Programs())
        # A port more: thirteen flows on its own node, on the other one that which answers and that which switches.
        self.assertLessEqual(s1["flow_changes"], 15)
        self.assertEqual(s2["sent_per_node"], s2["flows_per_node"])
        self.assertEqual(s4["central"]["flow_mods"], 0)
        self.assertEqual(s4["central"]["flows_per_node"], flows[0])
