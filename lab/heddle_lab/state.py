"""What a lab has made, on disk before it is made, so that all of it can be removed whatever becomes of its owner.

Nothing is found by pattern: processes by (pid, start time) or by being inside one of the lab's own network
namespaces, namespaces and devices by the names recorded here.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path


def start_time(pid):
    """Start of process `pid` in clock ticks since boot (proc(5) stat, field 22), or None if there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


class State:
    """The record of one lab. Every change is written through, by rename."""

    EMPTY = {"owner": None, "processes": [], "namespaces": [], "devices": []}

    def __init__(self, settings):
        self.settings = settings
        try:
            self.data = json.loads(settings.state_file.read_text())
        except FileNotFoundError:
            self.data = json.loads(json.dumps(self.EMPTY))

    def write(self):
        self.settings.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = self.settings.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(self.data))
        fresh.rename(self.settings.state_file)

    def own(self, pid):
        self.data["owner"] = [pid, start_time(pid)]
        self.write()

    def owner_alive(self):
        """The pid of the process that runs this lab, or None."""
        owner = self.data["owner"]
        return owner[0] if owner and start_time(owner[0]) == owner[1] else None

    def add(self, kind, value):
        if value not in self.data[kind]:
            self.data[kind].append(value)
            self.write()

    def remove(self, kind, value):
        if value in self.data[kind]:
            self.data[kind].remove(value)
            self.write()

    def add_process(self, pid):
        self.add("processes", [pid, start_time(pid)])

    def remove_process(self, pid):
        self.data["processes"] = [p for p in self.data["processes"] if p[0] != pid]
        self.write()


def inside(namespaces):
    """Pids of all processes whose network namespace is one of the named ones; never the caller's own."""
    wanted = set()
    for name in namespaces:
        try:
            found = os.stat(f"/run/netns/{name}")
        except FileNotFoundError:
            continue
        wanted.add((found.st_dev, found.st_ino))
    pids = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            found = os.stat(f"/proc/{entry}/ns/net")
        except OSError:
            continue
        if (found.st_dev, found.st_ino) in wanted:
            pids.append(int(entry))
    return pids


def end(pids, grace=5.0):
    """Ends processes: SIGTERM, then SIGKILL for what is still there after `grace` seconds; waits until gone."""
    handles = {}
    for pid in set(pids):
        try:
            handles[os.pidfd_open(pid)] = pid
        except ProcessLookupError:
            pass
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for handle in handles:
                try:
                    signal.pidfd_send_signal(handle, number)
                    signal.pidfd_send_signal(handle, signal.SIGCONT)  # one that was stopped hears it now
                except ProcessLookupError:
                    pass
            left, deadline = set(handles), time.monotonic() + grace
            while left and time.monotonic() < deadline:
                done = select.select(list(left), [], [], max(0, deadline - time.monotonic()))[0]
                left.difference_update(done)
            if not left:
                return
    finally:
        for handle in handles:
            os.close(handle)


def kill(pid):
    """Ends a process by SIGKILL, as a crash would; returns when it is gone."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [])
    finally:
        os.close(handle)


def remove_namespace(name):
    """Ends every process in the namespace and removes it with all devices in it. Absent is fine."""
    if not Path(f"/run/netns/{name}").exists():
        return
    pids = inside([name])
    if pids:
        end(pids)
    subprocess.run(["ip", "netns", "del", name], check=True)


def reap(settings):
    """Removes everything the state file names, then the lab's files. Safe to repeat; no owner needed."""
    state = State(settings)
    owner = state.owner_alive()
    if owner and owner != os.getpid():
        end([owner])
    namespaces = state.data["namespaces"]
    alive = [pid for pid, started in state.data["processes"] if started and start_time(pid) == started]
    end(inside(namespaces) + alive)
    for name in namespaces:
        remove_namespace(name)
    for device in state.data["devices"]:
        if Path(f"/sys/class/net/{device}").exists():
            # The other end lives in a namespace that is being torn down and may take this one with it.
            gone = subprocess.run(["ip", "link", "del", device], capture_output=True, text=True)
            if gone.returncode and Path(f"/sys/class/net/{device}").exists():
                raise OSError(f"cannot remove device {device}: {gone.stderr.strip()}")
    shutil.rmtree(settings.directory / "nodes", ignore_errors=True)
    for file in (settings.socket, settings.log, settings.state_file, settings.state_file.with_suffix(".new")):
        file.unlink(missing_ok=True)
    try:
        settings.directory.rmdir()
    except OSError:
        pass  # someone else's file is in it, or it is not there
