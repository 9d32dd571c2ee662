"""One controller and one lab with settings no other has, and an operator's ways to speak to them."""

import ipaddress
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from heddle_lab.settings import Settings
from heddle_lab.state import kill
from tests.machine import traces

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/two-tenants.yaml"


def free_ports(count):
    """Ports nobody listens on, below those the kernel gives to connections: they stay ours over a restart."""
    held = []
    while len(held) < count:
        candidate = socket.socket()
        try:
            candidate.bind(("", random.randrange(20000, 32000)))
            held.append(candidate)
        except OSError:
            candidate.close()
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class Refused(Exception):
    """A command that ended with another exit code than 0; its text is what the command said."""


class Installation:
    """Starts nothing by itself. Every wait has a deadline and says what was missing."""

    def __init__(self):
        slot = os.getpid() % 60
        rest, ssh, ovsdb, openflow = free_ports(4)
        self.home = Path(tempfile.mkdtemp(prefix="heddle-system-"))
        # The directory is short: a unix socket's path has 107 bytes.
        self.lab = Settings(Path(tempfile.mkdtemp(prefix="heddle-lab-")), f"s{slot}",
                            ipaddress.IPv4Network(f"198.18.{16 + slot * 4}.0/22"), ovsdb)
        self.url = f"http://127.0.0.1:{rest}/api/v1"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HEDDLE_")},
            "HEDDLE_HOME": str(self.home / "run"), "HEDDLE_REST_PORT": str(rest), "HEDDLE_SSH_PORT": str(ssh),
            "HEDDLE_OVSDB_PORT": str(ovsdb), "HEDDLE_OPENFLOW_PORT": str(openflow),
            "HEDDLE_LAB_DIR": str(self.lab.directory), "HEDDLE_LAB_PREFIX": self.lab.prefix,
            "HEDDLE_LAB_UNDERLAY": str(self.lab.underlay)}

    def heddle(self, *arguments, text=None, timeout=120):
        """The script's answer; Refused with all it said if its exit code is not 0."""
        done = subprocess.run([str(ROOT / "heddle"), *arguments], env=self.environment, input=text,
                              capture_output=True, text=True, timeout=timeout,
                              **({} if text is not None else {"stdin": subprocess.DEVNULL}))
        if done.returncode:
            raise Refused(f"heddle {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def popen(self, name, *command, **options):
        """A command in a pod or on a node that goes on running: the process is the command itself."""
        return subprocess.Popen([str(ROOT / "heddle"), "lab", "exec", name, *command], env=self.environment,
                                **{"stdin": subprocess.DEVNULL, **options})

    def console(self, command):
        """A console command that goes on running."""
        return subprocess.Popen([str(ROOT / "heddle"), "console", command], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def node(self, name, *command):
        return self.heddle("lab", "exec", name, *command)

    def start(self):
        self.heddle("start")

    @property
    def pid(self):
        return int((self.home / "run/heddle.pid").read_text().split()[0])

    def kill(self):
        kill(self.pid)

    def close(self):
        """Ends all and says what is left behind of it, which should be nothing."""
        try:
            self.heddle("stop")
        finally:
            self.heddle("lab", "down")
        left = traces(self.lab)
        shutil.rmtree(self.lab.directory, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)
        return left

    # REST
    def rest(self, method, path, body=None, timeout=40):
        """The status and the answer as plain data."""
        token = (self.home / "run/etc/heddle.token").read_text().strip()
        request = urllib.request.Request(
            f"{self.url}/{path}", None if body is None else json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json",
                     "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"null")
        except urllib.error.URLError as silence:
            raise Refused(f"{method} {path}: {silence.reason}") from None

    def get(self, path):
        status, tree = self.rest("GET", path)
        if status != 200:
            raise Refused(f"GET {path}: {status} {tree}")
        return tree

    def realized(self, *ports, timeout=30):
        for port in ports:
            self.get(f"logicalports/{port}?wait=realized&timeout={timeout}s")

    def metrics(self):
        """Each sample by its name with its labels, as they are written."""
        token = (self.home / "run/etc/heddle.token").read_text().strip()
        request = urllib.request.Request(f"{self.url.removesuffix('/api/v1')}/metrics",
                                         headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=40) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (x.rsplit(" ", 1) for x in lines if not x.startswith("#"))}

    def why(self, cookie):
        """The objects a flow exists for, as KIND/NAME."""
        return {o for unit in self.get(f"why/{cookie}")["units"] for o in unit["objects"]}

    def model(self):
        """Every object of every kind with key, revision and conditions; without what is counted on the way."""
        paths = self.get("openapi.json")["paths"]
        kinds = sorted(p["get"]["operationId"].removeprefix("get-") for n, p in paths.items()
                       if n.endswith("/{name}") and not n.endswith("/features/{name}"))
        found = {}
        for kind in kinds:
            for item in self.get(kind)["items"]:
                for counted in ("installed", "flows", "sent", "trouble", "connected"):
                    item["status"].pop(counted, None)
                found[f"{kind}/{item['metadata']['name']}"] = item
        return found

    # What the switches have
    def sent(self):
        """Flow modifications sent to each node since the controller started."""
        return {n["metadata"]["name"]: n["status"].get("sent", 0) for n in self.get("nodes")["items"]}

    def confirmed(self, timeout=30, nodes=None):
        """Waits until every node, or each of `nodes`, is connected and has confirmed the newest revision."""
        revision = self.get("ready")["revision"]
        await_none(lambda: [n["metadata"]["name"] for n in self.get("nodes")["items"]
                            if nodes is None or n["metadata"]["name"] in nodes
                            if not n["status"]["connected"] or n["status"]["installed"] < revision],
                   timeout, f"revision {revision} on {nodes or 'every node'}")

    def settled(self, timeout=30):
        """Waits until no feature is away and every node has confirmed the newest revision."""
        await_none(lambda: [s["name"] for s in self.get("stages") if s["held"]], timeout, "features")
        self.confirmed(timeout)

    def barrier(self):
        """Returns when all that was asked for before is done: a change that needs no flow comes through last."""
        self.rest("PUT", "logicalswitches/barrier", document("LogicalSwitch", "barrier", {}))
        self.rest("DELETE", "logicalswitches/barrier")
        self.settled()

    def dump(self, node):
        """The flows of a node's br-int: {(table, priority and match): (cookie, actions)}."""
        found = {}
        for line in self.node(node, "ovs-ofctl", "-O", "OpenFlow13", "--no-stats", "--no-names", "dump-flows",
                              "br-int").splitlines():
            if "table=" not in line and "actions=" not in line:
                continue
            parts = re.fullmatch(r"\s*(?:cookie=(0x[0-9a-f]+), )?(?:table=(\d+), )?(.*?)\s?actions=(.*)", line)
            found[int(parts[2] or 0), parts[3]] = (parts[1] or "0x0", parts[4])
        return found

    def dumps(self):
        return {node: self.dump(node) for node in ("n1", "n2")}

    def matrix(self):
        """The matrix of the example's pods, right or wrong."""
        try:
            return json.loads(self.heddle("lab", "matrix", "-f", str(EXAMPLE), "-o", "json"))
        except Refused as wrong:
            return json.loads(re.search(r"^\{.*^\}", str(wrong), re.M | re.S)[0])


def document(kind, name, spec, **metadata):
    return {"apiVersion": "heddle.dev/v1", "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}


def changed(before, now):
    """The flows that are new, gone or other: {node: {key: [cookies]}} of two results of dumps()."""
    return {node: {key: [d[node][key][0] for d in (before, now) if key in d[node]]
                   for key in {*before[node], *now[node]} if before[node].get(key) != now[node].get(key)}
            for node in now}


def await_none(missing, timeout, what):
    """Asks `missing()` until it has nothing to say."""
    deadline = time.monotonic() + timeout
    while True:
        left = missing()
        if not left:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s: {left}")
        time.sleep(0.02)


def finish(process, number=signal.SIGTERM):
    """Ends a process by signal and returns its output, if it was piped."""
    process.send_signal(number)
    return process.communicate(timeout=20)[0]
