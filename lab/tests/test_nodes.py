"""Nodes as Mininet users script them: what a userspace switch needs to carry tunnels, and how ports are waited for."""

import socket
import threading
import unittest

from heddle_lab import Lab
from heddle_lab.probe import within
from heddle_lab.settings import LabError
from tests.machine import own_settings, traces

MEGABYTE = bytes(range(256)) * 4096


def tunnelled(lab):
    """red-a on n1 and red-b on n2, joined by hand: Geneve by flow, and two static flows on each node."""
    pods = [lab.plug("red-a", node="n1", mac="0a:00:00:00:00:11", addresses=["10.0.0.11/24"]),
            lab.plug("red-b", node="n2", mac="0a:00:00:00:00:12", addresses=["10.0.0.12/24"])]
    for pod, other in zip(pods, ("n2", "n1")):
        node = lab.nodes[pod.node]
        node.ovs("ovs-vsctl", "add-port", "br-int", "tunnel", "--", "set", "Interface", "tunnel", "type=geneve",
                 "options:remote_ip=flow", "options:key=flow", "--", "set-fail-mode", "br-int", "secure")
        node.ovs("ovs-ofctl", "del-flows", "br-int")
        add_flows(node, pod, lab.nodes[other])
    return pods


def add_flows(node, pod, other):
    node.ovs("ovs-ofctl", "add-flow", "br-int", f"in_port=tunnel,tun_id=5,actions=output:{pod.device}")
    node.ovs("ovs-ofctl", "add-flow", "br-int", f"in_port={pod.device},actions=set_field:5->tun_id,"
             f"set_field:{other.address}->tun_dst,output:tunnel")


class TwoNodes(unittest.TestCase):
    OVS = "3.1"

    @classmethod
    def setUpClass(cls):
        cls.settings = own_settings()
        cls.lab = Lab(nodes=2, ovs=cls.OVS, standalone=True, settings=cls.settings)
        cls.addClassCleanup(cls.gone)
        cls.red_a, cls.red_b = tunnelled(cls.lab)

    @classmethod
    def gone(cls):
        cls.lab.close()
        left = traces(cls.settings)
        if left:
            raise AssertionError(f"left behind: {left}")

    def test_the_very_first_ping_through_a_new_tunnel_is_answered_at_once(self):
        said = self.red_a.sh("ping -c 1 -W 0.5 10.0.0.12")
        self.assertIn("1 received", said)

    def test_tcp_arrives_whole_although_nobody_offloads_checksums(self):
        with within(self.settings.namespace_path("red-b")):
            server = socket.create_server(("10.0.0.12", 0))
        with within(self.settings.namespace_path("red-a")):
            client = socket.create_connection(server.getsockname(), timeout=10)
        connection, _ = server.accept()
        with server, client, connection, connection.makefile("rb") as stream:
            connection.settimeout(10)
            sender = threading.Thread(target=lambda: (client.sendall(MEGABYTE), client.shutdown(socket.SHUT_WR)))
            sender.start()
            self.assertEqual(MEGABYTE, stream.read())
            sender.join()

    def test_each_node_has_its_own_switch_of_the_wanted_version(self):
        for node in self.lab.nodes.values():
            self.assertIn(f"(Open vSwitch) {self.OVS}.", node.ovs("ovs-appctl", "version"))
            self.assertEqual(node.name, node.ovs("ovs-vsctl", "get", "Open_vSwitch", ".", "external_ids:system-id"))
            # What a controller sees of it.
            version = node.ovs("ovs-vsctl", "get", "Open_vSwitch", ".", "ovs_version").strip('"')
            self.assertTrue(version.startswith(f"{self.OVS}."), version)

    def test_a_crashed_switch_is_back_without_its_flows_but_with_its_ports_and_its_tunnel_address(self):
        node = self.lab.nodes["n2"]
        self.assertIn("actions", node.ovs("ovs-ofctl", "dump-flows", "br-int"))
        self.lab.crash("n2")
        self.assertNotIn("actions", node.ovs("ovs-ofctl", "dump-flows", "br-int"))
        add_flows(node, self.red_b, self.lab.nodes["n1"])
        self.assertIn("1 received", self.red_a.sh("ping -c 1 -W 0.5 10.0.0.12"))
        with self.assertRaisesRegex(LabError, "there is no node n3"):
            self.lab.crash("n3")

    def test_a_controller_in_the_root_namespace_is_reached_by_tcp(self):
        with socket.create_server((self.settings.controller_address, 0)) as server:
            server.settimeout(10)
            with within(self.settings.namespace_path("n1")):
                client = socket.create_connection(server.getsockname(), timeout=10)
            with client:
                connection, peer = server.accept()
                connection.close()
        self.assertEqual(self.settings.node_address(1), peer[0])


class WaitingForAController(unittest.TestCase):
    """The test plays the controller: it makes br-int and answers on the interface's row."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(nodes=1, settings=own_settings())
        cls.addClassCleanup(cls.lab.close)
        cls.node = cls.lab.nodes["n1"]

    def test_a_port_waits_for_the_bridge_and_then_for_the_answer(self):
        with self.assertRaisesRegex(LabError, "n1 has no br-int after 1 s"):
            self.lab.plug("early", node="n1", timeout=1)
        self.assertEqual({}, self.lab.pods)

        self.node.ovs("ovs-vsctl", "add-br", "br-int", "--", "set", "Bridge", "br-int", "datapath_type=netdev")
        with self.assertRaisesRegex(LabError, "late .*not installed within 1 s: the controller said nothing"):
            self.lab.plug("late", node="n1", timeout=1)

        device = self.lab.pods["late"].device
        self.node.ovs("ovs-vsctl", "set", "Interface", device, 'external_ids:heddle-condition="no LogicalPort, late"')
        with self.assertRaisesRegex(LabError, "no LogicalPort, late"):
            self.lab.plug("late", node="n1", timeout=1)

        done = threading.Thread(target=lambda: self.lab.plug("late", node="n1", timeout=20))
        done.start()
        self.node.ovs("ovs-vsctl", "set", "Interface", device, "external_ids:heddle-installed=true")
        done.join(timeout=10)
        self.assertFalse(done.is_alive())
        self.assertTrue(self.lab.status()["pods"][0]["installed"])

    def test_it_joins_as_the_contract_says(self):
        said = {k: self.node.ovs("ovs-vsctl", "get", "Open_vSwitch", ".", f"external_ids:{k}").strip('"')
                for k in ("system-id", "heddle-encap-ip", "heddle-datapath-type")}
        wanted = {"system-id": "n1", "heddle-encap-ip": self.node.address, "heddle-datapath-type": "netdev"}
        self.assertEqual(wanted, said)
        self.assertEqual(f"tcp:{self.lab.settings.controller_address}:6640", self.node.ovs("ovs-vsctl", "get-manager"))
