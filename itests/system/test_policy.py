"""What guests and operators are told by rules that reject and log; the kernels of the guests judge each answer."""

import json
import subprocess
import time
from pathlib import Path

from . import standing
from .installation import await_none, document, finish
from .standing import Promises, at, figures

KNOCK = ["/usr/bin/python3", str(Path(__file__).with_name("knock.py"))]
PODS = {"red-a": 11, "red-b": 12, "red-c": 13}
OPEN, TO, FROM = 7001, 7002, 7003


def setUpModule():
    standing.begin()
    at.heddle("console", "feature:install heddle-acl")
    # The example's ports speak IPv6, too.
    for pod, number in PODS.items():
        assert at.rest("PATCH", f"logicalports/{pod}", {"spec": {"addresses": [f"10.0.0.{number}", f"fd00::{number}"]}})[0] == 200
        at.node(pod, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0")
        at.node(pod, "ip", "addr", "add", f"fd00::{number}/64", "dev", "eth0", "nodad")
    at.realized(*PODS)
    at.settled()


def rule(name, direction, port, **more):
    return document("Acl", name, {"appliesTo": {"portGroup": "red"}, "direction": direction, "priority": 100,
                                  "match": f"tcp.dst == {port} || udp.dst == {port}", "action": "reject", **more})


class Rejection(Promises):
    """red-a and red-c are on one node, red-b on the other."""

    def setUp(self):
        super().setUp()
        self.server = at.popen("red-b", *KNOCK, "serve", *map(str, (OPEN, TO, FROM)), stdout=subprocess.PIPE, text=True)
        self.addCleanup(finish, self.server)
        self.assertEqual("listening\n", self.server.stdout.readline())

    def knock(self, pod, how, address, port):
        return at.node(pod, *KNOCK, how, address, str(port)).strip()

    def put(self, *documents):
        for d in documents:
            self.addCleanup(at.rest, "DELETE", f"{d['kind'].lower()}s/{d['metadata']['name']}")
        status, said = at.rest("POST", "transactions", documents)
        self.assertEqual(200, status, said)
        at.settled()
        at.barrier()

    def test_guests_are_told_and_operators_read_who_was_refused_by_which_rule(self):
        ways = [(how, address, port) for how in ("tcp", "udp") for address in ("10.0.0.12", "fd00::12")
                for port in (OPEN, TO, FROM)]
        open_to_all = {"tcp": "connected", "udp": "answered"}
        # Where nothing rejects all of them are open: what is refused later is refused by a rule.
        self.assertEqual([open_to_all[how] for how, _, _ in ways], [self.knock("red-a", *way) for way in ways])
        live = at.popen("red-a", *KNOCK, "hold", "10.0.0.12", str(TO), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        text=True)
        self.addCleanup(finish, live)
        self.assertEqual("connected\n", live.stdout.readline())
        self.assertEqual("answered", self.line(live))

        self.put(document("PortGroup", "red", {"ports": list(PODS)}),
                 rule("no-telnet", "to", TO, log={"name": "telnet", "severity": "warning"}),
                 rule("no-mail", "from", FROM, log={}),
                 rule("open", "to", OPEN, action="allow", log={"severity": "notice"}))
        refused = {("tcp", "10.0.0.12"): "ECONNREFUSED", ("tcp", "fd00::12"): "ECONNREFUSED",
                   # Linux, of ICMP 3/13 and of ICMPv6 1/1.
                   ("udp", "10.0.0.12"): "EHOSTUNREACH", ("udp", "fd00::12"): "EACCES"}
        found = {f"{how} {address} {port}": self.knock("red-a", how, address, port) for how, address, port in ways}
        figures["told to guests"] = found
        self.assertEqual({f"{how} {address} {port}": open_to_all[how] if port == OPEN else refused[how, address]
                          for how, address, port in ways}, found)
        # A live connection is told at the next packet, whoever sends it.
        self.assertIn(self.line(live), ("ECONNRESET", "ended"))

        lines = self.reports()
        figures["lines"] = lines
        told = {(x["object"], x["verdict"], x["severity"], x["protocol"]) for x in lines}
        self.assertEqual({(f"Acl/{name}", verdict, severity, protocol) for name, verdict, severity in (
            ("no-telnet", "reject", "warning"), ("no-mail", "reject", "info"), ("open", "allow", "notice"))
            for protocol in ("tcp", "udp")}, told)
        telnet = next(x for x in lines if x["object"] == "Acl/no-telnet" and x["protocol"] == "udp" and ":" not in x["source"])
        self.assertEqual({"direction": "to", "node": "n2", "port": "red-b", "name": "telnet", "source": "10.0.0.11",
                          "destination": "10.0.0.12", "destinationPort": TO},
                         {k: telnet[k] for k in ("direction", "node", "port", "name", "source", "destination", "destinationPort")})
        mail = next(x for x in lines if x["object"] == "Acl/no-mail")
        self.assertEqual(("from", "n1", "red-a"), (mail["direction"], mail["node"], mail["port"]))

        # Two protocols and two families, from one node to the other, and the live connection. The switch counts what its
        # cache has handled when it looks at that.
        await_none(lambda: (p := self.packets("no-telnet")) < 5 and {"packets": p}, 20, "hits of 5 packets")
        hits = json.loads(at.heddle("policy", "hits", "no-telnet", "-o", "json"))
        figures["hits"] = hits
        self.assertEqual(["n2"], [n["node"] for n in hits["nodes"] if n["packets"]])
        metrics = at.metrics()
        self.assertEqual(sum(x["object"] == "Acl/no-telnet" for x in lines),
                         metrics['heddle_reported_packets_total{object="Acl/no-telnet",verdict="reject"}'])

    def test_what_would_be_cut_is_told_from_what_nodes_track(self):
        """And then it is, and nothing else."""
        self.put(document("PortGroup", "red", {"ports": list(PODS)}), rule("telnet", "to", TO, action="allow"))
        for node in ("n1", "n2"):
            at.node(node, "ovs-appctl", "dpctl/flush-conntrack")  # what other tests have begun
        lines = {}
        for pod, port in (("red-a", TO), ("red-a", OPEN), ("red-c", TO)):
            lines[pod, port] = at.popen(pod, *KNOCK, "hold", "10.0.0.12", str(port), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
            self.addCleanup(finish, lines[pod, port])
            self.assertEqual("connected\n", lines[pod, port].stdout.readline())
        tracked = str(at.home / "tracked")
        at.heddle("lab", "connections", tracked)
        change = rule("telnet", "to", TO, action="reject")
        file = at.home / "change.json"
        file.write_text(json.dumps(change))
        asked = "policy", "simulate", "-f", str(file), "--connections", tracked
        said = json.loads(at.heddle(*asked, "-o", "json"))["connections"]
        figures["would be cut"] = said
        self.assertEqual({("red-a", "red-b"), ("red-c", "red-b")}, {(c["from"], c["to"]) for c in said["list"]})
        for c in said["list"]:
            self.assertRegex(c["connection"], rf"^tcp 10\.0\.0\.1[13]:\d+ to 10\.0\.0\.12:{TO}$")
            self.assertTrue(c["bothWays"])
        self.assertEqual((2, 2, 3), (said["cut"], said["tried"], said["known"]))
        self.assertIn("2 of 3 live connections would be cut.", at.heddle(*asked))
        self.assertEqual({"answered"}, {self.line(end) for end in lines.values()})
        self.put(change)
        self.assertEqual("answered", self.line(lines["red-a", OPEN]))
        for pod in ("red-a", "red-c"):
            self.assertIn(self.line(lines[pod, TO]), ("ECONNRESET", "ended"))

    def test_a_flood_is_bounded_by_meters_of_the_switch(self):
        """What is written down is; what is refused stays refused."""
        self.put(document("PortGroup", "red", {"ports": list(PODS)}), rule("flooded", "to", TO, action="drop", log={}))
        meters = at.node("n2", "ovs-ofctl", "-O", "OpenFlow13", "dump-meters", "br-int").count("meter=")
        self.assertEqual(65, meters)
        flood = ("import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); begun = time.monotonic()\n"
                 f"for n in range(3000): s.sendto(b'x', ('10.0.0.12', {TO})); time.sleep(0.0003)\n"
                 "print(time.monotonic() - begun)")
        begun = time.monotonic()
        sent = float(at.node("red-a", "/usr/bin/python3", "-c", flood))
        counted = 'heddle_reported_packets_total{object="Acl/flooded",verdict="drop"}'
        # A switch reads no more than it can: what it has not read it has not refused.
        await_none(lambda: (p := self.packets("flooded")) < 1500 and p, 20, "1,500 packets dropped")
        time_open = time.monotonic() - begun
        reported = at.metrics()[counted]
        self.assertLessEqual(self.packets("flooded"), 3000)
        figures["flood"] = {"packets": self.packets("flooded"), "seconds": sent, "reported": reported}
        self.assertGreaterEqual(reported, 100)
        # 100 at once and 100 a second.
        self.assertLessEqual(reported, 100 + 100 * (time_open + 1))

    def packets(self, acl):
        return json.loads(at.heddle("policy", "hits", acl, "-o", "json"))["packets"]

    @staticmethod
    def line(live):
        live.stdin.write("still there\n")
        live.stdin.flush()
        return live.stdout.readline().strip()

    def reports(self):
        """What the controller wrote down, once nothing more comes for what was sent."""
        log = at.home / "run/data/log/reports.log"

        def read():
            lines = [json.loads(x) for x in log.read_text().splitlines()]
            return [x for x in lines if x["object"] != "Acl/flooded"]

        await_none(lambda: {"Acl/no-telnet", "Acl/no-mail", "Acl/open"} - {x["object"] for x in read()}, 20, "reports")
        return read()
