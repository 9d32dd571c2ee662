"""Which Open vSwitch a node runs: the machine's own, or Debian 13's unpacked into the cache and run in place.

python3 -m heddle_lab.programs VERSION: makes it ready and prints two lines, the directory of its programs and its
database schema.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .settings import LabError

NAMES = ("ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-ofctl", "ovs-appctl", "ovs-dpctl",
         "ovsdb-client")


@dataclass(frozen=True)
class Programs:
    """path: put before PATH for everything run on the node; schema: the Open_vSwitch database's."""

    version: str
    path: str
    schema: str

    def variables(self, run_directory):
        """With these, ovs-vsctl, ovs-ofctl and ovs-appctl speak to the node's own switch without further options."""
        path = [self.path] if self.path else []
        path += [os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]
        return {"PATH": ":".join(path), "OVS_RUNDIR": str(run_directory), "OVS_DBDIR": str(run_directory),
                "OVS_LOGDIR": str(run_directory)}


def programs(version, say):
    """The programs of OVS `version`: "3.1" means the machine's own package, "3.5" Debian 13's."""
    if version == "3.1":
        schema = "/usr/share/openvswitch/vswitch.ovsschema"
        path = f"{os.environ.get('PATH', '')}:/usr/sbin"
        if not shutil.which("ovs-vswitchd", path=path) or not Path(schema).exists():
            raise LabError("Open vSwitch is not installed: apt-get install openvswitch-switch")
        return Programs(version, "", schema)
    if version == "3.5":
        return _debian13(say)
    raise LabError(f"no OVS {version} here: 3.1 or 3.5")


def _cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "heddle"


def _debian13(say):
    home = _cache() / "ovs-3.5"
    root, tree = home / "root", home / "bin"
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "usr/share/openvswitch/vswitch.ovsschema").exists():
            _unpack(root, say)
        tree.mkdir(exist_ok=True)
        for name in NAMES:
            _wrap(root, tree, name)
    return Programs("3.5", str(tree), str(root / "usr/share/openvswitch/vswitch.ovsschema"))


def _unpack(root, say):
    if not shutil.which("mmdebstrap"):
        raise LabError("OVS 3.5 needs mmdebstrap: apt-get install mmdebstrap debian-archive-keyring")
    policy = subprocess.run(["apt-cache", "policy"], capture_output=True, text=True).stdout
    mirror = re.search(r"^\s*\d+ (\S+) bookworm/main ", policy, re.M)
    say("fetching Debian 13's Open vSwitch into the cache (about 20 s, 200 MB, once)")
    part = root.with_name("root.part")
    shutil.rmtree(part, ignore_errors=True)
    made = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", "--include=openvswitch-switch", "trixie", str(part),
         *([mirror[1]] if mirror else [])], capture_output=True, text=True)  # else Debian's own default
    if made.returncode:
        raise LabError(f"mmdebstrap failed: {made.stderr.strip()[-600:]}")
    shutil.rmtree(root, ignore_errors=True)
    part.rename(root)


def _wrap(root, tree, name):
    """A program of the root, run on this machine with the root's own loader and libraries."""
    places = (root / "usr/lib/openvswitch-switch", root / "usr/sbin", root / "usr/bin")
    real = next((p / name for p in places if (p / name).is_file() and not (p / name).is_symlink()), None)
    if real is None:
        raise LabError(f"no {name} in {root}: remove {root} and try again")
    loader = next(f for d in ("usr/lib64", "usr/lib") for f in (root / d).glob("ld-linux-*.so.*"))
    libraries = ":".join(str(p) for p in (root / "usr/lib").glob("*-linux-gnu"))
    wrapper = tree / name
    wrapper.write_text(f'#!/bin/sh\nexec "{loader}" --argv0 "{name}" --library-path "{libraries}" "{real}" "$@"\n')
    wrapper.chmod(0o755)


if __name__ == "__main__":
    ready = programs(sys.argv[1], lambda line: print(line, file=sys.stderr))
    print(ready.path, ready.schema, sep="\n")
