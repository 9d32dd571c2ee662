"""What the tests of `heddle k8s` share."""

import json
import os
import subprocess
import sys
from pathlib import Path

from heddle_lab.k8s.leftovers import cgroups
from heddle_lab.k8s.place import Place
from tests.machine import environment, traces

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/kubernetes-pods.yaml"


def k8s(settings, *arguments, **options):
    """Runs `heddle k8s` as its users do; never raises for its exit code."""
    return subprocess.run([sys.executable, "-m", "heddle_lab.k8s", *arguments], env=environment(settings),
                          capture_output=True, text=True, timeout=300, **options)


def begin(settings, *arguments):
    """Starts `heddle k8s` and does not wait; what it says comes through stderr."""
    return subprocess.Popen([sys.executable, "-m", "heddle_lab.k8s", *arguments], env=environment(settings),
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def pods(settings):
    """The pods of all namespaces, as the API server shows them."""
    return json.loads(k8s(settings, "kubectl", "get", "pods", "-A", "-o", "json").stdout)["items"]


def left(settings):
    """All on this machine that the cluster or its lab left: processes, groups, mounts, files, devices, namespaces."""
    place = Place.from_environment(settings, {})
    found = traces(settings) + [f"cgroup {g}" for g in cgroups(place.cgroup)]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            group = Path(f"/proc/{pid}/cgroup").read_text()
        except OSError:
            continue
        if f"/{place.cgroup}/" in group or os.fsencode(place.directory) in command:
            found.append(f"process {pid} {command!r}")
    if place.directory.exists():
        found.append(f"directory {place.directory}")
    found += [m for m in Path("/proc/self/mountinfo").read_text().splitlines() if place.cgroup in m]
    return found
