"""The node's own interface, on a node without a controller: the test answers instead."""

import subprocess
import threading

from .called import BINARY, facts, link_of
from .test_alone import DUAL, Alone

LINK = link_of("", "heddle0")


class Host(Alone):
    def facts(self):
        return facts(self.node.params["path"], "heddle0")

    def made(self, *arguments):
        """heddle-cni host, answered meanwhile; what it said."""
        answering = threading.Thread(target=lambda: self.at.answer(LINK, **DUAL))
        answering.start()
        code, said = self.at.host("--iface-id", "host.n1", *arguments)
        answering.join(timeout=30)
        self.assertEqual(0, code, said)
        return said

    def removed(self):
        self.assertEqual((0, "what was made for heddle0 is removed"), self.at.host("--remove"))
        self.assertNotIn("heddle0", self.node.sh("ip -o link"))

    def test_it_is_made_mended_and_removed(self):
        self.assertEqual("heddle0 is port host.n1: 0a:00:00:00:00:11, [10.0.0.11/24 fd00::11/64]", self.made())
        wanted = {"mac": "0a:00:00:00:00:11", "mtu": 1400, "up": True, "addresses": ["10.0.0.11/24", "fd00::11/64"],
                  "tentative": [], "default": []}  # the node's default route is its own
        self.assertEqual(wanted, self.facts())
        self.assertIn("tx-checksumming: off", self.node.sh("ethtool -k heddle0"))
        self.nothing_left([LINK])
        # Again, with all that may differ.
        self.node.sh("ip addr add 10.0.0.99/24 dev heddle0; ip link set heddle0 mtu 1500 address 0a:00:00:00:00:77")
        self.assertEqual(0, self.at.host("--iface-id", "host.n1")[0])
        self.assertEqual(wanted, self.facts())
        # The node was started anew: rows stay, devices do not.
        # What the rows say is not believed then.
        self.node.sh(f"ip link del {LINK}")
        self.assertEqual(1, self.at.host("--iface-id", "host.n1", "--timeout", "1s")[0])
        self.made()
        self.assertEqual(wanted, self.facts())
        # GC of any network leaves it.
        self.at.call("GC", keys={"cni.dev/valid-attachments": []})
        self.nothing_left([LINK])
        self.removed()
        self.removed()

    def test_another_port_for_the_same_device_waits_for_its_own_answer(self):
        self.made()
        code, said = self.at.host("--iface-id", "other", "--timeout", "1s")
        self.assertEqual((1, True), (code, "the controller said nothing of port other" in said), said)
        self.assertEqual("other", self.node.external_ids(LINK)["iface-id"])
        self.at.answer(LINK, **{**DUAL, "ips": "10.0.0.12/24"})
        self.assertEqual(0, self.at.host("--iface-id", "other")[0])
        self.assertEqual(["10.0.0.12/24"], self.facts()["addresses"])
        self.removed()

    def test_pods_go_through_it_where_the_configuration_says_so(self):
        self.at.configuration["gateway"] = "host"
        self.refused(50, "STATUS")
        netns = self.at.namespace("early")
        process = self.at.begin("ADD", "early", netns=netns)
        self.at.answer(link_of("early-sandbox"), **{**DUAL, "ips": "10.0.0.21/24"})
        with self.assertRaisesRegex(Exception, "11: this node has no interface of its own in the port's subnet yet"):
            self.at.end(process)
        self.made()
        self.at.call("STATUS")
        netns, result = self.attached("pod", {**DUAL, "ips": "10.0.0.21/24,fd00::21/64", "mac": "0a:00:00:00:00:21"})
        self.assertEqual(["10.0.0.11", "fd00::11"], facts(netns)["default"])
        self.assertEqual(["10.0.0.11", "fd00::11"], [i["gateway"] for i in result["ips"]])
        self.at.call("CHECK", "pod", netns=netns, keys={"prevResult": result})
        self.at.call("DEL", "pod", netns=netns)
        self.removed()

    def test_what_it_does_not_understand_or_did_not_make_it_leaves_alone(self):
        for arguments in ([], ["--iface-id", "a b"], ["--iface-id", "x", "--device", "a/b"], ["--iface-id", "x", "y"],
                          ["--remove", "--iface-id", "x"], ["--iface-id", "x", "--timeout", "0s"]):
            with self.subTest(arguments):
                self.assertEqual(2, self.at.host(*arguments)[0])
        self.node.sh("ip link add heddle0 type veth peer name other0")
        code, said = self.at.host("--iface-id", "x")
        self.assertEqual((1, True), (code, "which this command did not make: heddle0" in said), said)
        self.assertEqual((0, "what was made for heddle0 is removed"), self.at.host("--remove"))
        self.assertIn("heddle0", self.node.sh("ip -o link"))
        self.node.sh("ip link del heddle0")
        self.assertEqual(2, subprocess.run([str(BINARY), "oops"], capture_output=True).returncode)
