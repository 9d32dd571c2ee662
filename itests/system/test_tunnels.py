"""Two nodes that speak VXLAN, or both encapsulations, or nothing in common; and that watch each other by BFD."""

import re

from . import standing
from .installation import await_none
from .standing import NODES, Promises, at

setUpModule = standing.begin

GENEVE, VXLAN = "65000", "65001"


def say(node, key, value):
    """Sets what the operator of a node says in its database; None takes it back."""
    what = ("remove", "Open_vSwitch", ".", "external_ids", key) if value is None else (
        "set", "Open_vSwitch", ".", f'external_ids:{key}="{value}"')
    at.node(node, "ovs-vsctl", "--no-wait", *what)


def received(port):
    """How many packets have come to n2 by a tunnel port; 0 if there is none."""
    counters = at.node("n2", "ovs-ofctl", "-O", "OpenFlow13", "dump-ports", "br-int")
    found = re.search(rf"port +{port}: rx pkts=(\d+)", counters)
    return int(found[1]) if found else 0


def ports(node):
    return set(at.node(node, "ovs-vsctl", "list-ports", "br-int").split())


class Tunnels(Promises):
    def tearDown(self):
        for node in NODES:
            say(node, "heddle-encap-type", None)
            say(node, "heddle-bfd", None)
        self.speaking("heddle-geneve")
        await_none(lambda: [p for n in NODES for p in ports(n) if p.startswith("heddle-bfd")], 20, "no port for BFD")
        self.as_before()

    def speaking(self, *wanted):
        """Waits until both nodes have these tunnel ports and no other, and the model knows it."""
        types = [w.removeprefix("heddle-") for w in wanted]
        spec = None if types == ["geneve"] else types
        await_none(lambda: [n for n in NODES if ports(n) & {"heddle-geneve", "heddle-vxlan"} != set(wanted)], 20,
                   f"tunnel ports {wanted}")
        await_none(lambda: [n for n in NODES if at.get(f"nodes/{n}")["spec"].get("encapTypes") != spec], 20,
                   f"the model knows {types}")
        at.settled()

    def passes(self, by, other):
        """A ping from n1 to n2 comes by this port and not by that one."""
        before, others = received(by), received(other)
        self.assertEqual(10, self.answered("red-a", "10.0.0.12", 10))
        await_none(lambda: received(by) < before + 10, 20, f"packets by port {by}")
        self.assertEqual(others, received(other))

    def test_two_nodes_that_speak_vxlan_reach_each_other_as_by_geneve_and_no_other(self):
        for node in NODES:
            say(node, "heddle-encap-type", "vxlan")
        self.speaking("heddle-vxlan")
        self.answered("red-a", "10.0.0.12")  # a new tunnel asks for the underlay's address first
        self.passes(VXLAN, GENEVE)
        self.assertEqual({}, self.wrong())

    def test_both_spoken_is_geneve(self):
        for node in NODES:
            say(node, "heddle-encap-type", "geneve,vxlan")
        self.speaking("heddle-geneve", "heddle-vxlan")
        self.answered("red-a", "10.0.0.12")
        self.passes(GENEVE, VXLAN)
        self.assertEqual({}, self.wrong())

    def test_nothing_in_common_is_a_sentence_on_the_switch_and_no_way(self):
        say("n2", "heddle-encap-type", "vxlan")
        await_none(lambda: "heddle-vxlan" not in ports("n2"), 20, "the port of n2")

        def condition():
            return next(c for c in at.get("logicalswitches/tenant-red")["status"]["conditions"]
                        if c["type"] == "Realized")

        await_none(lambda: condition()["reason"] != "NoTunnel" and condition(), 20, "the switch says so")
        self.assertEqual("Between n1 (geneve) and n2 (vxlan) there is no tunnel: they have no encapsulation in common.",
                         condition()["message"])
        at.settled()
        self.assertEqual(0, self.answered("red-a", "10.0.0.12"))

    def test_bfd_is_up_then_down_when_the_wire_is_cut_then_up_and_traffic_goes_on_beside_it(self):
        say("n1", "heddle-bfd", "n2")
        self.watched("up", "n2 at {} answers.", "n1 at {} answers.")
        self.passes(GENEVE, VXLAN)
        self.assertEqual({}, self.wrong())
        at.heddle("lab", "partition", "n1", "n2")
        self.addCleanup(at.heddle, "lab", "partition", "n1", "n2", "off")
        self.watched("down", "n2 at {} does not answer: Control Detection Time Expired.",
                     "n1 at {} does not answer: Control Detection Time Expired.")
        at.heddle("lab", "partition", "n1", "n2", "off")
        self.watched("up", "n2 at {} answers.", "n1 at {} answers.")

    def watched(self, state, by_n1, by_n2):
        def wrong():
            said = {n: at.get(f"nodes/{n}")["status"]["bfd"] for n in NODES}
            address = {n: at.get(f"nodes/{n}")["spec"]["encapAddress"] for n in NODES}
            wanted = {"n1": [{"peer": "n2", "state": state, "message": by_n1.format(address["n2"])}],
                      "n2": [{"peer": "n1", "state": state, "message": by_n2.format(address["n1"])}]}
            return said != wanted and said

        await_none(wrong, 60, f"BFD {state}")
