"""A holder: the first process of a PID, a mount and a cgroup namespace, in which a part of the cluster runs.

When the holder is killed the kernel kills all that runs in its PID namespace, pods included, and the mounts go with the
mount namespace: nothing has to be looked for. Its number is on disk before it does anything.

Inside, /run, /var/log and /var/lib are its own (but for the cluster's directory), as if it were another machine: the
kubelet, containerd and CNI plugins write there by fixed paths. The root of each cgroup hierarchy is a group of its own,
for containerd puts its containers below the root. The kernel settings that a kubelet would change for the
whole machine are shown to it as it wants them.
"""

import os
import subprocess
from pathlib import Path

from ..settings import LabError
from .place import containerd_directory

_SCRIPT = Path(__file__).with_name("holder.sh")

_START = """
set -e
while read -r group; do echo $$ >"$group"; done </run/cgroups
log=$1 file=$2
shift 2
"$@" >>"$log" 2>&1 </dev/null &
echo "$!" >"$file"
"""


class Holder:
    """name: also that of its directory; place.Record knows its number."""

    def __init__(self, place, record, name, net=None):
        self.place, self.record, self.name, self.net = place, record, name, net
        self.directory = place.node(name)

    @property
    def pid(self):
        return self.record.holder(self.name)

    def raise_up(self, lock):
        """Makes the namespaces unless they are there. `lock` guards the record."""
        if self.pid:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        switch = self.place.settings.node_directory(self.name)
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", str(_SCRIPT),
                str(self.place.directory), str(self.directory / "run"), str(self.place.settings.directory),
                str(switch) if self.net and switch.is_dir() else "", f"{self.place.cgroup}/{self.name}"]
        if self.net:
            argv = ["nsenter", f"--net={self.net}", *argv]
        with open(self.directory / "holder.log", "ab") as log:
            process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                                       start_new_session=True, cwd="/", env=_environment())
        outer = process.stdout.readline().strip()
        if not outer.isdigit():
            raise LabError(f"{self.name}: no namespaces: see {log.name}")
        with lock:
            self.record.hold(self.name, int(outer))
        process.stdin.write("go\n")
        process.stdin.close()
        if process.stdout.readline().strip() != "ready":
            raise LabError(f"{self.name}: its mounts could not be made: {_last_line(log.name)}")
        process.stdout.close()

    def argv(self, *command):
        """A command as it runs inside; its input and output are the caller's."""
        pid = self.pid
        if not pid:
            raise LabError(f"{self.name} does not run: heddle k8s down, then up")
        return ["nsenter", *(f"--{kind}=/proc/{pid}/ns/{file}" for kind, file in
                             (("mount", "mnt"), ("pid", "pid"), ("net", "net"), ("cgroup", "cgroup"))), "--", *command]

    def run(self, *command, stdin=subprocess.DEVNULL):
        """Runs a command inside; its output, or LabError with what it said."""
        done = subprocess.run(self.argv(*command), capture_output=True, text=True, stdin=stdin, env=_environment(), cwd="/")
        if done.returncode:
            raise LabError(f"{self.name}: {' '.join(command[:4])}: {(done.stderr or done.stdout).strip()[-800:]}")
        return done.stdout.strip()

    def start(self, name, *command):
        """Starts a program that goes on running inside, unless it runs; NAME.log and NAME.pid are in the directory."""
        if self.runs(name):
            return
        # The shell ends at once; the holder is the program's parent from then on, and reaps it.
        done = subprocess.run(self.argv("bash", "-c", _START, name, str(self.log(name)), str(self._pid_file(name)),
                                        *command),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True, env=_environment(), cwd="/")
        if done.returncode:
            raise LabError(f"{self.name}: {name} was not started")

    def runs(self, name):
        pid = self.inner(name)
        return bool(self.pid and pid) and subprocess.run(
            self.argv("kill", "-0", str(pid)), capture_output=True).returncode == 0

    def inner(self, name):
        """The number of a program inside the PID namespace, as it was when it started; None if it never was."""
        try:
            return int(self._pid_file(name).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def log(self, name):
        return self.directory / f"{name}.log"

    def _pid_file(self, name):
        return self.directory / f"{name}.pid"


def _environment():
    # containerd looks for its shim in PATH.
    return {"PATH": f"{containerd_directory()}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
            **({"TMPDIR": os.environ["TMPDIR"]} if "TMPDIR" in os.environ else {})}


def _last_line(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().strip().splitlines()
    return lines[-1] if lines else f"see {path}"
