"""witness.py rows SOCKET... | ping NAMESPACE... | pair SENDER RECEIVER ADDRESS PORT: sees what happens to pods and says when.

One line of JSON for each thing seen, with the machine's clock (time.time), on standard output; it ends when its input does.
rows: what the nodes' databases tell of interfaces: plugged in, given a number by the switch, answered by the controller.
ping: reads "INDEX ADDRESS" and pings that address from the index-th namespace every 5 ms until the first answer.
pair: sends numbered packets every 2 ms, and says when the first one arrived after none did, and when the first one was sent
of those that did not.
"""

import json
import os
import selectors
import signal
import socket
import struct
import sys
import time
from pathlib import Path

from heddle_lab.probe import within
from scale.wire import Jsonrpc, Loop
from system.udp import hurry

PING, PACKET = 0.005, 0.002  # seconds between two
QUIET = 0.3  # so long nothing arrives before packets count as refused


def say(**seen):
    print(json.dumps(seen), flush=True)


def inside(namespace, *kind):
    """A socket in a network namespace, which stays there."""
    with within(namespace):
        made = socket.socket(socket.AF_INET, *kind)
    made.setblocking(False)
    return made


# Rows
class Rows:
    """The rows of one database: each fact of an interface is told once."""

    def __init__(self, loop, path):
        self.told = set()
        database = Jsonrpc(loop, path, "Open_vSwitch")
        database.monitor("rows", "Interface", ["external_ids", "ofport"], self._updated)

    def _updated(self, tables):
        now = time.time()
        for number, change in tables["Interface"].items():
            row = change.get("new")
            ids = dict(row["external_ids"][1]) if row else {}
            if "iface-id" not in ids:
                self.told -= {t for t in self.told if t[0] == number}
                continue
            for what, is_so in (("plugged", True), ("numbered", isinstance(row["ofport"], int) and row["ofport"] > 0),
                                ("installed", ids.get("heddle-installed") == "true")):
                if is_so and (number, what) not in self.told:
                    self.told.add((number, what))
                    say(port=ids["iface-id"], what=what, at=now)


def rows(paths):
    loop = Loop()
    loop.add(sys.stdin, lambda: sys.stdin.buffer.read1(1) or sys.exit())
    for path in paths:
        Rows(loop, path)
    say(what="watching")
    loop.until(lambda: False, 86_400)


# Ping
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo(identity, number):
    head = struct.pack("!BBHHH", 8, 0, 0, identity, number)
    return struct.pack("!BBHHH", 8, 0, checksum(head), identity, number)


def ask_neighbours_often(namespace):
    """The kernel asks for a neighbour's MAC once a second; then that is what would be measured. Here: every 5 ms."""
    with within(namespace):
        for file in Path("/proc/sys/net/ipv4/neigh").glob("*/retrans_time_ms"):
            file.write_text("5")


def ping(namespaces):
    identity, waiting, commands, number = os.getpid() & 0xFFFF, {}, b"", 0
    senders = []
    for namespace in namespaces:
        ask_neighbours_often(namespace)
        senders.append(inside(namespace, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    selector = selectors.DefaultSelector()
    for each in (*senders, sys.stdin):
        selector.register(each, selectors.EVENT_READ)
    say(what="watching")
    due = time.monotonic()
    while True:
        for key, _ in selector.select(max(0, due - time.monotonic()) if waiting else None):
            if key.fileobj is sys.stdin:
                commands += sys.stdin.buffer.read1(4096) or sys.exit()
                *lines, commands = commands.split(b"\n")
                for line in lines:
                    index, address = line.decode().split()
                    waiting[address] = int(index)
                continue
            packet, (address, _) = key.fileobj.recvfrom(2048)
            answer = packet[20:28]
            if answer[0] == 0 and struct.unpack("!H", answer[4:6])[0] == identity and waiting.pop(address, None) is not None:
                say(address=address, at=time.time())
        now = time.monotonic()
        if now >= due:
            due = max(due + PING, now)
            number = (number + 1) & 0xFFFF
            for address, index in waiting.items():
                try:
                    senders[index].sendto(echo(identity, number), (address, 0))
                except OSError:
                    pass  # nobody has that address yet


# Pair
NUMBER = struct.Struct("!Q84x")


class Verdict:
    """Whether packets arrive, from their numbers; pure. `sent` has when each was sent."""

    def __init__(self, tell):
        self.tell, self.open, self.sent, self.last, self.heard = tell, None, [], -1, 0.0

    def arrived(self, number, now):
        if not self.open:
            self.open = True
            self.tell(verdict="allowed", at=now, number=number)
        self.last, self.heard = max(self.last, number), now

    def look(self, now):
        """Tells of refusal once nothing has arrived for a while and something should have."""
        if self.open is not False and self.sent and now - max(self.heard, self.sent[0]) > QUIET:
            self.open = False
            first = min(self.last + 1, len(self.sent) - 1)
            self.tell(verdict="refused", at=self.sent[first], number=first)


def pair(sender, receiver, address, port):
    out, inbound = inside(sender, socket.SOCK_DGRAM), inside(receiver, socket.SOCK_DGRAM)
    inbound.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
    inbound.bind(("", port))
    selector = selectors.DefaultSelector()
    for each in (inbound, sys.stdin):
        selector.register(each, selectors.EVENT_READ)
    verdict, due = Verdict(say), time.monotonic()
    while True:
        for key, _ in selector.select(max(0, due - time.monotonic())):
            if key.fileobj is sys.stdin:
                if not sys.stdin.buffer.read1(1):
                    sys.exit()
                continue
            verdict.arrived(NUMBER.unpack(inbound.recv(2048))[0], time.time())
        now = time.monotonic()
        if now >= due:
            due = max(due + PACKET, now)
            verdict.sent.append(time.time())
            try:
                out.sendto(NUMBER.pack(len(verdict.sent) - 1), (address, port))
            except OSError:
                pass  # it does not arrive, and is counted so
        verdict.look(time.time())


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends its input
    hurry()
    what, *given = sys.argv[1:]
    if what == "pair":
        pair(given[0], given[1], given[2], int(given[3]))
    else:
        {"rows": rows, "ping": ping}[what](given)
