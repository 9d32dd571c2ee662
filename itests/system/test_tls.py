"""Nodes and their certificates: what a stranger gets, and what renewal costs. Its own controller and lab of two nodes."""

import re
import subprocess
import unittest
from pathlib import Path

from .installation import EXAMPLE, Installation, await_none
from .traffic import Ping

at = None


def setUpModule():
    global at
    at = Installation()
    unittest.addModuleCleanup(finished)
    at.heddle("lab", "up", "--nodes", "2")
    at.start()
    at.heddle("apply", "-f", str(EXAMPLE))
    at.heddle("lab", "pods", "-f", str(EXAMPLE))
    at.realized("red-a", "red-b")
    at.settled()


def finished():
    left = at.close()
    if left:
        raise AssertionError(f"left behind: {left}")


def log(text):
    """The lines of the controller's log that contain a text."""
    return [line for line in (at.home / "run/data/log/heddle.log").read_text().splitlines() if text in line]


def connections(node):
    """How often the daemons of a node have connected over TLS; each writes it into its log."""
    return {daemon: sum(bool(re.search(r"ssl:\S+: connected$", line)) for line in
                        (at.lab.node_directory(node) / f"{daemon}.log").read_text().splitlines())
            for daemon in ("ovs-vswitchd", "ovsdb-server")}


def shown():
    """The serial number of the certificate that a connection made now is shown."""
    address = f"{at.lab.controller_address}:{at.lab.ovsdb_port}"
    said = subprocess.run(["openssl", "s_client", "-connect", address, "-tls1_2"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=20).stdout
    return serial(said[said.index("-----BEGIN"):])


def serial(pem):
    return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=pem, capture_output=True, text=True,
                          check=True).stdout


class Certificates(unittest.TestCase):
    def test_what_the_lab_speaks_is_tls(self):
        for node in ("n1", "n2"):
            self.assertTrue(at.node(node, "ovs-vsctl", "get-manager").startswith("ssl:"))
            self.assertTrue(at.node(node, "ovs-vsctl", "get-controller", "br-int").startswith("ssl:"))

    def test_renewed_certificates_end_no_session_and_send_no_flow(self):
        at.barrier()
        before, sessions, old = at.sent(), {n: connections(n) for n in ("n1", "n2")}, shown()
        ping = Ping(at, "red-a", "10.0.0.12")
        at.heddle("pki", "renew")
        wanted = serial((at.home / "run/etc/tls/cert.pem").read_text())
        await_none(lambda: wanted != shown(), 20, "the new certificate")
        at.barrier()
        self.assertNotEqual(old, wanted)
        self.assertEqual(sessions, {n: connections(n) for n in ("n1", "n2")})
        self.assertEqual(before, at.sent())
        self.assertEqual(0, ping.stop()["lost"])

    def test_without_a_valid_certificate_a_node_gets_nothing_and_is_named_once(self):
        # The last one: when n2 is let in again its daemons come back one after the other.
        own = at.home / "run/pki/nodes/n2"
        elsewhere = at.home / "elsewhere"
        at.environment["HEDDLE_PKI"] = str(elsewhere)
        try:
            at.heddle("pki", "node", "n2")
        finally:
            del at.environment["HEDDLE_PKI"]
        before, dump = at.sent(), at.dump("n2")
        address = at.heddle("lab", "exec", "n2", "ovs-vsctl", "get", "Open_vSwitch", ".",
                            "external_ids:heddle-encap-ip").strip().strip('"')
        self.show(elsewhere / "nodes/n2", own / "cacert.pem")
        try:
            await_none(lambda: [n for n in at.get("nodes")["items"]
                                if n["metadata"]["name"] == "n2" and n["status"]["connected"]], 30, "n2 away")
            # ovsdb-server finds its own side of the handshake done and calls that connected, each time anew.
            tried = connections("n2")["ovsdb-server"]
            await_none(lambda: connections("n2")["ovsdb-server"] < tried + 3, 60, "attempts")
            self.assertEqual(1, len(log(f"{address} is refused")))
            self.assertIn("its certificate is signed by nobody we trust", log(f"{address} is refused")[0])
        finally:
            self.show(own, own / "cacert.pem")
        at.settled()
        self.assertEqual(before, at.sent())
        self.assertEqual(dump, at.dump("n2"))
        self.assertEqual(1, len(log(f"{address} is refused")))

    def show(self, directory: Path, authority: Path):
        """Has n2 show another certificate, from its next connection on, which it makes at once."""
        at.node("n2", "ovs-vsctl", "set-ssl", str(directory / "privkey.pem"), str(directory / "cert.pem"),
                str(authority))
        at.node("n2", "ovs-appctl", "-t", "ovsdb-server", "ovsdb-server/reconnect")
        at.node("n2", "ovs-appctl", "bridge/reconnect", "br-int")
