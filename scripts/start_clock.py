"""Readings of a controller that starts: `ports`, `one HOME PID` (a controller just started), `sum [--json] FILE...`.

Ready is when all three are: the console answers a command of ours over SSH, REST says it is ready, and both ports for
nodes take a node's certificate and answer in their protocols. The clock starts with the process.
"""

import json
import os
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
DEADLINE = 120
IDLE_SECONDS = 10


def ports():
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    print(*(s.getsockname()[1] for s in held))


def since_start(pid):
    """Seconds since the process was made, by the clock that the kernel noted it with."""
    started = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]) / TICKS
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mib(pid):
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def console(home):
    key, known = home / "etc/console.key", home / "etc/known_hosts"
    subprocess.run(["ssh", "-o", "LogLevel=QUIET", "-p", os.environ["HEDDLE_SSH_PORT"], "-i", str(key),
                    "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=accept-new",
                    "-o", f"UserKnownHostsFile={known}", "heddle@127.0.0.1", "node:show"],
                   check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)


def rest(_):
    port = os.environ["HEDDLE_REST_PORT"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/ready", timeout=5) as answer:
        if not json.load(answer)["ready"]:
            raise OSError("not ready")


def nodes(home):
    node = home / "pki/nodes/clock"
    context = ssl.create_default_context(cafile=node / "cacert.pem")
    context.check_hostname = False
    context.load_cert_chain(node / "cert.pem", node / "privkey.pem")
    hello = bytes([4, 0, 0, 8, 0, 0, 0, 1])
    for port, say, expected in ((os.environ["HEDDLE_OVSDB_PORT"], b"", b"{"),
                                (os.environ["HEDDLE_OPENFLOW_PORT"], hello, b"\x04")):
        with socket.create_connection(("127.0.0.1", int(port)), 5) as plain, context.wrap_socket(plain) as channel:
            channel.sendall(say)
            heard = channel.recv(1)
            if heard != expected:
                raise OSError(f"port {port} said {heard!r}")


def one(home, pid):
    seconds, wrong = {}, {}

    def watch(part):
        while part.__name__ not in seconds and since_start(pid) < DEADLINE:
            try:
                part(home)
                seconds[part.__name__] = round(since_start(pid), 2)
            except (OSError, subprocess.SubprocessError, KeyError, ValueError) as e:
                wrong[part.__name__] = str(e)
                time.sleep(0.05)

    watchers = [threading.Thread(target=watch, args=(part,), daemon=True) for part in (console, rest, nodes)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    if len(seconds) < len(watchers):
        sys.exit(f"not ready within {DEADLINE} s: {wrong}")
    ready_cpu = cpu_seconds(pid)
    settle(pid)
    before = cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)  # the time itself is what is measured
    print(json.dumps({"ready_seconds": max(seconds.values()), **{f"{k}_seconds": v for k, v in seconds.items()},
                      "start_cpu_seconds": round(ready_cpu, 2), "rss_mib": round(rss_mib(pid)),
                      "idle_cpu_percent": round((cpu_seconds(pid) - before) / IDLE_SECONDS * 100, 2)}))


def settle(pid):
    """Returns when the process has done next to nothing for three seconds."""
    quiet, deadline = 0, time.monotonic() + DEADLINE
    while quiet < 3 and time.monotonic() < deadline:
        before = cpu_seconds(pid)
        time.sleep(1)
        quiet = quiet + 1 if cpu_seconds(pid) - before < 0.05 else 0


def total(as_json, files):
    starts = [json.loads(Path(f).read_text()) for f in files]
    median = {key: round(statistics.median(s[key] for s in starts), 2) for key in starts[0]}
    if as_json:
        print(json.dumps({**median, "starts": starts}))
    else:
        for key, value in median.items():
            print(f"{key:20} {value}   (of {len(starts)}: {', '.join(str(s[key]) for s in starts)})")


if __name__ == "__main__":
    command, *rest_of_it = sys.argv[1:]
    if command == "ports":
        ports()
    elif command == "one":
        one(Path(rest_of_it[0]), int(rest_of_it[1]))
    else:
        total("--json" in rest_of_it, [f for f in rest_of_it if f != "--json"])
