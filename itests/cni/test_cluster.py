"""Two nodes and a running controller: what a cluster's pods get, from the documents to the packets."""

import json
import socket
import subprocess
import threading
import unittest

from heddle_lab.probe import within
from heddle_lab.state import remove_namespace
from system.installation import Installation, document

from .called import CniError, Runtime, facts, inside, link_of

MEGABYTE = bytes(range(256)) * 4096


def port(name, number, **more):
    return document("LogicalPort", name, {"switch": "pods", "mac": f"0a:58:0a:00:00:{number:02x}",
                                          "addresses": [f"10.0.0.{number}", f"fd00::{number}"], **more})


class Node:
    """A node of the lab of another process, as much of it as Runtime needs."""

    def __init__(self, at, status):
        self.name, self.environment = status["name"], status["environment"]
        self.directory = status["directory"]
        self.params = {"settings": at.lab, "path": at.lab.namespace_path(self.name)}

    def _run(self, *argv):
        done = subprocess.run(["nsenter", f"--net={self.params['path']}", "env",
                               *(f"{k}={v}" for k, v in self.environment.items()), *argv],
                              capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"{argv}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    ovs = _run

    def sh(self, script):
        return self._run("sh", "-ec", script)


class Cluster(unittest.TestCase):
    maxDiff = None
    OVS = "3.1"

    @classmethod
    def setUpClass(cls):
        cls.at = Installation()
        cls.addClassCleanup(cls.gone)
        cls.at.heddle("lab", "up", "--nodes", "2", "--ovs", cls.OVS)
        cls.at.start()
        cls.apply(document("LogicalSwitch", "pods", {"subnets": ["10.0.0.0/24", "fd00::/64"], "mtu": 1350}),
                  port("default.a", 11), port("default.b", 12), port("default.c", 13),
                  # They pass on packets that are neither from nor for their own addresses.
                  port("host.n1", 2, portSecurity=False), port("host.n2", 3, portSecurity=False))
        status = json.loads(cls.at.heddle("lab", "status", "-o", "json"))
        cls.n1, cls.n2 = (Runtime(Node(cls.at, n), gateway="host") for n in status["nodes"])
        for runtime in (cls.n1, cls.n2):
            cls.addClassCleanup(runtime.close)
            code, said = runtime.host("--iface-id", f"host.{runtime.node.name}", "--masquerade")
            assert code == 0, said

    @classmethod
    def gone(cls):
        left = cls.at.close()
        if left:
            raise AssertionError(f"left behind: {left}")

    @classmethod
    def apply(cls, *documents):
        return cls.at.heddle("apply", "-f", "-", text="\n---\n".join(map(json.dumps, documents)))

    def pod(self, runtime, name):
        netns = runtime.namespace(name)
        result = runtime.call("ADD", name, netns=netns)
        self.addCleanup(runtime.call, "DEL", name, netns=netns)
        return netns, result

    def pings(self, netns, address, seconds=10):
        """One packet; its answer may take as long as a busy machine needs."""
        return "1 received" in inside(netns, f"ping -c 1 -W {seconds} {address} || true")

    def test_pods_of_two_nodes_reach_each_other_and_their_nodes(self):
        (a, result), (b, _) = self.pod(self.n1, "a"), self.pod(self.n2, "b")
        self.assertEqual({"mac": "0a:58:0a:00:00:0b", "mtu": 1350, "up": True, "addresses": ["10.0.0.11/24", "fd00::11/64"],
                          "tentative": [], "default": ["10.0.0.2", "fd00::2"]}, facts(a))
        # ADD has returned, so everything is there at once: no first packet is lost.
        for one, address in ((a, "10.0.0.12"), (a, "fd00::12"), (b, "10.0.0.11"), (b, "fd00::11")):
            self.assertTrue(self.pings(one, address), (one, address))
        # kubelet's way to its pods and theirs to the node, and to the other node's.
        n1 = self.n1.node.params["path"]
        for one, address in ((n1, "10.0.0.11"), (n1, "fd00::11"), (n1, "10.0.0.12"), (a, "10.0.0.2"), (a, "fd00::3")):
            self.assertTrue(self.pings(one, address), (one, address))
        self.whole(a, b, "10.0.0.12")
        self.whole(n1, a, "10.0.0.11")
        self.n1.call("CHECK", "a", netns=a, keys={"prevResult": result})

    def whole(self, client, server, address):
        """A megabyte by TCP: checksums are right and nothing is too large for its way."""
        with within(server):
            listening = socket.create_server((address, 0))
        with within(client):
            connection = socket.create_connection(listening.getsockname(), timeout=10)
        accepted, _ = listening.accept()
        with listening, connection, accepted, accepted.makefile("rb") as stream:
            accepted.settimeout(20)
            sender = threading.Thread(target=lambda: (connection.sendall(MEGABYTE), connection.shutdown(socket.SHUT_WR)))
            sender.start()
            self.assertEqual(MEGABYTE, stream.read())
            sender.join()

    def test_pods_reach_the_world_in_the_name_of_their_node_only_while_it_is_asked_for(self):
        a, _ = self.pod(self.n1, "a")
        node, world = self.n1.node, self.n1.settings.namespace("world")
        subprocess.run(["ip", "netns", "add", world], check=True)
        self.addCleanup(remove_namespace, world)
        node.sh(f"ip link add w0 type veth peer name w1 netns /run/netns/{world}; ip addr add 192.0.2.1/24 dev w0; "
                "sysctl -qw net.ipv6.conf.w0.disable_ipv6=0; ip addr add 2001:db8::1/64 dev w0 nodad; ip link set w0 up")
        inside(f"/run/netns/{world}", "sysctl -qw net.ipv6.conf.w1.disable_ipv6=0; ip addr add 192.0.2.2/24 dev w1; "
               "ip addr add 2001:db8::2/64 dev w1 nodad; ip link set w1 up")
        node.sh("ping -c 1 -w 10 192.0.2.2; ping -c 1 -w 10 2001:db8::2")  # until the new link carries something
        # The world knows no way back to 10.0.0.0/24 or fd00::/64.
        self.assertEqual((True, True), (self.pings(a, "192.0.2.2"), self.pings(a, "2001:db8::2")))
        self.whole(a, f"/run/netns/{world}", "192.0.2.2")
        self.assertEqual(0, self.n1.host("--iface-id", "host.n1")[0])
        self.assertEqual((False, False), (self.pings(a, "192.0.2.2", 1), self.pings(a, "2001:db8::2", 1)))
        self.assertEqual(0, self.n1.host("--iface-id", "host.n1", "--masquerade")[0])
        self.assertTrue(self.pings(a, "192.0.2.2"))

    def test_a_port_that_is_not_in_the_model_is_the_error_until_it_is(self):
        netns = self.n1.namespace("nobody")
        with self.assertRaisesRegex(CniError, "100: There is no LogicalPort named default.nobody."):
            self.n1.call("ADD", "nobody", netns=netns, keys={"timeoutSeconds": 1})
        self.assertNotIn(link_of("nobody-sandbox"), self.n1.rows() + self.n1.links())
        process = self.n1.begin("ADD", "nobody", netns=netns)
        self.apply(port("default.nobody", 40))
        self.n1.end(process)
        self.assertEqual(["10.0.0.40/24", "fd00::40/64"], facts(netns)["addresses"])
        self.n1.call("DEL", "nobody", netns=netns)

    def test_calls_killed_at_any_moment_leave_nothing_that_delete_or_collecting_does_not_find(self):
        pods = [f"k{n}" for n in range(40)]
        self.apply(*(port(f"default.{pod}", 100 + n) for n, pod in enumerate(pods)))
        mine, ended = self.n2.links(), []
        for n, pod in enumerate(pods):
            process = self.n2.begin("ADD", pod, netns=self.n2.namespace(pod))
            try:
                process.wait(timeout=n * 0.002)  # not for anything: a whole call takes some 40 ms here
            except subprocess.TimeoutExpired:
                process.kill()
            process.communicate(timeout=20)
            ended.append(process.returncode)
        keep = [{"containerID": f"{pod}-sandbox", "ifname": "eth0"} for pod in pods[::2]]
        self.n2.call("GC", keys={"cni.dev/valid-attachments": keep})
        allowed = {*mine, *(link_of(k["containerID"]) for k in keep)}
        self.assertLessEqual({*self.n2.links(), *self.n2.rows(), *self.n2.ports()}, allowed)
        for pod in pods[::2]:
            self.n2.call("DEL", pod)
        self.assertEqual((mine,) * 3, (self.n2.links(), self.n2.rows(), self.n2.ports()))
        # And what was killed may be tried again.
        for pod in pods[:4]:
            netns = self.n2.namespace(pod)
            self.n2.call("ADD", pod, netns=netns)
            self.n2.call("DEL", pod, netns=netns)
        print(f"{ended.count(-9)} calls were killed, {ended.count(0)} were through before")

    def test_without_a_controller_pods_are_deleted_and_those_that_run_keep_their_traffic(self):
        (a, _), (b, _) = self.pod(self.n1, "a"), self.pod(self.n2, "b")
        c = self.n2.namespace("c")
        self.n2.call("ADD", "c", netns=c)
        self.at.kill()
        self.addCleanup(self.at.start)
        self.n2.call("STATUS")
        self.n2.call("DEL", "c", netns=c)
        self.assertNotIn(link_of("c-sandbox"), self.n2.rows() + self.n2.links())
        self.assertEqual((True, True), (self.pings(a, "10.0.0.12"), self.pings(b, "fd00::11")))
        netns = self.n1.namespace("early")
        with self.assertRaisesRegex(CniError, "11: the controller said nothing of port default.early"):
            self.n1.call("ADD", "early", netns=netns, keys={"timeoutSeconds": 1})
        # What was asked for meanwhile is done once it is back.
        process = self.n2.begin("ADD", "c", netns=c)
        self.at.start()
        self.n2.end(process)
        self.assertTrue(self.pings(a, "10.0.0.13"))
        self.n2.call("DEL", "c", netns=c)
