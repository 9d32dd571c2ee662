"""Who reaches whom: the matrix of all ordered pairs of pods.

Tenants share addresses, so an answer does not say who gave it. Every packet therefore carries a nonce of its own, and
every pod has a witness: a packet socket on its eth0, promiscuous, which sees each frame that is delivered there,
whatever its addresses, and each frame the pod sends. So the matrix knows who got a packet and who answered it.

Cell (a, b) sends two packets from a: an ordinary ping to b's address, by the kernel of a, ARP and all; and one
broadcast frame per pod, which shows replication. If a and b have the same address, the ping would stay in a: then only
the broadcast counts.
"""

import ctypes
import ipaddress
import os
import select
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from .frames import REPLY, REQUEST, broadcast, echo, nonce, recognise
from .settings import LabError

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Probe:
    """One packet with its nonce: where it was sent, when, and what the witnesses saw of it."""

    sender: str
    target: str
    address: str
    sent: float = None
    refused: str = None
    seen: set = field(default_factory=set)
    answered: set = field(default_factory=set)
    replied: float = None


class Wire:
    """The sockets in one pod: its witness, and raw ICMP to send with."""

    def __init__(self, name, path):
        self.name, self.senders = name, {}
        try:
            with within(path):
                self.witness = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                self.witness.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
                self.witness.bind(("eth0", 3))
                index = socket.if_nametoindex("eth0")
                # PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC: packet(7)
                self.witness.setsockopt(263, 1, index.to_bytes(4, "little") + b"\x01\x00" + bytes(10))
                self.witness.setblocking(False)
                self.senders[4] = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
                self.senders[6] = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        except OSError as error:
            raise LabError(f"pod {name}: {error}") from None
        for sender in self.senders.values():
            # They only send; what arrives for them is seen by the witness.
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)

    def close(self):
        self.witness.close()
        for sender in self.senders.values():
            sender.close()


@contextmanager
def within(path):
    """This thread in the network namespace `path`. A socket stays in the namespace it was made in."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        there = os.open(path, os.O_RDONLY)
        try:
            _enter(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(home)


def _enter(handle):
    if _libc.setns(handle, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def matrix(ports, pods, path_of, timeout=2.0, quiet=0.5):
    """The matrix of `ports` (documents.Port), as plain data; each must have a pod in `pods` (lab status).

    Ports of one switch are to reach each other, all others not. timeout: how long an awaited packet may take, in
    seconds; quiet: how long to listen after the last awaited one, since what must not come can only be waited for.
    """
    known = {p["name"]: p for p in pods}
    missing = [p.name for p in ports if p.name not in known]
    if missing:
        raise LabError(f"no pod for {', '.join(missing)}: heddle lab pods -f FILE")
    wires = {}
    try:
        for port in ports:
            wires[port.name] = Wire(port.name, path_of(port.name))
        pings, floods = _probes(ports, known)
        _exchange(wires, pings, floods, ports, known, timeout, quiet)
    finally:
        for wire in wires.values():
            wire.close()
    cells = [_cell(a, b, pings.get((a.name, b.name)), floods.get(a.name)) for a in ports for b in ports if a is not b]
    wrong = sum(cell["verdict"] != "ok" for cell in cells)
    return {"pods": [p.name for p in ports], "cells": cells, "right": len(cells) - wrong, "wrong": wrong}


def _addresses(pod):
    """First address of each IP version, without its length."""
    found = {}
    for text in pod["addresses"]:
        address = ipaddress.ip_interface(text)
        found.setdefault(address.version, str(address.ip))
    return found


def _probes(ports, known):
    pings, floods = {}, {}
    for a in ports:
        mine = _addresses(known[a.name])
        if 4 in mine:
            floods[a.name] = Probe(a.name, "all", mine[4])
        for b in ports:
            theirs = _addresses(known[b.name])
            version = next((v for v in (4, 6) if v in mine and v in theirs), None)
            if a is not b and version and mine[version] != theirs[version]:
                pings[a.name, b.name] = Probe(a.name, b.name, theirs[version])
    return pings, floods


def _exchange(wires, pings, floods, ports, known, timeout, quiet):
    """Sends all probes and writes into them what the witnesses see, until all that must come has, and `quiet`."""
    switch = {p.name: p.switch for p in ports}
    queue, by_nonce = [], {}
    for probe in [*pings.values(), *floods.values()]:
        value = nonce()
        by_nonce[value] = probe
        queue.append((value, probe))
    awaited = {id(p) for p in pings.values() if switch[p.sender] == switch[p.target]}
    readers = {wire.witness.fileno(): wire for wire in wires.values()}
    poll = select.poll()
    for handle in readers:
        poll.register(handle, select.POLLIN)
    last = time.monotonic()
    while True:
        for value, probe in queue[:32]:  # few at a time, so that no buffer overflows in a lab of hundreds
            _send(wires[probe.sender], known[probe.sender], value, probe)
            last = time.monotonic()
        del queue[:32]
        events = poll.poll(0 if queue else 20)
        for handle, _ in events:
            for wire, direction, frame in _frames(readers[handle]):
                found = recognise(frame)
                probe = found and by_nonce.get(found[1])
                if probe:
                    _note(probe, wire.name, direction, found[0])
                    if probe.replied and id(probe) in awaited:
                        awaited.discard(id(probe))
                        last = time.monotonic()
        if not queue and time.monotonic() - last > (timeout if awaited else quiet):
            return


def _send(wire, pod, value, probe):
    probe.sent = time.monotonic()
    try:
        if probe.target == "all":
            wire.witness.send(broadcast(pod["mac"], probe.address, "255.255.255.255", value))
        else:
            version = ipaddress.ip_address(probe.address).version
            wire.senders[version].sendto(echo(version, value), (probe.address, 0))
    except OSError as error:
        probe.refused = error.strerror


def _frames(wire):
    while True:
        try:
            frame, origin = wire.witness.recvfrom(65535)
        except OSError:
            return  # nothing more to read, or eth0 went down: then nothing comes
        yield wire, "out" if origin[2] == socket.PACKET_OUTGOING else "in", frame


def _note(probe, name, direction, kind):
    if kind == REQUEST and direction == "in" and name != probe.sender:
        probe.seen.add(name)
    elif kind == REPLY and direction == "out":
        probe.answered.add(name)
    elif kind == REPLY and direction == "in" and name == probe.sender:
        probe.replied = probe.replied or time.monotonic()


def _cell(a, b, ping, flood):
    """What became of a's packets to b, and whether that is right."""
    reach = a.switch == b.switch
    seen = bool(ping and b.name in ping.seen)
    flooded = bool(flood and b.name in flood.seen)
    answered = sorted(ping.answered) if ping else []
    cell = {
        "from": a.name, "to": b.name, "expect": "reach" if reach else "apart",
        "address": ping.address if ping else None, "sent": bool(ping and not ping.refused),
        "refused": ping.refused if ping else "same address as the sender" if flood else "no address to ping",
        "seen": seen, "seen_by": sorted(ping.seen) if ping else [], "answered_by": answered,
        "replied": bool(ping and ping.replied),
        "rtt_ms": round((ping.replied - ping.sent) * 1000, 2) if ping and ping.replied else None,
        "broadcast_seen": flooded,
    }
    if reach:
        right = cell["replied"] and seen and answered == [b.name]
        cell["verdict"] = "ok" if right else "wrong: no reply" if not cell["replied"] else "wrong: answered by others"
    else:
        # A cell in which nothing was sent would prove nothing.
        cell["verdict"] = ("wrong: leaked" if seen or flooded else
                           "ok" if cell["sent"] or (flood and not flood.refused) else "wrong: nothing was sent")
    return cell
