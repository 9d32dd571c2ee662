"""The commands of docs/mininet.md, with switches of Mininet's own making: its own Open vSwitch in a namespace that the
controller is started in, too, so that 127.0.0.1 is where the page says it is."""

import contextlib
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from heddle_lab.state import end, inside, remove_namespace
from tests.machine import traces

from .installation import ROOT, Installation, Refused, await_none

PAGE = (ROOT / "docs/mininet.md").read_text()
FRAMES = ["/usr/bin/python3", str(Path(__file__).with_name("frames.py"))]
at = None


def command(beginning):
    """The command of the page that begins so: the test does what the page says."""
    found = [line for line in re.findall(r"^(?:mininet> )?(.+)$", PAGE, re.M) if line.startswith(beginning)]
    assert found, f"docs/mininet.md has no command {beginning}"
    return found[0]


class Machine(Installation):
    """A controller and an Open vSwitch that know nothing of each other, in one namespace."""

    def __init__(self):
        super().__init__()
        self.namespace = f"{self.lab.prefix}-mn"
        self.ovs = Path(tempfile.mkdtemp(prefix="heddle-mn-"))
        self.environment |= {"HEDDLE_TLS": "off"}
        self.variables = {**self.environment, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
                          **{f"OVS_{what}DIR": str(self.ovs) for what in ("RUN", "DB", "LOG")}}

    def inside(self, *argv):
        return ["nsenter", f"--net=/run/netns/{self.namespace}", *argv]

    def run(self, *argv, timeout=120):
        done = subprocess.run(self.inside(*argv), env=self.variables, cwd=ROOT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)
        if done.returncode:
            raise Refused(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def heddle(self, *arguments, text=None, timeout=120):
        return self.run(str(ROOT / "heddle"), *arguments, timeout=timeout)

    def boot(self):
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.run("ip", "link", "set", "lo", "up")
        self.run("ovsdb-tool", "create", f"{self.ovs}/conf.db", "/usr/share/openvswitch/vswitch.ovsschema")
        daemon = ["--no-chdir", "--detach", "--pidfile", "--log-file", "-vconsole:off"]
        self.run("ovsdb-server", f"{self.ovs}/conf.db", f"--remote=punix:{self.ovs}/db.sock", *daemon)
        self.run("ovs-vsctl", "--no-wait", "init")
        self.run("nice", "-n", "-10", "ovs-vswitchd", f"unix:{self.ovs}/db.sock", *daemon)

    def close(self):
        try:
            self.heddle("stop")
        finally:
            end(inside([self.namespace]))
            remove_namespace(self.namespace)
        left = traces(self.lab)
        for directory in (self.ovs, self.lab.directory, self.home):
            shutil.rmtree(directory, ignore_errors=True)
        return left

    def switches(self):
        """The plain switches that are connected, by name."""
        items = json.loads(self.heddle("get", "PlainSwitch", "-o", "json"))
        items = items["items"] if isinstance(items, dict) else items
        return {i["metadata"]["name"]: i for i in items if i["status"]["connected"]}


class Mininet:
    """mn as somebody types it, in a process namespace of its own: when it fails it kills by name."""

    def __init__(self, line):
        line = line.replace("port=6653", f"port={at.environment['HEDDLE_OPENFLOW_PORT']}")
        self.process = subprocess.Popen(
            at.inside("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *line.split()),
            env=at.variables, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = ""
        self.until("Starting CLI", 60)

    def until(self, text, timeout):
        """What it says up to a text."""
        deadline = time.monotonic() + timeout
        while text not in self.said:
            ready = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]
            more = os.read(self.process.stdout.fileno(), 65536).decode() if ready else ""
            if not more:
                raise AssertionError(f"mn did not say {text!r}:\n{self.said}")
            self.said += more
        before, _, self.said = self.said.partition(text)
        return before

    def type(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def pingall(self):
        """Per cent of pings that were lost."""
        self.type(command("pingall"))
        self.until("*** Results: ", 120)
        return self.until("dropped", 10).strip()

    def hosts(self):
        """By name, a process in each host's namespace."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                name = re.search(rb"mininet:(h\d+)", Path(f"/proc/{pid}/cmdline").read_bytes())
                if name and os.fsencode(at.ovs) in Path(f"/proc/{pid}/environ").read_bytes():
                    found[name[1].decode()] = pid
        return found

    def close(self):
        if self.process.poll() is None:
            with contextlib.suppress(BrokenPipeError):
                self.type("exit")
            try:
                self.process.communicate(timeout=60)
            finally:
                self.process.kill()
                self.process.wait()


def frames(pid, name, *arguments):
    return subprocess.Popen(["nsenter", f"--net=/proc/{pid}/ns/net", *FRAMES, *arguments, f"{name}-eth0"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def setUpModule():
    global at
    at = Machine()
    unittest.addModuleCleanup(finished)
    at.boot()
    at.heddle("start")
    at.heddle(*command("./heddle console feature:install").split()[1:])


def finished():
    left = at.close()
    if left:
        raise AssertionError(f"left behind: {left}")


class PlainMininet(unittest.TestCase):
    def mininet(self, line):
        mn = Mininet(command(line))
        self.addCleanup(mn.close)
        return mn

    def settled(self, switches, links):
        """Waits until so many switches are here, all is known of them, and the links are those there are."""
        def missing():
            found = at.switches()
            unmet = [f"{name}: {c['message']}" for name, s in found.items() for c in s["status"]["conditions"]
                     if c["status"] != "True"]
            ends = [p for s in found.values() for p in s["spec"]["ports"] if p["state"] == "LINK"]
            if len(found) != switches or len(ends) != 2 * links:
                unmet.append(f"{len(found)} switches, {len(ends)} ends of links")
            return unmet
        await_none(missing, 60, f"{switches} switches and {links} links")

    def one_copy(self, mn):
        """Each of 20 broadcasts of h1 comes to every other host once."""
        hosts = mn.hosts()
        receivers = {name: frames(pid, name, "receive") for name, pid in hosts.items() if name != "h1"}
        self.assertEqual(3, len(receivers))
        for receiver in receivers.values():
            self.assertEqual("ready\n", receiver.stdout.readline())
        self.assertEqual("20\n", frames(hosts["h1"], "h1", "broadcast").communicate(timeout=20)[0])
        for receiver in receivers.values():
            self.assertEqual("all\n", receiver.stdout.readline())
        # Whatever still goes round in circles has the time of twelve pings to come again.
        self.assertEqual("0%", mn.pingall())
        for receiver in receivers.values():
            self.assertEqual(["1"] * 20, receiver.communicate("", timeout=20)[0].split())

    def test_linear(self):
        mn = self.mininet("mn --controller remote,ip=127.0.0.1,port=6653 --switch ovs,datapath=user --topo linear,4")
        self.settled(4, 3)
        self.assertEqual("0%", mn.pingall())

    def test_tree(self):
        mn = self.mininet("mn --controller remote,ip=127.0.0.1,port=6653 --switch ovs,datapath=user --topo tree,2")
        self.settled(3, 2)
        self.assertEqual("0%", mn.pingall())

    def test_ring(self):
        mn = self.mininet("mn --custom examples/mininet_ring.py --topo ring,4")
        self.settled(4, 4)
        self.assertEqual("0%", mn.pingall())
        self.one_copy(mn)

        before = at.switches()
        self.assertEqual("3\n", frames(mn.hosts()["h1"], "h1", "forge").communicate(timeout=20)[0])
        self.assertEqual([s["spec"] for s in before.values()], [s["spec"] for s in at.switches().values()])

        # Whichever link stands idle, one of these two carries traffic.
        for one, other in (("s1", "s2"), ("s2", "s3")):
            mn.type(f"link {one} {other} down")
            self.settled(4, 3)
            self.assertEqual("0%", mn.pingall())
            self.one_copy(mn)
            mn.type(f"link {one} {other} up")
            self.settled(4, 4)
            self.assertEqual("0%", mn.pingall())
