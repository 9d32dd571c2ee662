"""What the tests share: settings no other lab has, and the look of the machine before and after."""

import ipaddress
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from heddle_lab.settings import Settings

_count = 0


def own_settings():
    """Settings that differ from those of any lab in use, and from every earlier call in this process."""
    global _count
    _count += 1
    slot = (os.getpid() * 8 + _count) % 64
    return Settings(Path(tempfile.mkdtemp(prefix="heddle-lab-test-")), f"t{slot}",
                    ipaddress.IPv4Network(f"198.19.{slot * 4}.0/22"))


def environment(settings):
    return {**os.environ, "HEDDLE_LAB_DIR": str(settings.directory), "HEDDLE_LAB_PREFIX": settings.prefix,
            "HEDDLE_LAB_UNDERLAY": str(settings.underlay), "HEDDLE_TLS": "off",  # there is no controller
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}


def heddle_lab(settings, *arguments, **options):
    """Runs `heddle lab` as its users do; never raises for its exit code."""
    return subprocess.run([sys.executable, "-m", "heddle_lab", *arguments], env=environment(settings),
                          capture_output=True, text=True, timeout=120, **options)


def traces(settings):
    """All on this machine that bears the lab's name: devices, namespaces, processes, files."""
    found = [f"device {d}" for d in os.listdir("/sys/class/net") if d.startswith(f"{settings.prefix}-")]
    if os.path.isdir("/run/netns"):
        found += [f"namespace {n}" for n in os.listdir("/run/netns") if n.startswith(f"{settings.prefix}-")]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            surroundings = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        needle = os.fsencode(settings.directory)
        if int(pid) != os.getpid() and (needle in command or needle in surroundings):
            found.append(f"process {pid} {command!r}")
    if settings.directory.exists():
        found += [f"file {f}" for f in settings.directory.rglob("*")]
    return found
