"""One node without a controller: the test says on the interface's row what a controller would."""

import json
import signal
import unittest

from heddle_lab import Lab
from tests.machine import own_settings, traces

from .called import CniError, Runtime, facts, inside, link_of

DUAL = {"installed": "true", "revision": "7", "mac": "0a:00:00:00:00:11", "ips": "10.0.0.11/24,fd00::11/64",
        "gateway": "10.0.0.1,fd00::1", "mtu": "1400"}


class Alone(unittest.TestCase):
    maxDiff = None

    lab = None  # one for all classes of a module

    @classmethod
    def setUpClass(cls):
        if not Alone.lab:
            Alone.settings = own_settings()
            Alone.lab = Lab(nodes=1, settings=cls.settings)
            unittest.addModuleCleanup(Alone.gone)
            Alone.node = cls.lab.nodes["n1"]
            cls.bridge()

    @classmethod
    def bridge(cls):
        cls.node.ovs("ovs-vsctl", "--may-exist", "add-br", "br-int", "--", "set", "Bridge", "br-int",
                     "datapath_type=netdev", "fail_mode=secure")

    @classmethod
    def gone(cls):
        cls.lab.close()
        Alone.lab = None
        left = traces(cls.settings)
        if left:
            raise AssertionError(f"left behind: {left}")

    def setUp(self):
        self.at = Runtime(self.node)
        self.addCleanup(self.at.close)

    def tearDown(self):
        self.nothing_left()

    def nothing_left(self, links=()):
        self.assertEqual((sorted(links),) * 3, (self.at.rows(), self.at.ports(), self.at.links()))

    def refused(self, code, *arguments, **options):
        with self.assertRaises(CniError) as caught:
            self.at.call(*arguments, **options)
        self.assertEqual(code, caught.exception.code, caught.exception)
        return caught.exception

    def attached(self, pod, answer=None, **options):
        """ADD and the controller's answer; the namespace and the result."""
        netns = self.at.namespace(pod)
        process = self.at.begin("ADD", pod, netns=netns, **options)
        self.at.answer(link_of(f"{pod}-sandbox"), **(answer or DUAL))
        return netns, self.at.end(process)


class AddAndDelete(Alone):
    def test_a_container_has_what_the_controller_said_and_nothing_once_it_is_deleted(self):
        dns = {"nameservers": ["10.96.0.10"], "search": ["svc.local"]}
        netns, result = self.attached("web", keys={"dns": dns})
        link = link_of("web-sandbox")
        self.assertEqual({"mac": "0a:00:00:00:00:11", "mtu": 1400, "up": True, "addresses": ["10.0.0.11/24", "fd00::11/64"],
                          "tentative": [], "default": ["10.0.0.1", "fd00::1"]}, facts(netns))
        self.assertIn("tx-checksumming: off", inside(netns, "ethtool -k eth0"))
        self.assertIn("UP", inside(netns, "ip -o link show lo"))
        outer = json.loads(self.node.sh(f"ip -j link show {link}"))[0]
        self.assertEqual(1400, outer["mtu"])
        self.assertEqual({
            "cniVersion": "1.1.0", "dns": dns,
            "interfaces": [{"name": link, "mac": outer["address"]},
                           {"name": "eth0", "mac": "0a:00:00:00:00:11", "mtu": 1400, "sandbox": netns}],
            "ips": [{"interface": 1, "address": "10.0.0.11/24", "gateway": "10.0.0.1"},
                    {"interface": 1, "address": "fd00::11/64", "gateway": "fd00::1"}],
            "routes": [{"dst": "0.0.0.0/0", "gw": "10.0.0.1"}, {"dst": "::/0", "gw": "fd00::1"}]}, result)
        said = self.node.external_ids(link)
        self.assertEqual(("default.web", "pods", "web-sandbox", "eth0", netns), tuple(
            said[k] for k in ("iface-id", "heddle-cni-network", "heddle-cni-container", "heddle-cni-ifname",
                              "heddle-cni-netns")))
        self.at.call("DEL", "web", netns=netns)
        self.nothing_left()
        self.assertNotIn("eth0", inside(netns, "ip -o link"))
        self.at.call("DEL", "web", netns=netns)  # twice is once

    def test_what_a_pod_sends_is_for_the_switch_alone_and_the_node_takes_nothing_by_itself(self):
        """There are no flows: nothing passes the switch."""
        netns, result = self.attached("web")
        link, mac = result["interfaces"][0]["name"], result["interfaces"][0]["mac"]
        self.node.sh("ip addr add 10.0.0.1/32 dev lo")
        self.addCleanup(self.node.sh, "ip addr del 10.0.0.1/32 dev lo")

        def pings():
            return "1 received" in inside(netns, "ping -c 1 -W 1 10.0.0.1 || true")

        self.assertFalse(pings())
        inside(netns, f"ip neigh replace 10.0.0.1 lladdr {mac} dev eth0")
        self.assertFalse(pings())
        inside(netns, "ip neigh del 10.0.0.1 dev eth0")
        # Without what keeps it from that the node answers, or this test would see nothing.
        self.node.sh(f"ip link set {link} group default; sysctl -qw net.ipv4.conf.{link}.arp_ignore=0; "
                     f"ip route add 10.0.0.11 dev {link}")
        self.assertTrue(pings())
        self.at.call("DEL", "web", netns=netns)

    def test_no_gateway_no_default_route_and_without_ipv6_none_of_it(self):
        netns, result = self.attached("four", {"installed": "true", "mac": "0a:00:00:00:00:12", "ips": "10.0.0.12/24",
                                               "mtu": "1300"}, keys={"cniVersion": "1.0.0"})
        self.assertEqual({"mac": "0a:00:00:00:00:12", "mtu": 1300, "up": True, "addresses": ["10.0.0.12/24"],
                          "tentative": [], "default": []}, facts(netns))
        self.assertEqual("1.0.0", result["cniVersion"])
        self.assertNotIn("routes", result)
        self.at.call("DEL", "four", netns=netns)

    def test_an_address_of_no_subnet_reaches_its_gateway_on_the_link(self):
        netns, _ = self.attached("single", {**DUAL, "ips": "10.0.0.13,fd00::13"})
        self.assertEqual((["10.0.0.13/32", "fd00::13/128"], ["10.0.0.1", "fd00::1"]),
                         (facts(netns)["addresses"], facts(netns)["default"]))
        self.at.call("DEL", "single", netns=netns)

    def test_delete_works_without_namespace_without_controller_and_while_the_switch_is_dead(self):
        netns, _ = self.attached("gone")
        self.lab.kill("n1", "vswitchd")
        self.addCleanup(self.lab.start, "n1")
        self.at.close()
        self.at.call("DEL", "gone", netns=netns)
        self.assertEqual(([], []), (self.at.rows(), self.at.links()))
        self.at.call("DEL", "gone", netns="")

    def test_delete_without_a_database_ends_the_packets_and_says_that_it_must_be_asked_again(self):
        netns, _ = self.attached("offline")
        self.lab.kill("n1", "ovsdb")
        self.refused(11, "DEL", "offline", netns=netns)
        self.assertEqual([], self.at.links())
        self.refused(50, "STATUS")
        self.lab.start("n1")
        self.at.call("DEL", "offline", netns=netns)


class Refusals(Alone):
    def test_a_condition_that_stays_is_the_error_and_all_is_taken_back(self):
        netns = self.at.namespace("held")
        process = self.at.begin("ADD", "held", netns=netns, keys={"timeoutSeconds": 2})
        self.at.answer(link_of("held-sandbox"), condition="There is no LogicalPort named default.held.")
        with self.assertRaises(CniError) as caught:
            self.at.end(process)
        self.assertEqual((100, "There is no LogicalPort named default.held."),
                         (caught.exception.code, caught.exception.sentence))
        self.assertNotIn("eth0", inside(netns, "ip -o link"))

    def test_a_condition_that_goes_in_time_is_no_error(self):
        netns = self.at.namespace("late")
        process, link = self.at.begin("ADD", "late", netns=netns), link_of("late-sandbox")
        self.at.answer(link, condition="There is no LogicalPort named default.late.")
        self.node.ovs("ovs-vsctl", "--no-wait", "remove", "Interface", link, "external_ids", "heddle-condition")
        self.at.answer(link, **DUAL)
        self.at.end(process)
        self.at.call("DEL", "late", netns=netns)

    def test_silence_is_the_error_and_names_who_else_claims_the_port(self):
        one = self.at.namespace("one")
        process = self.at.begin("ADD", "twin", "first", netns=one)
        self.at.answer(link_of("first"), **DUAL)
        self.at.end(process)
        two = self.at.namespace("two")
        error = self.refused(11, "ADD", "twin", "second", netns=two, keys={"timeoutSeconds": 1})
        self.assertIn("the controller said nothing of port default.twin", error.sentence)
        self.assertIn(f"interface {link_of('first')} of container first", error.details)
        self.nothing_left([link_of("first")])
        self.at.call("DEL", "twin", "first", netns=one)

    def test_an_answer_that_makes_no_sense_is_refused_and_taken_back(self):
        for wrong in ({"mac": "01:00:00:00:00:01"}, {"ips": "10.0.0.300"}, {"mtu": "65536"}, {"gateway": "10.0.0.1,10.0.0.2"}):
            with self.subTest(wrong), self.assertRaises(CniError) as caught:
                self.attached(f"odd-{next(iter(wrong))}", {**DUAL, **wrong})
            self.assertIn("the controller answered with", caught.exception.sentence)
            self.nothing_left()

    def test_what_is_wrong_with_the_call_is_said_before_anything_is_made(self):
        netns = self.at.namespace("call")
        for code, options in (
                (7, {"keys": {"timeoutSeconds": 0}}), (7, {"keys": {"timeoutSeconds": 3600}}), (7, {"keys": {"oops": 1}}),
                (7, {"keys": {"ovsdb": "tcp:192.0.2.1:6640"}}), (7, {"keys": {"ipam": {"type": "host-local"}}}),
                (7, {"keys": {"prevResult": {"cniVersion": "1.1.0"}}}), (7, {"keys": {"name": "a b"}}),
                (6, {"raw": b"{"}), (5, {"raw": b" " * ((1 << 20) + 1)}), (6, {"raw": b"[]"}),
                (4, {"container": "../../x"}), (4, {"ifname": "e/0"}), (4, {"ifname": "a-very-long-name"}),
                (4, {"container": "c" * 257}), (4, {"environment": {"CNI_ARGS": "K8S_POD_NAMESPACE=a.b;K8S_POD_NAME=c"}}),
                (4, {"environment": {"CNI_ARGS": ""}}), (8, {"netns": "/run/netns/none"}),
                (8, {"netns": str(self.node.params["path"])})):
            with self.subTest(code=code, **{k: str(v)[:60] for k, v in options.items()}):
                self.refused(code, "ADD", "call", **{"netns": netns, **options})
                self.nothing_left()

    def test_a_device_that_the_container_has_already_is_left_alone(self):
        netns = self.at.namespace("taken")
        inside(netns, "ip link add eth0 type veth peer name eth1")
        self.refused(102, "ADD", "taken", netns=netns)
        self.assertIn("eth0", inside(netns, "ip -o link"))

    def test_without_a_bridge_nothing_is_made_and_the_plugin_is_not_available(self):
        self.at.call("STATUS")
        self.node.ovs("ovs-vsctl", "del-br", "br-int")
        self.addCleanup(self.bridge)
        self.assertIn("br-int", self.refused(11, "ADD", "early", netns=self.at.namespace("early")).sentence)
        self.assertIn("br-int", self.refused(50, "STATUS").sentence)
        self.bridge()

    def test_versions(self):
        said = self.at.call("VERSION", raw=b"")
        self.assertEqual(["0.4.0", "1.0.0", "1.1.0"], said["supportedVersions"])


class Races(Alone):
    def test_of_two_adds_of_one_container_one_wins_and_the_other_touches_nothing(self):
        netns = self.at.namespace("race")
        calls = [self.at.begin("ADD", "race", netns=netns) for _ in range(4)]
        self.at.answer(link_of("race-sandbox"), **DUAL)
        codes = []
        for process in calls:
            try:
                self.at.end(process)
                codes.append(0)
            except CniError as error:
                codes.append(error.code)
        self.assertEqual([0, 102, 102, 102], sorted(codes))
        self.nothing_left([link_of("race-sandbox")])
        self.assertEqual(["10.0.0.11/24", "fd00::11/64"], facts(netns)["addresses"])
        self.at.call("DEL", "race", netns=netns)

    def killed(self, pod):
        """An ADD that dies while it waits for the controller."""
        netns = self.at.namespace(pod)
        process = self.at.begin("ADD", pod, netns=netns)
        self.node.wait_until(20, "Interface", link_of(f"{pod}-sandbox"), otherwise=lambda: "no interface")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        self.nothing_left([link_of(f"{pod}-sandbox")])
        return netns

    def test_delete_removes_what_an_add_left_that_was_killed(self):
        netns = self.killed("killed")
        self.at.call("DEL", "killed", netns=netns)
        self.assertNotIn("eth0", inside(netns, "ip -o link"))

    def test_an_add_that_is_told_to_end_takes_all_back(self):
        process = self.at.begin("ADD", "ended", netns=self.at.namespace("ended"))
        self.node.wait_until(20, "Interface", link_of("ended-sandbox"), otherwise=lambda: "no interface")
        process.send_signal(signal.SIGTERM)
        with self.assertRaises(CniError) as caught:
            self.at.end(process)
        self.assertEqual(11, caught.exception.code)

    def test_a_pair_whose_maker_died_before_it_wrote_the_row_is_in_nobodys_way(self):
        netns, link = self.at.namespace("half"), link_of("half-sandbox")
        self.node.sh(f"ip link add {link} type veth peer name half0")
        process = self.at.begin("ADD", "half", netns=netns)
        self.at.answer(link, **DUAL)
        self.at.end(process)
        self.at.call("DEL", "half", netns=netns)


class CheckAndCollect(Alone):
    def test_check_sees_every_difference(self):
        netns, result = self.attached("seen")
        link = link_of("seen-sandbox")
        check = lambda: self.at.call("CHECK", "seen", netns=netns, keys={"prevResult": result})
        check()
        say = lambda **ids: self.at.answer(link, **ids)
        for break_it, mend_it, sentence in (
                ("ip addr del 10.0.0.11/24 dev eth0", "ip addr add 10.0.0.11/24 dev eth0; ip route add default via 10.0.0.1",
                 "not the address 10.0.0.11/24"),
                ("ip -6 route del default", "ip -6 route add default via fd00::1 dev eth0", "no default route through fd00::1"),
                ("ip link set eth0 mtu 1399", "ip link set eth0 mtu 1400", "MTU of 1399, not 1400")):
            inside(netns, break_it)
            with self.subTest(break_it), self.assertRaises(CniError) as caught:
                check()
            self.assertEqual(103, caught.exception.code)
            self.assertIn(sentence, caught.exception.sentence)
            inside(netns, mend_it)
            check()
        say(ips="10.0.0.99/24")
        with self.assertRaisesRegex(CniError, "103: the port's addresses are .10.0.0.99/24. now"):
            check()
        say(ips=DUAL["ips"], condition="The port is on n2.")
        with self.assertRaisesRegex(CniError, "100: The port is on n2."):
            check()
        self.node.ovs("ovs-vsctl", "--no-wait", "remove", "Interface", link, "external_ids", "heddle-condition")
        self.node.ovs("ovs-vsctl", "--no-wait", "remove", "Interface", link, "external_ids", "heddle-installed")
        with self.assertRaisesRegex(CniError, "103: the controller does not say any more"):
            check()
        self.at.call("DEL", "seen", netns=netns)
        with self.assertRaisesRegex(CniError, "103: 0 interfaces"):
            check()
        self.refused(7, "CHECK", "seen", netns=netns)

    def test_collecting_leaves_exactly_the_valid_and_what_is_not_this_networks(self):
        spaces = {p: self.attached(p, {**DUAL, "mac": f"0a:00:00:00:00:2{n}"})[0] for n, p in enumerate(("a", "b", "c"))}
        other = self.attached("other", keys={"name": "storage"})[0]
        stray, foreign = link_of("stray"), link_of("foreign")
        number = json.loads(self.node.sh(f"ip -j -d link show {link_of('a-sandbox')}"))[0]["group"]
        self.node.sh(f"ip link add {stray} group {number} type veth peer name stray0; "
                     f"ip link add {foreign} type veth peer name foreign0; "
                     f"ip link add plain0 group {number} type veth peer name plain1")
        self.node.ovs("ovs-vsctl", "--no-wait", "add-port", "br-int", "plain1")
        keep = [{"containerID": "b-sandbox", "ifname": "eth0"}, {"containerID": "never-seen", "ifname": "eth0"}]
        # One more call is at work, and its container is not among the valid yet.
        busy = self.at.namespace("busy")
        working = self.at.begin("ADD", "busy", netns=busy)
        self.node.wait_until(20, "Interface", link_of("busy-sandbox"), otherwise=lambda: "no interface")

        self.refused(7, "GC")
        self.at.call("GC", keys={"cni.dev/valid-attachments": keep})
        left = sorted(map(link_of, ("b-sandbox", "other-sandbox", "busy-sandbox")))
        self.assertEqual((left, left, sorted([*left, foreign])), (self.at.rows(), self.at.ports(), self.at.links()))
        self.assertIn("plain0", self.node.sh("ip -o link"))
        self.at.answer(link_of("busy-sandbox"), **DUAL)
        self.at.end(working)

        self.at.call("GC", keys={"cni.dev/valid-attachments": []})
        self.assertEqual([link_of("other-sandbox")], self.at.rows())
        self.at.call("DEL", "other", netns=other, keys={"name": "storage"})
        self.node.sh(f"ip link del {foreign}; ip link del plain0")
        self.node.ovs("ovs-vsctl", "--no-wait", "del-port", "plain1")
        for netns in spaces.values():
            self.assertNotIn("eth0", inside(netns, "ip -o link"))
