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

from ..settings import LabError

# The outer number of this process is what /proc shows until the namespace has a /proc of its own.
_SCRIPT = r"""
set -e
read -r outer _ </proc/self/stat
echo "$outer"
read -r _ || exit 1
hand_down() { for controller in $(cat "$1/cgroup.controllers"); do echo "+$controller" >"$1/cgroup.subtree_control"; done; }
directory=$1 scratch=$2 lab=$3 switch=$4 group=$5
mount -n -t proc proc /proc
mkdir -p "$scratch"
mount -n -t tmpfs -o mode=755 run "$scratch"
mkdir -p "$scratch/lib/upper" "$scratch/lib/work" "$scratch/data" "$scratch/netns" "$scratch/lock" "$scratch/sysctl"
case $lab in /run/*) if [ -d "$lab" ]; then mkdir -p "$scratch/${lab#/run/}"; mount -n --bind "$lab" "$scratch/${lab#/run/}"; fi ;; esac
if [ -n "$switch" ]; then mkdir "$scratch/openvswitch"; mount -n --bind "$switch" "$scratch/openvswitch"; fi
mount -n --bind "$directory" "$scratch/data"
mount -n --move "$scratch" /run
mount -n -t overlay -o lowerdir=/var/lib,upperdir=/run/lib/upper,workdir=/run/lib/work lib /var/lib
mount -n --move /run/data "$directory"
mount -n -t tmpfs log /var/log
points=$(grep -E ' - cgroup2? ' /proc/self/mountinfo | cut -d ' ' -f 5)
for point in $points; do
  inner=$point
  for part in ${group//\// }; do
    above=$inner inner=$inner/$part
    mkdir -p "$inner"
    if [ -e "$inner/cgroup.clone_children" ] && [ -e "$inner/cpuset.cpus" ]; then
      cat "$above/cpuset.cpus" >"$inner/cpuset.cpus"  # a new group of version 1 has none, and takes no process
      cat "$above/cpuset.mems" >"$inner/cpuset.mems"
    fi
    if [ -e "$above/cgroup.subtree_control" ] && [ "$above" != "$point" ]; then hand_down "$above"; fi
  done
  echo $$ >"$inner/cgroup.procs"
  mount -n --bind "$inner" "$point"
done
setting() {
  if [ -e "/proc/sys/$1" ]; then echo "$2" >"/run/sysctl/${1//\//.}"; mount -n --bind "/run/sysctl/${1//\//.}" "/proc/sys/$1"; fi
}
setting vm/overcommit_memory 1
setting vm/panic_on_oom 0
setting kernel/panic 10
setting kernel/panic_on_oops 1
setting kernel/keys/root_maxkeys 1000000
setting kernel/keys/root_maxbytes 25000000
mount -n --make-rshared /
export points
exec unshare --cgroup bash -c "$6"
"""

# With the cgroup namespace the node's groups are the roots for all that asks. In version 2 only leaves hold processes.
_REST = r"""
set -e
for point in $points; do
  if [ -e "$point/cgroup.subtree_control" ]; then
    mkdir "$point/init"
    echo $$ >"$point/init/cgroup.procs"
    for controller in $(cat "$point/cgroup.controllers"); do echo "+$controller" >"$point/cgroup.subtree_control"; done
    echo "$point/init/cgroup.procs"
  else
    echo "$point/cgroup.procs"
  fi
done >/run/cgroups
echo ready
exec </dev/null >/dev/null 2>&1
while :; do sleep infinity & wait; done
"""

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
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", "-c", _SCRIPT,
                "holder", str(self.place.directory), str(self.directory / "run"), str(self.place.settings.directory),
                str(switch) if self.net and switch.is_dir() else "", f"{self.place.cgroup}/{self.name}",
                _REST]
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

    def run(self, *command):
        """Runs a command inside; its output, or LabError with what it said."""
        done = subprocess.run(self.argv(*command), capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=_environment(), cwd="/")
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
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
            **({"TMPDIR": os.environ["TMPDIR"]} if "TMPDIR" in os.environ else {})}


def _last_line(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().strip().splitlines()
    return lines[-1] if lines else f"see {path}"
