"""intruder.py send RATE FRAME... | watch PORT...: UDP packets as no honest guest sends them, and who gets to see them.

FRAME is MAC_SRC,IP_SRC,MAC_DST,IP_DST,PORT and goes out of eth0 as it stands. `watch` counts by UDP port what comes in
at eth0 for whomever, before any rule of its own kernel. SIGTERM ends either; they print one object of JSON.
"""

import json
import signal
import socket
import struct
import sys
import time

from udp import hurry

ETH_P_ALL, ETH_P_IP, INCOMING = 0x0003, 0x0800, (0, 1, 2, 3)  # packet(7): to us, to all, to a group, to another host


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def frame(text):
    mac_src, ip_src, mac_dst, ip_dst, port = text.split(",")
    macs = bytes.fromhex((mac_dst + mac_src).replace(":", ""))
    udp = struct.pack("!HHHH", 9, int(port), 8 + 18, 0) + bytes(18)  # checksum 0: none (RFC 768)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0,
                     socket.inet_aton(ip_src), socket.inet_aton(ip_dst))
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return macs + struct.pack("!H", ETH_P_IP) + ip + udp


def send(rate, frames):
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    out.bind(("eth0", 0))
    began, number = time.monotonic(), 0
    print("sending", file=sys.stderr, flush=True)
    while not ended:
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        out.send(frames[number % len(frames)])
        number += 1
    print(json.dumps({"sent": number}))


def watch(ports):
    counts = dict.fromkeys(ports, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(print(json.dumps(counts), flush=True)))
    inbound = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    inbound.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
    inbound.bind(("eth0", ETH_P_ALL))
    print("watching", file=sys.stderr, flush=True)
    while True:
        data, (_, kind, way, *_) = inbound.recvfrom(2048)
        if kind == ETH_P_IP and way in INCOMING and len(data) >= 42 and data[23] == socket.IPPROTO_UDP:
            port = str(struct.unpack_from("!H", data, 14 + 4 * (data[14] & 15) + 2)[0])
            if port in counts:
                counts[port] += 1


if __name__ == "__main__":
    hurry()
    if sys.argv[1] == "send":
        send(float(sys.argv[2]), [frame(f) for f in sys.argv[3:]])
    else:
        watch(sys.argv[2:])
