"""What may befall a lab, on two nodes joined by a tunnel that is made by hand."""

import json
import signal
import struct
import subprocess
import sys
import unittest

from heddle_lab import Lab
from heddle_lab.settings import LabError
from tests.machine import environment, heddle_lab, own_settings, traces
from tests.test_nodes import add_flows, tunnelled


class TwoNodesInTrouble(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.settings = own_settings()
        cls.lab = Lab(nodes=2, standalone=True, settings=cls.settings)
        cls.addClassCleanup(cls.gone)
        cls.red_a, cls.red_b = tunnelled(cls.lab)

    @classmethod
    def gone(cls):
        cls.lab.close()
        left = traces(cls.settings)
        if left:
            raise AssertionError(f"left behind: {left}")

    def answered(self):
        return "1 received" in self.red_a.sh("ping -c 1 -W 0.5 10.0.0.12 || true")

    def conditions(self):
        return [n["condition"] for n in self.lab.status()["nodes"]]

    def test_a_killed_node_stays_away_until_it_is_started_and_keeps_its_ports(self):
        node = self.lab.nodes["n2"]
        self.lab.kill("n2")
        self.assertEqual((["up", "killed"], False), (self.conditions(), self.answered()))
        with self.assertRaisesRegex(LabError, "ovsdb-server does not run"):
            self.lab.kill("n2")
        with self.assertRaisesRegex(LabError, "n2 was killed: heddle lab start n2"):
            self.lab.plug("late", node="n2")
        self.lab.start("n2")
        add_flows(node, self.red_b, self.lab.nodes["n1"])
        self.assertEqual((["up", "up"], True), (self.conditions(), self.answered()))
        self.lab.start("n2")  # twice is once

    def test_a_database_killed_alone_comes_back_and_the_switch_has_kept_its_flows(self):
        node = self.lab.nodes["n2"]
        before, switch = node.ovs("ovs-ofctl", "--no-stats", "dump-flows", "br-int"), node.daemon("vswitchd")
        self.lab.kill("n2", "ovsdb")
        # A userspace datapath stands still while its daemon waits for its database, so nothing is sent here.
        self.assertEqual(["up", "killed"], self.conditions())
        self.lab.start("n2")
        self.assertEqual((["up", "up"], True), (self.conditions(), self.answered()))
        self.assertEqual((before, switch), (
            node.ovs("ovs-ofctl", "--no-stats", "dump-flows", "br-int"), node.daemon("vswitchd")))

    def test_a_node_that_hangs_passes_nothing_and_goes_on_as_it_was(self):
        pids = [self.lab.nodes["n2"].daemon(d) for d in ("ovsdb", "vswitchd")]
        self.lab.hang("n2")
        self.lab.hang("n2")
        self.assertEqual((["up", "hangs"], False), (self.conditions(), self.answered()))
        with self.assertRaisesRegex(LabError, "n2 hangs: heddle lab hang n2 off"):
            self.lab.unplug("red-b")
        self.lab.hang("n2", on=False)
        self.assertEqual((["up", "up"], True), (self.conditions(), self.answered()))
        self.assertEqual(pids, [self.lab.nodes["n2"].daemon(d) for d in ("ovsdb", "vswitchd")])

    def test_a_partition_cuts_two_nodes_only_outlives_a_crash_and_is_mended(self):
        self.lab.partition("n1", "n2")
        self.assertFalse(self.answered())
        self.assertEqual([[self.lab.nodes["n2"].address], [self.lab.nodes["n1"].address]],
                         [n["cut_from"] for n in self.lab.status()["nodes"]])
        for node in self.lab.nodes.values():
            node.sh(f"ping -c 1 -W 2 {self.settings.controller_address}")  # raises if there is no answer
        self.lab.crash("n2")
        add_flows(self.lab.nodes["n2"], self.red_b, self.lab.nodes["n1"])
        self.lab.partition("n1", "n2", on=False)
        self.lab.partition("n1", "n2")
        self.assertFalse(self.answered())
        self.lab.partition("n2", "n1", on=False)
        self.assertTrue(self.answered())
        for ends in (("n1", "n1"), ("controller", "controller"), ("n1", "n3")):
            with self.assertRaises(LabError):
                self.lab.partition(*ends)

    def test_a_capture_holds_what_a_pod_and_what_the_underlay_saw(self):
        for name, device, wanted in (("red-b", "eth0", b"heddle-was"), ("n2", "underlay0", b"heddle-was")):
            file = self.settings.directory / f"{name}.pcap"
            capture = self.capture(name, device, file)
            self.red_a.sh(f"ping -c 1 -W 2 -s 40 -p {b'heddle-was-here'.hex()} 10.0.0.12")
            capture.send_signal(signal.SIGINT)
            said = capture.communicate(timeout=20)[0]
            self.assertEqual(0, capture.returncode)
            self.assertRegex(said, r"^[1-9]\d* packets in ")
            data = file.read_bytes()
            self.assertEqual(0xa1b2c3d4, struct.unpack("=I", data[:4])[0])  # pcap-savefile(5)
            self.assertIn(wanted, data)
            file.unlink()

    def capture(self, name, device, file):
        """A capture that has begun. In a process of its own: signals end it."""
        code = f"from heddle_lab.capture import to; print(to({str(self.settings.namespace_path(name))!r}, " \
               f"{device!r}, {str(file)!r}))"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, env=environment(self.settings))
        self.assertIn("capturing", process.stderr.readline())
        return process


class Outside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.settings = own_settings()
        cls.lab = Lab(nodes=1, standalone=True, settings=cls.settings)
        cls.addClassCleanup(TwoNodesInTrouble.gone.__func__, cls)

    def reaches(self, one, address):
        return "1 received" in self.lab.machines[one].sh(f"ping -c 1 -W 0.5 {address} || true")

    def test_machines_of_one_vlan_meet_others_do_not_and_every_node_is_on_the_trunk(self):
        for name, tag, address in (("ten-a", 10, "192.0.2.1/24"), ("ten-b", 10, "192.0.2.2/24"),
                                   ("twenty", 20, "192.0.2.3/24"), ("plain", 0, "192.0.2.4/24")):
            self.lab.outside(name, tag=tag, addresses=[address])
        self.assertTrue(self.reaches("ten-a", "192.0.2.2"))
        self.assertFalse(self.reaches("ten-a", "192.0.2.3"))
        self.assertFalse(self.reaches("ten-a", "192.0.2.4"))
        self.lab.up(2)  # a node that comes later is connected, too
        for node in self.lab.nodes.values():
            self.assertEqual("physnet1:br-physnet1", node.ovs(
                "ovs-vsctl", "get", "Open_vSwitch", ".", "external_ids:heddle-bridge-mappings").strip('"'))
        # n2 speaks with a tag and without one, as a localnet port makes it do.
        n2 = self.lab.nodes["n2"]
        n2.ovs("ovs-vsctl", "add-port", "br-physnet1", "ten", "tag=10", "--", "set", "Interface", "ten", "type=internal")
        n2.sh("ip addr add 192.0.2.9/24 dev ten; ethtool -K ten tx off >/dev/null; ip link set ten up")
        self.assertTrue(self.reaches("ten-a", "192.0.2.9"))
        self.assertFalse(self.reaches("twenty", "192.0.2.9"))
        n2.ovs("ovs-vsctl", "remove", "Port", "ten", "tag", "10")
        self.assertFalse(self.reaches("ten-b", "192.0.2.9"))
        self.assertTrue(self.reaches("plain", "192.0.2.9"))
        self.lab.outside("twenty", tag=20, addresses=["192.0.2.33/24"])
        self.lab.remove_machine("plain")
        self.assertEqual({"ten-a", "ten-b", "twenty"}, {m["name"] for m in self.lab.status()["outside"]})
        for wrong in ({"name": "outside"}, {"name": "n1"}, {"name": "m", "tag": 4095}, {"name": "m", "network": "a b"}):
            with self.assertRaises(LabError):
                self.lab.outside(**wrong)


class TroubleByCommand(unittest.TestCase):
    def test_every_command_does_what_it_says(self):
        settings = own_settings()
        self.addCleanup(heddle_lab, settings, "down")
        for command, said in (
                ("up --nodes 2 --standalone", "lab up"), ("kill n1", "both daemons killed"), ("start n1", "n1 runs"),
                ("kill n1 --only ovsdb", "ovsdb killed"), ("start n1", "n1 runs"),
                ("crash n1 --only both", "killed and started again"), ("hang n2", "n2 hangs"),
                ("hang n2 off", "n2 goes on"), ("partition n1 n2", "cut off"), ("partition n1 n2 off", "connected again"),
                ("outside www --tag 10 --ip 192.0.2.1/24", "www on physnet1, VLAN 10"),
                ("exec www ip -br addr show eth0", ""), ("outside www off", "www is gone")):
            with self.subTest(command):
                done = heddle_lab(settings, *command.split())
                self.assertEqual((0, True), (done.returncode, said in done.stderr), done.stderr)
        status = json.loads(heddle_lab(settings, "status", "-o", "json").stdout)
        self.assertEqual(["up", "up"], [n["condition"] for n in status["nodes"]])
        file = settings.directory / "n1.pcap"
        done = heddle_lab(settings, "capture", "n1", str(file), "--for", "0.2", "--filter", "udp port 6081")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("0 packets in", done.stdout)
        file.unlink()
        done = heddle_lab(settings, "capture", "n1", "/nowhere/x.pcap")
        self.assertEqual(1, done.returncode)
        self.assertIn("cannot capture", done.stderr)
        heddle_lab(settings, "hang", "n1")
        self.assertEqual(0, heddle_lab(settings, "down").returncode)  # a stopped process is ended like any other
        self.assertEqual([], traces(settings))
