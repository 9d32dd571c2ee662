"""An Open vSwitch of its own in a namespace of its own, and what may befall its two daemons."""

import os
import signal
import time
from pathlib import Path

from mininet.node import Switch

from .parts import Named, run
from .settings import LabError
from .state import kill, start_time

DAEMONS = {"ovsdb": "ovsdb-server", "vswitchd": "ovs-vswitchd"}


class OpenVSwitch(Named, Switch):
    """ovsdb-server and ovs-vswitchd (userspace datapath) with their files in a directory of their own."""

    programs = None
    restarts = 0

    @property
    def directory(self):
        return self.params["settings"].node_directory(self.name)

    def variables(self):
        return self.programs.variables(self.directory) if self.programs else {}

    def ovs(self, *argv, what=None):
        """Runs an Open vSwitch program of this node's version against this node's switch."""
        return run(["nsenter", f"--net={self.params['path']}", *argv],
                   what or f"{self.name}: {' '.join(argv)}", env=self.environment())

    def boot_daemons(self, programs, *settings):
        """Makes an empty database that says `settings` (ovs-vsctl) of its machine, and starts both daemons."""
        self.programs = programs
        for name, value in self.variables().items():
            self.cmd(f"export {name}='{value}'")
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ovs("ovsdb-tool", "create", str(self.directory / "conf.db"), programs.schema)
        self._start_database()
        # As ovs-ctl does on a real node: the switch itself does not say its version in the database.
        version = self.ovs("ovs-vswitchd", "--version").splitlines()[0].split()[-1]
        self.ovs("ovs-vsctl", "--no-wait", "init", "--", "set", "Open_vSwitch", ".", f"ovs_version={version}",
                 f"external_ids:system-id={self.name}", f"external_ids:hostname={self.name}", *settings)
        self._start_switch()

    def _start_database(self):
        directory = self.directory
        self.ovs("ovsdb-server", str(directory / "conf.db"), f"--remote=punix:{directory}/db.sock",
                 "--remote=db:Open_vSwitch,Open_vSwitch,manager_options",
                 "--private-key=db:Open_vSwitch,SSL,private_key", "--certificate=db:Open_vSwitch,SSL,certificate",
                 "--ca-cert=db:Open_vSwitch,SSL,ca_cert", "--no-chdir", "--detach", "--pidfile",
                 f"--log-file={directory}/ovsdb-server.log", "-vconsole:off")

    def _start_switch(self):
        directory = self.directory
        # The priority that Debian's own start script gives it (ovs-ctl(8), --ovs-vswitchd-priority): nodes of a lab
        # share the cores of one machine with the controller, and packets must not wait for its compilers.
        self.ovs("nice", "-n", "-10", "ovs-vswitchd", f"unix:{directory}/db.sock", "--no-chdir", "--detach", "--pidfile",
                 f"--log-file={directory}/ovs-vswitchd.log", "-vconsole:off")
        group = Path(f"/proc/{self.daemon('vswitchd')}/autogroup")
        if group.exists():
            group.write_text("-10")  # sched(7): with autogrouping a nice value counts within its session only

    def daemon(self, which):
        """The pid of a daemon ("ovsdb" or "vswitchd"), or None if it does not run."""
        try:
            pid = int((self.directory / f"{DAEMONS[which]}.pid").read_text())
        except FileNotFoundError:
            return None
        # A killed daemon leaves its file behind, and its number may be another process's by now.
        return pid if start_time(pid) is not None and _is(pid, DAEMONS[which]) else None

    @property
    def condition(self):
        """"up", "hangs" or "killed", of the worse of its daemons."""
        pids = [self.daemon(which) for which in DAEMONS]
        if None in pids:
            return "killed"
        return "hangs" if any(_stopped(pid) for pid in pids) else "up"

    def kill_daemons(self, which):
        """Kills daemons by SIGKILL and leaves them dead; LabError if one does not run."""
        pids = {w: self.daemon(w) for w in which}
        for name, pid in pids.items():
            if pid is None:
                raise LabError(f"{self.name}: {DAEMONS[name]} does not run: heddle lab start {self.name}")
        # The switch first: with its database gone it could still change something.
        for name in reversed(pids):
            kill(pids[name])

    def start_daemons(self):
        """Starts those daemons that do not run; returns when the switch does what its database says."""
        fresh = [w for w in DAEMONS if self.daemon(w) is None]
        if "ovsdb" in fresh:
            self._start_database()
        if "vswitchd" in fresh:
            self._start_switch()
        # ovs-vsctl waits until the switch has applied this change, and with it all that stands before it.
        self.restarts += 1
        self.ovs("ovs-vsctl", "--timeout=60", "set", "Open_vSwitch", ".", f"external_ids:lab-restarts={self.restarts}")
        return fresh

    def hang(self, on):
        """Stops both daemons as they stand (SIGSTOP), or lets them go on. Twice is once."""
        pids = [self.daemon(which) for which in DAEMONS]
        if None in pids:
            raise LabError(f"{self.name} was killed: heddle lab start {self.name}")
        for pid in pids:
            os.kill(pid, signal.SIGSTOP if on else signal.SIGCONT)
            _await(pid, on)


def _stat(pid):
    """State letter of process `pid` (proc(5)); "" if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _stopped(pid):
    return _stat(pid) == "T"


def _await(pid, stopped):
    """Returns when the signal has taken effect, which is at the end of what the kernel does for the process."""
    while _stat(pid) and _stopped(pid) != stopped:
        time.sleep(0.001)


def _is(pid, name):
    """True if the program that process `pid` runs was given the name `name` (the newer ones by --argv0)."""
    try:
        return name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
