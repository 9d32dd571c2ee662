"""Frames from and to one host: receive DEVICE | broadcast DEVICE | forge DEVICE.

receive: says "ready", says "all" when each of the 20 broadcasts has come, and at the end of its input how often each
came. broadcast: sends them and says how many. forge: sends link discovery's frames of a guest's making, and waits for
three rounds of the switch's own meanwhile.
"""

import select
import socket
import sys

COUNT = 20
EXPERIMENT = 0x88B5  # IEEE 802, local experimental
LLDP = 0x88CC


def opened(device, ethertype):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
    s.bind((device, ethertype))
    return s


def receive(device):
    s = opened(device, EXPERIMENT)
    came = [0] * COUNT
    print("ready", flush=True)
    told = False
    while True:
        ready = select.select([s, sys.stdin], [], [], 60)[0]
        if s in ready:
            came[s.recv(2048)[14]] += 1
            if all(came) and not told:
                told = True
                print("all", flush=True)
        elif sys.stdin in ready or not ready:
            print(*came)
            return


def broadcast(device):
    s = opened(device, EXPERIMENT)
    source = s.getsockname()[4]
    for number in range(COUNT):
        s.send(b"\xff" * 6 + source + EXPERIMENT.to_bytes(2, "big") + bytes([number]) + bytes(60))
    print(COUNT)


def forge(device):
    """A probe is sent back with another end in it; then as it came: to its own port it says nothing."""
    s = opened(device, LLDP)
    own = s.getsockname()[4]
    rounds = 0
    while rounds < 3:
        frame, address = s.recvfrom(2048)
        if address[2] == socket.PACKET_OUTGOING or frame[6:12] == own:
            continue
        rounds += 1
        s.send(frame[:6] + own + frame[12:])
        s.send(frame.replace(b"0000000000000001", b"0000000000000003"))
    print(rounds)


if __name__ == "__main__":
    {"receive": receive, "broadcast": broadcast, "forge": forge}[sys.argv[1]](sys.argv[2])
