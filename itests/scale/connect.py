"""connect.py serve PORT | connect ADDRESS PORT: TCP connections one at a time, each as long as its handshake.

`connect` makes one for each line it reads and answers with the milliseconds it took; one that fails ends it.
"""

import contextlib
import socket
import struct
import sys
import time

AT_ONCE = struct.pack("ii", 1, 0)  # closed by a reset: nothing of it is left to be waited for


def serve(port):
    listener = socket.create_server(("0.0.0.0", port), backlog=1000)
    print("listening", flush=True)
    while True:
        peer, _ = listener.accept()
        with peer, contextlib.suppress(ConnectionResetError):
            peer.recv(1)  # until the client leaves


def connect(address, port):
    for _ in sys.stdin:
        began = time.perf_counter()
        peer = socket.create_connection((address, port), timeout=10)
        print(f"{(time.perf_counter() - began) * 1000:.4f}", flush=True)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        peer.close()


if __name__ == "__main__":
    {"serve": serve, "connect": connect}[sys.argv[1]](*(int(a) if a.isdigit() else a for a in sys.argv[2:]))
