"""Takes a cluster away, also half of one: what `up` noted before it made it."""

import os
import shutil
import signal
import time
from pathlib import Path

from ..settings import LabError
from ..state import end, kill
from .place import Record


def remove(place):
    """Removes everything of the cluster but the lab's nodes; true if `up` had made these. Twice is once."""
    record = Record(place)
    owner = record.owner()
    if owner and owner != os.getpid():
        end([owner])  # an `up` at work: the next one must not be in its way
    made_lab = record.data["made_lab"]
    for name in record.data["holders"]:
        pid = record.holder(name)
        try:
            if pid:
                kill(pid)  # and with it, by the kernel, all in its PID namespace
        except ProcessLookupError:
            pass  # it has just ended by itself
    _remove_cgroups(place.cgroup)
    if place.directory.exists():
        # Not rmtree's silence: what is left must be seen.
        shutil.rmtree(place.directory)
    return made_lab


def cgroups(name):
    """The directories of a cgroup in all hierarchies, innermost first."""
    found = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mount, kind = line.split()[:3]
        if kind in ("cgroup", "cgroup2"):
            for directory, _, _ in os.walk(Path(mount) / name, topdown=False):
                if Path(directory) not in found:
                    found.append(Path(directory))
    return found


def _remove_cgroups(name):
    deadline = time.monotonic() + 20
    while True:
        left = []
        for directory in cgroups(name):
            try:
                directory.rmdir()
            except FileNotFoundError:
                pass
            except OSError:
                left.append(directory)
        if not left:
            return
        for directory in left:
            for pid in (directory / "cgroup.procs").read_text().split() if (directory / "cgroup.procs").exists() else []:
                os.kill(int(pid), signal.SIGKILL)
        if time.monotonic() > deadline:
            raise LabError(f"cgroup {left[0]} does not go: something in it does not end")
        time.sleep(0.05)
