"""Packets of the lab into a file, by tcpdump."""

import re
import signal
import subprocess
import sys

from .settings import LabError


def to(namespace, device, file, seconds=None, expression=""):
    """Writes the packets of `device` in a network namespace (a path) to `file`, both ways, each as it comes.

    Until SIGINT or SIGTERM, or for `seconds`. Says on stderr when it has begun; returns what tcpdump counted.
    """
    process = subprocess.Popen(
        # -Z root: else it gives up its rights before it opens the file, which may be in a directory of root's.
        ["nsenter", f"--net={namespace}", "tcpdump", "-Z", "root", "-n", "-U", "--immediate-mode", "-i", device, "-w", file,
         *([expression] if expression else [])],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: process.send_signal(signal.SIGINT))
    said = []
    for line in process.stderr:
        said.append(line.strip())
        if "listening on" in line:
            break
    else:
        raise LabError(f"cannot capture on {device}: {' '.join(said)}")
    print(f"capturing {device} to {file}", file=sys.stderr, flush=True)
    try:
        rest = process.communicate(timeout=seconds)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)[1]
    count = re.search(r"^(\d+) packets? captured", rest, re.M)
    if not count:
        raise LabError(f"tcpdump: {rest.strip()}")
    return f"{count[1]} packets in {file}"
