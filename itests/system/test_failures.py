"""What a network is promised when controllers, switches, databases and nodes fail."""

import json
import os

from . import standing
from .installation import Refused, await_none, document
from .standing import EXAMPLE_PORTS, NODES, Promises, at, figures
from .traffic import Changes, Ping, Udp, unread

setUpModule = standing.begin

# All of it is more than a build should take every time: ./heddle test --all.
KILLS, PACKETS, CHANGES = (3, 60_000, 20) if os.environ.get("HEDDLE_TEST_ALL") else (1, 15_000, 4)
NOTHING = {"n1": 0, "n2": 0}


def bindings():
    """Which ports the model knows to be plugged in where, with number and zone of their interfaces."""
    return {b["metadata"]["name"]: b["spec"] for b in at.get("bindings")["items"]}


def devices():
    """The interface row of each pod as its node's database has it, but for what it counts."""
    return {p["name"]: at.node(p["node"], "ovs-vsctl", "--columns=name,ofport,external_ids", "list", "Interface",
                               p["device"])
            for p in json.loads(at.heddle("lab", "status", "-o", "json"))["pods"]}


def state():
    """What must be the same after any failure; zones with it, which stand on the bridge and in the bindings."""
    return {"bindings": bindings(), "devices": devices(),
            "zones": {n: at.node(n, "ovs-vsctl", "get", "Bridge", "br-int", "external_ids") for n in NODES}}


class Failures(Promises):
    def setUp(self):
        super().setUp()
        self.state = state()

    def as_before(self):
        super().as_before()
        await_none(lambda: [k for k, v in state().items() if v != self.state[k]], 60, "bindings, rows and zones as before")
        self.assertEqual({}, self.wrong())

    def mods(self, since):
        return {n: at.sent()[n] - since[n] for n in NODES}


class Controllers(Failures):
    def test_udp_between_two_nodes_does_not_notice_that_the_controller_is_killed_and_restarted(self):
        control = Udp(at, "red-a", "red-b", "10.0.0.12")
        control.wait(PACKETS)
        control = control.stop()
        watches = {n: Changes(at, n) for n in NODES}
        unread_before = unread(at, NODES)
        traffic = Udp(at, "red-a", "red-b", "10.0.0.12")
        self.addCleanup(at.start)
        sent = []
        for number in range(KILLS):
            # As far apart as the packets allow, or at once when this machine was slow to start the one before.
            traffic.wait(PACKETS * number // KILLS + 1_000)
            at.kill()
            at.start()
            at.settled(timeout=120)
            at.realized(*EXAMPLE_PORTS, timeout=120)
            at.barrier()
            sent.append(at.sent())
        traffic.wait(PACKETS)
        found = traffic.stop()
        starved = unread(at, NODES) - unread_before
        events = {n: len(w.stop()) for n, w in watches.items()}
        figures["UDP while the controller is killed"] = {
            "kills": KILLS, "flow-mods after each restart": sent, "changes the switches saw": events,
            "with kills": found, "not read by a switch": starved, "control": control}
        self.as_before()
        self.assertEqual([NOTHING] * KILLS, sent)
        self.assertEqual(NOTHING, events)
        self.assertGreaterEqual(found["sent"], PACKETS)
        self.assertLessEqual(found["lost"], control["lost"] + starved)


class Switches(Failures):
    def test_a_killed_switch_gets_its_flows_back_and_keeps_the_numbers_of_its_ports(self):
        sent = at.sent()
        at.heddle("lab", "kill", "n1", "--only", "vswitchd")
        at.heddle("lab", "start", "n1")
        await_none(lambda: set(self.before["n1"]) ^ set(at.dump("n1")), 120, "the flows of n1")
        at.realized(*EXAMPLE_PORTS, timeout=120)
        at.barrier()
        mods = self.mods(sent)
        figures["ovs-vswitchd killed"] = {"flows": len(self.before["n1"]), "flow-mods": mods}
        self.as_before()
        self.assertEqual({"n1": len(self.before["n1"]), "n2": 0}, mods)

    def test_a_database_that_is_restarted_loses_nothing(self):
        sent, watch = at.sent(), Changes(at, "n1")
        at.heddle("lab", "crash", "n1", "--only", "ovsdb")
        at.barrier()
        at.realized(*EXAMPLE_PORTS, timeout=120)
        mods, events = self.mods(sent), len(watch.stop())
        figures["ovsdb-server killed"] = {"flow-mods": mods, "changes the switch saw": events}
        self.as_before()
        self.assertEqual((NOTHING, 0), (mods, events))

    def test_a_node_that_died_whole_is_named_holds_up_nobody_and_comes_back(self):
        sent = at.sent()
        at.heddle("lab", "kill", "n2")
        await_none(lambda: [n["metadata"]["name"] for n in at.get("nodes")["items"]
                            if n["metadata"]["name"] == "n2" and n["status"]["connected"]], 120, "n2 to be away")
        with self.another_port("n1") as port:
            # It waits for n2 no longer, and says so.
            at.realized(port)
            realized = next(c for c in at.get(f"logicalports/{port}")["status"]["conditions"]
                            if c["type"] == "Realized")
            self.assertIn("n2", realized["message"])
            self.assertEqual(3, self.answered(port, "10.0.0.11"))
        at.heddle("lab", "start", "n2")
        at.settled(timeout=120)
        at.barrier()
        mods = self.mods(sent)
        figures["a node killed and started"] = {"flows": len(self.before["n2"]), "flow-mods": mods}
        self.as_before()
        self.assertEqual(len(self.before["n2"]), mods["n2"], "what came and went meanwhile is not sent")

    def another_port(self, node, name="red-d"):
        return Another(node, name)


class Hanging(Failures):
    def test_packets_that_a_switch_standing_still_does_not_read_are_counted_one_by_one(self):
        before = unread(at, NODES)
        traffic = Udp(at, "red-a", "red-b", "10.0.0.12")
        self.addCleanup(at.heddle, "lab", "hang", "n2", "off")
        at.heddle("lab", "hang", "n2")
        traffic.wait(3_000)
        at.heddle("lab", "hang", "n2", "off")
        traffic.wait(4_000)
        lost, counted = traffic.stop()["lost"], unread(at, NODES) - before
        figures["a switch stood still"] = {"lost": lost, "not read by a switch": counted}
        self.as_before()
        self.assertGreater(lost, 0)
        self.assertLessEqual(lost, counted)

    def test_a_node_that_hangs_delays_no_other_and_then_gets_one_difference(self):
        flows = self.flows_of_a_port()
        sent, watch = at.sent(), Changes(at, "n2")
        self.addCleanup(at.heddle, "lab", "hang", "n2", "off")
        at.heddle("lab", "hang", "n2")
        for _ in range(CHANGES):
            with Another("n1", "red-d") as port:
                # Its own node has answered on its own row, so `lab plug` returned; and it works there.
                self.assertEqual(3, self.answered(port, "10.0.0.13"))
        at.confirmed(nodes=("n1",))  # the last removal, too, is counted
        hanging = self.mods(sent)
        with Another("n1", "red-d") as port:
            at.heddle("lab", "hang", "n2", "off")
            at.settled(timeout=120)
            at.realized(port, timeout=120)
            at.barrier()
            mods, events = self.mods(sent), len(watch.stop())
            await_none(lambda: not self.answered(port, "10.0.0.12"), 20, f"{port} reaches red-b")
        figures["a node hangs"] = {
            "ports added and removed meanwhile": CHANGES, "flows of a port": flows,
            "flow-mods while it hangs": hanging, "flow-mods with the last port": mods, "changes n2 saw": events}
        self.as_before()
        # n1 got every port and lost it again; n2 got what was on its way when it stopped, then the last state.
        self.assertEqual(2 * CHANGES * flows["n1"], hanging["n1"])
        self.assertLessEqual(hanging["n2"], 2 * flows["n2"])
        self.assertLessEqual(mods["n2"], 4 * flows["n2"])
        self.assertLessEqual(events, 4 * flows["n2"])

    def flows_of_a_port(self):
        """How many modifications one more port on n1 takes on each node. All of them, and the removals, are done."""
        sent = at.sent()
        with Another("n1", "red-d") as port:
            at.realized(port)
            at.barrier()
            taken = self.mods(sent)
        at.barrier()
        return taken


class Another:
    """One more port of tenant red and its pod, while the block runs. It is installed on its own node."""

    def __init__(self, node, name):
        self.node, self.name = node, name

    def __enter__(self):
        at.rest("PUT", f"logicalports/{self.name}", document("LogicalPort", self.name, {
            "switch": "tenant-red", "mac": "0a:00:00:00:00:14", "addresses": ["10.0.0.14"]}))
        at.heddle("lab", "plug", self.node, self.name, "--mac", "0a:00:00:00:00:14", "--ip", "10.0.0.14/24")
        # Installed is not enforced: a packet may meet what the switch cached before.
        for _ in range(2):
            at.node(self.node, "ovs-appctl", "revalidator/wait")
        return self.name

    def __exit__(self, *_):
        at.heddle("lab", "unplug", self.name)
        at.rest("DELETE", f"logicalports/{self.name}")


class Outside(Failures):
    def test_a_localnet_port_reaches_its_vlan_outside_from_every_node_and_no_other(self):
        self.addCleanup(self.forget)
        for name, tag in (("www", 10), ("other", 20), ("plain", 0)):
            at.heddle("lab", "outside", name, "--tag", str(tag), "--ip", f"192.0.2.{100 + tag}/24")
        self.assertEqual(200, at.rest("POST", "transactions", [
            document("LogicalSwitch", "office", {"subnets": ["192.0.2.0/24"]}),
            document("LogicalPort", "office-out", {
                "switch": "office", "type": "localnet", "physicalNetwork": "physnet1", "tag": 10}),
            *(document("LogicalPort", f"office-{n}", {
                "switch": "office", "mac": f"0a:00:00:00:02:0{n}", "addresses": [f"192.0.2.{n}"]}) for n in (1, 2))])[0])
        for n in (1, 2):
            at.heddle("lab", "plug", f"n{n}", f"office-{n}", "--mac", f"0a:00:00:00:02:0{n}", "--ip", f"192.0.2.{n}/24")
        at.realized("office-1", "office-2", "office-out")
        for node in NODES:
            for _ in range(2):
                at.node(node, "ovs-appctl", "revalidator/wait")
        found = {f"{one} to {address}": self.answered(one, f"192.0.2.{address}") for one, address in (
            ("office-1", 110), ("office-2", 110), ("www", 1), ("www", 2), ("office-1", 2), ("office-1", 120),
            ("office-1", 100), ("other", 1), ("plain", 2))}
        figures["localnet"] = found
        self.assertEqual([3, 3, 3, 3, 3, 0, 0, 0, 0], list(found.values()), found)
        self.assertEqual(['"32768"'] * 2, [at.node(n, "ovs-vsctl", "get", "Bridge", "br-int",
                                                   "external_ids:vlan-zones-physnet1").strip() for n in NODES])
        self.forget()
        self.as_before()

    def forget(self):
        for n in (1, 2):
            try:
                at.heddle("lab", "unplug", f"office-{n}")
            except Refused:
                pass  # it is gone already, or never came
        at.rest("POST", "transactions", [{"delete": {"kind": k, "name": n}} for k, n in (
            ("LogicalPort", "office-out"), ("LogicalPort", "office-1"), ("LogicalPort", "office-2"),
            ("LogicalSwitch", "office"))])
        for node in NODES:
            at.node(node, "ovs-vsctl", "remove", "Open_vSwitch", ".", "external_ids", "heddle-bridge-mappings")
            # The zones of its VLANs stay a network's own for ever, unless an operator says otherwise.
            at.node(node, "ovs-vsctl", "remove", "Bridge", "br-int", "external_ids", "vlan-zones-physnet1")
