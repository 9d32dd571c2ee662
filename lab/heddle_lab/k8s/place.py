"""Where a cluster of the lab lives, and what is written down of it before it is made."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ..settings import LabError, Settings
from ..state import start_time

VERSION = "1.34.4"  # as lab/k8s/go.mod has it
CONTAINERD = "2.2.9"  # as lab/containerd/go.mod has it
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl", "agnhost")


def version_ok(text):
    """A Kubernetes version like 1.34.4; LabError with a sentence for anything else."""
    if not re.fullmatch(r"1\.[0-9]{1,3}\.[0-9]{1,3}", text):
        raise LabError(f"a version is three numbers like {VERSION}, not {text!r}")
    return text


def programs_directory(version):
    """Where scripts/k8s.sh puts Kubernetes' programs of a version."""
    return _cache() / f"k8s-{version}"


def containerd_directory():
    """Where scripts/k8s.sh puts containerd, its shim and ctr."""
    return _cache() / f"containerd-{CONTAINERD}"


def _cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "heddle"


@dataclass(frozen=True)
class Place:
    """directory: certificates, logs, configurations, images unpacked; never under /run, which nodes have for themselves."""

    settings: Settings
    directory: Path

    @staticmethod
    def from_environment(settings, environment=os.environ):
        given = environment.get("HEDDLE_K8S_DIR") or f"/var/lib/heddle-k8s-{settings.prefix}"
        directory = Path(os.path.normpath(given))
        if not directory.is_absolute() or len(directory.parts) < 3 or directory.parts[1] in ("run", "proc", "sys"):
            raise LabError(f"HEDDLE_K8S_DIR must be an absolute path, with a parent, not below /run: {given}")
        return Place(settings, directory)

    @property
    def address(self):
        """Where the API server listens: every node reaches the underlay's bridge."""
        return self.settings.controller_address

    @property
    def server(self):
        return f"https://{self.address}:6443"

    @property
    def pki(self):
        return self.directory / "pki"

    @property
    def kubeconfig(self):
        return self.pki / "admin.kubeconfig"

    @property
    def cgroup(self):
        """All containers of the cluster are below this cgroup, in each hierarchy."""
        return f"heddle-k8s-{self.settings.prefix}"

    def node(self, name):
        return self.directory / "nodes" / name


class Record:
    """What `up` has begun; every change is on disk before it is acted on. `down` needs nothing else."""

    EMPTY = {"owner": None, "version": None, "cni": None, "made_lab": False, "nodes": [], "holders": {}}

    def __init__(self, place):
        self.file = place.directory / "record.json"
        try:
            self.data = {**self.EMPTY, **json.loads(self.file.read_text())}
        except FileNotFoundError:
            self.data = json.loads(json.dumps(self.EMPTY))

    def exists(self):
        return self.file.exists()

    def set(self, **values):
        self.data.update(values)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(self.data))
        fresh.rename(self.file)

    def hold(self, name, pid):
        self.set(holders={**self.data["holders"], name: [pid, start_time(pid)]})

    def holder(self, name):
        """The pid of a holder that lives, or None."""
        return _alive(self.data["holders"].get(name))

    def owner(self):
        """The pid of an `up` at work, or None."""
        return _alive(self.data["owner"])


def _alive(noted):
    return noted[0] if noted and start_time(noted[0]) == noted[1] else None
