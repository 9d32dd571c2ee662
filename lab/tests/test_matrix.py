"""The matrix tells who got a packet, although tenants share addresses: right where they are apart, wrong where not."""

import unittest

from heddle_lab import Lab, documents, probe
from tests.machine import own_settings
from tests.test_values import EXAMPLE


class OneSwitchTwoTenants(unittest.TestCase):
    """All six pods on one learning switch; tenants are apart only if their ports carry different VLAN tags."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(nodes=1, standalone=True, settings=own_settings())
        cls.addClassCleanup(cls.lab.close)
        cls.ports = [documents.Port(p.name, p.switch, p.mac, p.addresses, None)
                     for p in documents.ports(documents.read(EXAMPLE))]
        cls.lab.plug_all(cls.ports)

    def matrix(self, tags, timeout=1.0):
        node = self.lab.nodes["n1"]
        for port in self.ports:
            node.ovs("ovs-vsctl", "set", "Port", self.lab.pods[port.name].device, f"tag={tags[port.switch]}")
        for pod in self.lab.pods.values():
            pod.sh("ip neigh flush dev eth0")
        node.ovs("ovs-appctl", "fdb/flush", "br-int")
        return probe.matrix(self.ports, self.lab.status()["pods"], self.lab.settings.namespace_path, timeout, 0.2)

    def test_tenants_with_tags_of_their_own_are_apart(self):
        found = self.matrix({"tenant-red": 10, "tenant-blue": 20})
        self.assertEqual([], [c for c in found["cells"] if c["verdict"] != "ok"])
        self.assertEqual((30, 0), (found["right"], found["wrong"]))
        reached = [c for c in found["cells"] if c["expect"] == "reach"]
        self.assertEqual(12, len(reached))
        for cell in reached:
            self.assertEqual([cell["to"]], cell["answered_by"])
            self.assertTrue(cell["broadcast_seen"])

    def test_a_shared_switch_leaks_in_every_cell_across_tenants(self):
        found = self.matrix({"tenant-red": 10, "tenant-blue": 10})
        across = [c for c in found["cells"] if c["expect"] == "apart"]
        self.assertEqual(18, len(across))
        self.assertEqual({"wrong: leaked"}, {c["verdict"] for c in across})

    def test_a_pod_whose_answer_is_stolen_by_its_double_is_found(self):
        # red-b stands in blue's VLAN: red-a finds nobody, and blue's pods may be answered by the wrong one.
        node, device = self.lab.nodes["n1"], self.lab.pods["red-b"].device
        self.matrix({"tenant-red": 10, "tenant-blue": 20})
        node.ovs("ovs-vsctl", "set", "Port", device, "tag=20")
        found = probe.matrix(self.ports, self.lab.status()["pods"], self.lab.settings.namespace_path, 1.0, 0.2)
        wrong = {(c["from"], c["to"]) for c in found["cells"] if c["verdict"] != "ok"}
        self.assertTrue({("red-a", "red-b"), ("red-b", "red-a"), ("blue-a", "red-b"), ("red-b", "blue-a")} <= wrong,
                        wrong)
        self.assertNotIn(("red-a", "red-c"), wrong)

    def test_a_pod_that_is_down_is_a_wrong_cell_not_a_right_one(self):
        self.matrix({"tenant-red": 10, "tenant-blue": 20})
        pod = self.lab.pods["red-a"]
        pod.sh("ip link set eth0 down")
        self.addCleanup(pod.configure, pod.mac, pod.addresses)
        found = probe.matrix(self.ports, self.lab.status()["pods"], self.lab.settings.namespace_path, 1.0, 0.2)
        cells = {(c["from"], c["to"]): c["verdict"] for c in found["cells"]}
        self.assertEqual("wrong: no reply", cells["red-b", "red-a"])
        self.assertEqual("wrong: nothing was sent", cells["red-a", "blue-a"])
