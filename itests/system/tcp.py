"""tcp.py serve PORT | connect ADDRESS PORT RATE: new connections at an even rate, each with one question and its answer.

A connection has failed if it is refused, reset, or without its answer after ten seconds; one that took longer than 0.8 s
has lost a packet on the way, for nothing else waits that long here: Linux sends a SYN again after one second. SIGTERM
ends the side that connects, when all that it began have ended; it prints one object of JSON.
"""

import json
import signal
import socket
import socketserver
import sys
import threading
import time

from udp import hurry

TIMEOUT, SLOW = 10, 0.8
QUESTION = b"who goes there\n"


class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.request.recv(64))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, client_address):
        pass  # the other side counts


def serve(port):
    with Server(("", port), Answer) as server:
        print("listening", file=sys.stderr, flush=True)
        server.serve_forever()


def connect(address, port, rate):
    ended, lock = [], threading.Lock()
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    counts = {"connections": 0, "failed": 0, "slow": 0, "slowest_ms": 0.0, "why": []}

    def once():
        began, why = time.monotonic(), None
        try:
            with socket.create_connection((address, port), TIMEOUT) as one:
                one.sendall(QUESTION)
                if one.recv(64) != QUESTION:
                    why = "no answer"
        except OSError as trouble:
            why = str(trouble)
        took = time.monotonic() - began
        with lock:
            counts["failed"] += why is not None
            counts["slow"] += took > SLOW
            counts["slowest_ms"] = max(counts["slowest_ms"], round(took * 1000, 1))
            if why and len(counts["why"]) < 10:
                counts["why"].append(why)

    began, under_way = time.monotonic(), []
    print("connecting", file=sys.stderr, flush=True)
    while not ended:
        time.sleep(max(0.0, began + counts["connections"] / rate - time.monotonic()))
        one = threading.Thread(target=once)
        one.start()
        counts["connections"] += 1
        under_way = [t for t in under_way if t.is_alive()] + [one]
    for one in under_way:
        one.join()
    print(json.dumps(counts))


if __name__ == "__main__":
    hurry()
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        connect(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
