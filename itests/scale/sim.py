"""The part that no control plane owns: nodes with simulated ports and datapath, processes and their counters.

A node is one ovsdb-server and one ovs-vswitchd (--enable-dummy=override) in a directory of its own.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .wire import OpenFlow

TICK = os.sysconf("SC_CLK_TCK")
COMMON = ("--detach", "--no-chdir", "-vconsole:off", "-vsyslog:off")


def run(*command, env=None, timeout=600):
    """The output of a command that must succeed."""
    done = subprocess.run([str(c) for c in command], env={**os.environ, **(env or {})}, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))[:300]}: {(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout


def stat(pid):
    """The fields of /proc/PID/stat after the name; nothing if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu(pid):
    """CPU seconds used so far by a process, all its threads."""
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICK if fields else 0.0


def rss(pid):
    """Resident set in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine_busy():
    """CPU seconds this machine has not been idle."""
    with open("/proc/stat") as file:
        fields = [int(f) for f in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def pid_of(path):
    return int(Path(path).read_text())


def end(pid, number=signal.SIGTERM):
    """Ends one process that this harness started, and waits until it is gone."""
    try:
        os.kill(pid, number)
        for _ in range(3000):
            fields = stat(pid)
            if not fields or fields[0] == "Z":
                return
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Programs:
    """Where OVN and Open vSwitch are: both control planes drive these same switches.

    directory: made by debian13.sh; without it the machine's own Open vSwitch, and no OVN.
    """

    def __init__(self, directory=None):
        self.directory = directory and Path(directory)

    def path(self, name):
        if self.directory:
            found = self.directory / name
        elif name.endswith("schema"):
            found = Path("/usr/share/openvswitch") / name
        else:
            found = Path(shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or f"/usr/sbin/{name}")
        if not found.exists():
            raise RuntimeError(f"no {found}: itests/scale/debian13.sh makes it, or install openvswitch-switch")
        return str(found)

    def ovs_version(self):
        return run(self.path("ovs-vswitchd"), "--version").split("\n")[0].split()[-1]


class Node:
    """An Open vSwitch with an empty br-int. database: socket of its OVSDB; management: br-int's OpenFlow socket."""

    def __init__(self, programs, base, index):
        self.programs, self.index, self.name = programs, index, f"node{index}"
        self.directory = f"{base}/{self.name}"
        self.database = self.directory + "/db.sock"
        self.management = self.directory + "/br-int.mgmt"
        self.tunnel_address = f"172.30.{index // 250}.{index % 250 + 1}"
        self.controller = "127.0.0.1"  # where it finds a controller that listens on an address
        self.env = {"OVS_RUNDIR": self.directory, "OVS_DBDIR": self.directory, "OVS_LOGDIR": self.directory,
                    "OVN_RUNDIR": self.directory, "OVN_LOGDIR": self.directory}
        self.switch_pid = self.database_pid = None
        self._openflow = None
        self._bridge = None

    def command(self, program, *arguments):
        return [self.programs.path(program), *arguments]

    def start(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        file = self.directory + "/conf.db"
        run(*self.command("ovsdb-tool", "create", file, self.programs.path("vswitch.ovsschema")))
        self.database_pid = self._daemon("ovsdb", "ovsdb-server", file, "--remote=punix:" + self.database,
                                         "--remote=db:Open_vSwitch,Open_vSwitch,manager_options")
        self.vsctl("--no-wait", "init")
        self.switch_pid = self._daemon("vswitchd", "ovs-vswitchd", "unix:" + self.database,
                                       "--enable-dummy=override", "--disable-system")
        self.vsctl("add-br", "br-int", "--", "set", "bridge", "br-int", "fail-mode=secure",
                   "other-config:disable-in-band=true")

    def _daemon(self, name, program, *arguments):
        run(*self.command(program, *arguments, f"--pidfile={self.directory}/{name}.pid",
                          f"--log-file={self.directory}/{name}.log", f"--unixctl={self.directory}/{name}.ctl",
                          *COMMON), env=self.env)
        return pid_of(f"{self.directory}/{name}.pid")

    def stop(self):
        if self._openflow:
            self._openflow.close()
        for pid in (self.switch_pid, self.database_pid):
            if pid:
                end(pid)

    def vsctl(self, *arguments):
        return run(*self.command("ovs-vsctl", "--db=unix:" + self.database, "--timeout=60", *arguments))

    def plug_operations(self, connection, ports):
        """OVSDB operations that plug `ports` into br-int; iface-id is the port's name."""
        if self._bridge is None:
            self._bridge = connection.transact([{"op": "select", "table": "Bridge", "columns": ["_uuid"],
                                                 "where": [["name", "==", "br-int"]]}])[0]["rows"][0]["_uuid"]
        operations, rows = [], []
        for n, port in enumerate(ports):
            operations.append({"op": "insert", "table": "Interface", "uuid-name": f"i{n}", "row": {
                "name": port.name, "external_ids": ["map", [["iface-id", port.name], ["attached-mac", port.mac]]]}})
            operations.append({"op": "insert", "table": "Port", "uuid-name": f"p{n}", "row": {
                "name": port.name, "interfaces": ["named-uuid", f"i{n}"]}})
            rows.append(["named-uuid", f"p{n}"])
        operations.append({"op": "mutate", "table": "Bridge", "where": [["_uuid", "==", self._bridge]],
                           "mutations": [["ports", "insert", ["set", rows]]]})
        # What ovs-vsctl does to make ovs-vswitchd look at the change.
        operations.append({"op": "mutate", "table": "Open_vSwitch", "where": [], "mutations": [["next_cfg", "+=", 1]]})
        return operations

    def flows(self):
        """How many flows br-int has."""
        if self._openflow is None:
            self._openflow = OpenFlow(self.management)
        try:
            return self._openflow.flow_count()
        except (RuntimeError, OSError):  # br-int's remotes were set anew
            self._openflow.close()
            self._openflow = OpenFlow(self.management)
            return self._openflow.flow_count()

    def messages(self):
        """OpenFlow messages ovs-vswitchd has received since it started."""
        return int(run(*self.command("ovs-appctl", "--timeout=60", "-t", self.directory + "/vswitchd.ctl",
                                     "coverage/read-counter", "vconn_received")).split()[0])
