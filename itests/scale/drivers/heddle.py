"""Heddle: the controller as it ships, started by the script `heddle` with a home of its own.

The client is one persistent HTTP connection. Nodes and controller speak plain TCP (HEDDLE_TLS=off), since OVN runs here
without TLS.
"""

import os
import signal
import subprocess
from pathlib import Path

from system.installation import document, free_ports

from ..sim import end, run
from ..wire import Http

ROOT = Path(__file__).resolve().parents[3]
API = "/api/v1"


class Driver:
    name = "Heddle"
    agent_restartable = False
    installed_key = "heddle-installed"

    def __init__(self, programs, base, loop, nodes):
        self.loop, self.nodes = loop, nodes
        self.home = Path(base) / "heddle"
        self.rest, self.ssh, self.ovsdb, self.openflow = free_ports(4)
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith("HEDDLE_") or k in ("HEDDLE_HEAP", "HEDDLE_GC")}
        self.env = {**kept, "HEDDLE_HOME": str(self.home), "HEDDLE_TLS": "off",
                    "HEDDLE_REST_PORT": str(self.rest), "HEDDLE_SSH_PORT": str(self.ssh),
                    "HEDDLE_OVSDB_PORT": str(self.ovsdb), "HEDDLE_OPENFLOW_PORT": str(self.openflow),
                    "HEDDLE_OVSDB_ADDRESS": "127.0.0.1", "HEDDLE_OPENFLOW_ADDRESS": "127.0.0.1"}
        self.client = self.waiter = self.starting = None
        self.mark = lambda port, step: None

    def version(self):
        commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], text=True,
                                stdin=subprocess.DEVNULL, capture_output=True).stdout.strip()
        return f"Heddle {commit}".strip()

    # Life cycle
    def start(self):
        self.start_central()
        if self.starting.wait(120):
            raise RuntimeError("heddle start: " + self.starting.stderr.read())
        token = (self.home / "etc/heddle.token").read_text().strip()
        self.client, self.waiter = (Http(self.loop, ("127.0.0.1", self.rest), token) for _ in range(2))
        for node in self.nodes:
            node.vsctl("set", "open_vswitch", ".", "external-ids:system-id=" + node.name,
                       "external-ids:hostname=" + node.name,
                       "external-ids:heddle-encap-ip=" + node.tunnel_address,
                       "--", "set-manager", f"tcp:{node.controller}:{self.ovsdb}")

    def start_central(self):
        """Begins it; sync_done() tells when it is there."""
        self.starting = subprocess.Popen([str(ROOT / "heddle"), "start"], env=self.env, text=True,
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def kill_central(self):
        end(self.pid, signal.SIGKILL)

    def stop(self):
        if self.starting:
            self.starting.wait(120)
            run(str(ROOT / "heddle"), "stop", env=self.env)
        for connection in (self.client, self.waiter):
            if connection:
                connection.close()

    @property
    def pid(self):
        return int((self.home / "heddle.pid").read_text().split()[0])

    def processes(self):
        return {"central": [self.pid]}

    # Whether everything is installed, by the controller's own account
    def sync_begin(self):
        pass

    def sync_done(self):
        """Every node is connected, has confirmed the newest revision and waits for nothing."""
        if self.starting.poll() is None:
            return False
        revision = self.client.call("GET", API + "/ready")["revision"]
        states = self._states()
        return len(states) == len(self.nodes) and all(
            s["connected"] and s["installed"] >= revision and not s["waiting"] for s in states.values())

    def _states(self):
        return {n["metadata"]["name"]: n["status"] for n in self.client.call("GET", API + "/nodes")["items"]}

    # Changes
    def load(self, topology):
        self._put([document("LogicalSwitch", name, {}) for name in topology.switches])
        for i in range(0, len(topology.ports), 1000):
            self._put([self._port(p) for p in topology.ports[i:i + 1000]])

    @staticmethod
    def _port(port):
        return document("LogicalPort", port.name, {"switch": port.switch, "mac": port.mac, "addresses": [port.ip]})

    def _put(self, documents):
        self.client.call("POST", API + "/transactions", documents)

    def add_port(self, port):
        self._put([self._port(port)])
        self.waiter.send("GET", f"{API}/logicalports/{port.name}?wait=realized&timeout=30s",
                         then=lambda reply: reply[0] == 200 and self.mark(port.name, "up"))

    def watch_ports(self, mark):
        """'up' is Realized: every node that has ports of the switch has confirmed the port's flows."""
        self.mark = mark

    def unwatch(self):
        self.mark = lambda port, step: None

    def sent(self):
        """Flow-mods sent to all nodes since the controller was started."""
        return sum(s["sent"] for s in self._states().values())

    def describe(self):
        return {"sent_per_node": [f(s["sent"] for s in self._states().values()) for f in (min, max)]}
