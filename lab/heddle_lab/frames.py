"""ICMP echo with a nonce inside, as bytes: made, and recognised on the wire."""

import ipaddress
import os
import struct

# Payload: the mark, then the nonce. Nothing else in the lab carries it.
MARK = b"heddle-matrix:"
NONCE_BYTES = 12
REQUEST, REPLY = "request", "reply"
_ECHO = {1: {8: REQUEST, 0: REPLY}, 58: {128: REQUEST, 129: REPLY}}  # protocol -> ICMP type (RFC 792, RFC 4443)


def nonce():
    return os.urandom(NONCE_BYTES)


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def echo(version, value, sequence=1):
    """An echo request. For IPv6 the checksum is left 0: the kernel fills it in on a raw ICMPv6 socket."""
    kind, body = (8 if version == 4 else 128), MARK + value
    head = struct.pack("!BBHHH", kind, 0, 0, 0x4864, sequence & 0xffff)
    if version == 6:
        return head + body
    return struct.pack("!BBHHH", kind, 0, checksum(head + body), 0x4864, sequence & 0xffff) + body


def broadcast(mac, source, target, value):
    """A whole Ethernet frame: an IPv4 echo request from (mac, source) to `target`, to everyone on the wire."""
    message = echo(4, value)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0, 64, 1, 0,
                       ipaddress.IPv4Address(source).packed, ipaddress.IPv4Address(target).packed)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) + b"\x08\x00" + head + message


def recognise(frame):
    """(REQUEST or REPLY, nonce) if the frame carries our mark, else None. Any bytes are fine."""
    at = frame.find(MARK)
    if at < 0 or len(frame) < at + len(MARK) + NONCE_BYTES or at < 8:
        return None
    value = frame[at + len(MARK):at + len(MARK) + NONCE_BYTES]
    ethertype = frame[12:14]
    protocol = {b"\x08\x00": 1, b"\x86\xdd": 58}.get(ethertype)
    kind = _ECHO.get(protocol, {}).get(frame[at - 8])
    # An unknown shape (a tag, a tunnel) that holds the nonce has still reached whoever sees it.
    return (kind or REQUEST, value)
