"""The process that keeps a lab: owns its Mininet objects, takes requests on a unix socket (mode 0600).

One connection is one request: a line of JSON {"do": NAME, ...}; answers are lines of JSON, any number of {"say": TEXT}
and then one {"result": VALUE} or {"error": SENTENCE}. It leaves nothing behind only through `heddle lab down`, which
ends it first: there is one way to clean up, the one that also works when this process was killed.
"""

import json
import os
import resource
import socketserver
import sys
import threading
import traceback

from .documents import Port
from .lab import Lab
from .settings import LabError, Settings

# A request is a few documents' worth of names and addresses; more is not a request of ours.
MOST_BYTES = 16 << 20


class Requests:
    """What may be asked of a lab, by name. Each returns plain data."""

    def __init__(self, lab):
        self.lab = lab

    def up(self, say, nodes, ovs, controller, standalone):
        self.lab.up(nodes, ovs, controller, standalone, say)
        return self.lab.status()

    def plug(self, say, port, node, mac, addresses, wait, timeout):
        pod = self.lab.plug(port, node, mac, addresses, wait=wait, timeout=timeout)
        return {"name": pod.name, "node": pod.node, "device": pod.device, "mac": pod.mac,
                "addresses": list(pod.addresses)}

    def pods(self, say, ports, wait, timeout):
        self.lab.plug_all([Port(**{**p, "addresses": tuple(p["addresses"])}) for p in ports], wait, timeout, say)
        return len(ports)

    def unplug(self, say, port):
        self.lab.unplug(port)

    def kill(self, say, node, only):
        self.lab.kill(node, only)

    def start(self, say, node):
        self.lab.start(node)

    def crash(self, say, node, only):
        self.lab.crash(node, only)

    def hang(self, say, node, on):
        self.lab.hang(node, on)

    def partition(self, say, one, other, on):
        self.lab.partition(one, other, on)

    def outside(self, say, name, network, tag, addresses, mac):
        machine = self.lab.outside(name, network, tag, addresses, mac)
        return {"name": machine.name, "network": machine.network, "tag": machine.tag, "mac": machine.mac,
                "addresses": list(machine.addresses)}

    def inside(self, say, name):
        self.lab.remove_machine(name)

    def warm(self, say):
        self.lab.warm()

    def status(self, say):
        return self.lab.status()

    def where(self, say, name):
        found = self.lab.pods.get(name) or self.lab.nodes.get(name) or self.lab.machines.get(name)
        if not found:
            raise LabError(f"there is no pod or node {name}")
        return {"path": str(self.lab.settings.namespace_path(name)), "environment": found.variables(),
                "device": "underlay0" if name in self.lab.nodes else "eth0"}


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            request = json.loads(self.rfile.readline(MOST_BYTES))
            name = request.pop("do")
            if name.startswith("_") or not hasattr(Requests, name):
                raise LabError(f"no such request: {name}")
            answer = {"result": getattr(self.server.requests, name)(self.say, **request)}
        except LabError as error:
            answer = {"error": str(error)}
        except Exception as error:  # the person asking must hear of it, and the lab must go on
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error} (the lab's log has more)"}
        self.answer(answer)

    def say(self, text):
        self.answer({"say": text})

    def answer(self, value):
        try:
            self.wfile.write(json.dumps(value).encode() + b"\n")
        except BrokenPipeError:
            pass  # the asker went away; what it asked for is done all the same


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def main(ready):
    """Serves until ended. Writes "ready" or a sentence that says why not to descriptor `ready`, and closes it."""
    threading.current_thread().name = "heddle-lab"
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    try:
        settings = Settings.from_environment()
        lab = Lab(settings=settings)
        settings.socket.unlink(missing_ok=True)
        before = os.umask(0o177)
        server = Server(str(settings.socket), Connection)
        os.umask(before)
        server.requests = Requests(lab)
    except LabError as error:
        os.write(ready, str(error).encode())
        sys.exit(1)
    except Exception as error:
        traceback.print_exc()
        os.write(ready, f"{type(error).__name__}: {error}".encode())
        sys.exit(1)
    os.write(ready, b"ready")
    os.close(ready)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
