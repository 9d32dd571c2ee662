"""The cluster that all tests share, and the traffic that must or must not pass while they do something to it."""

import json
import re
import shutil
import threading
import unittest

from system.installation import ROOT, await_none, finish
from system.traffic import UDP, Tcp, Udp, enlarge, started
from .cluster import Away, Cluster, having, namespace, path, pod, policy

NODES = 3
figures = {}
_now = []
_count = [0]


def cluster():
    """Made by the first who asks."""
    if not _now:
        _now.append(Cluster())
        _now[0].up(NODES)
    return _now[0]


def end():
    """Ends the cluster, if there is one; what is left of it."""
    if not _now:
        return []
    at = _now.pop()
    target = ROOT / "itests/kubernetes/target"
    target.mkdir(exist_ok=True)
    for log in (at.home / "run/data/log").glob("heddle.log"):
        shutil.copy(log, target / f"heddle-{at.lab.prefix}.log")
    found = at.down()
    print(json.dumps(figures, indent=2), flush=True)
    return found


class Shared(unittest.TestCase):
    """A namespace for each test, which goes with it."""

    maxDiff = None

    def setUp(self):
        self.at = cluster()
        # Pods of the test before that still go would cost this one's streams packets.
        await_none(lambda: [p["metadata"]["name"] for p in self.at.one("/api/v1/pods")["items"]], 240, "no pod")
        _count[0] += 1
        self.space = f"t{_count[0]}"
        self.at.create(namespace(self.space))
        self.addCleanup(self.at.delete, f"/api/v1/namespaces/{self.space}")

    def pods(self, **nodes):
        """Pods by name, each on a node; with label app=NAME."""
        for name, node in nodes.items():
            self.at.create(pod(self.space, name, node, {"app": name}))
        self.at.ready(*(f"{self.space}/{name}" for name in nodes))

    def put(self, document):
        self.at.create(document)
        self.addCleanup(self.at.delete, path(document))

    def name(self, pod_name):
        return f"{self.space}/{pod_name}"

    def kept(self, found, plugged):
        """That a stream went on, and nothing forbidden passed, while so many pods came or went.

        What plugs a pod in or out makes Open vSwitch read its routes anew, which may cost a stream through a tunnel what is
        sent meanwhile, with any controller (itests/system/README.md). A stream that stands still loses more than one in 100.
        """
        self.assertEqual((0, 0), (found["forbidden delivered"], found["tcp"]["failed"]), found)
        self.assertGreater(found["forbidden sent"], 500)
        starved = found["not read by a switch"]
        self.assertLessEqual(found["udp"]["gaps"], starved + plugged, found)
        self.assertLessEqual(found["udp"]["lost"], starved + found["udp"]["sent"] // 100, found)

    def label(self, name, **labels):
        self.at.patch(f"/api/v1/namespaces/{self.space}/pods/{name}", {"metadata": {"labels": labels}})

    def bystanders(self, also=()):
        """web on n1 is for friend on n2 alone; near on n1 and stranger on n2 send to it all the time, and to `also`."""
        self.pods(web="n1", friend="n2", stranger="n2", near="n1")
        self.put(policy(self.space, "web", {"app": "web"}, having(app="friend")))
        self.at.reached({(self.name(p), self.at.address(self.name("web"))): p == "friend"
                         for p in ("friend", "stranger", "near")})
        enlarge(self.at, self.at.nodes)
        streams = Bystanders(self.at, self.space, also)
        self.addCleanup(streams.kill)
        return streams


class Bystanders:
    """Numbered packets and new connections that are allowed, and packets that are not, from both nodes."""

    def __init__(self, at, space, also=()):
        self.at, self.web = at, f"{space}/web"
        address = at.address(self.web)
        self.unread = unread(at)
        self.udp = Udp(at, f"{space}/friend", self.web, address, port=4667, rate=200)
        self.tcp = Tcp(at, f"{space}/friend", self.web, address, rate=5)
        self.before = at.delivered(self.web)
        self.forbidden = [started(at, f"{space}/{sender}", [*UDP, "send", to, "4666", "100"], "sending")
                          for sender in ("stranger", "near") for to in (address, *also)]

    def kill(self):
        """Ends what a test that failed has not stopped."""
        for process in (self.udp.sender, self.udp.receiver, self.tcp.client, self.tcp.server, *self.forbidden):
            if process.poll() is None:
                process.kill()
                process.communicate()

    def stop(self):
        """What came of them."""
        sent = sum(json.loads(finish(f))["sent"] for f in self.forbidden)
        return {"udp": self.udp.stop(), "tcp": self.tcp.stop(), "forbidden sent": sent,
                "forbidden delivered": self.at.delivered(self.web) - self.before,
                "not read by a switch": sum(max(0, n - self.unread.get(k, 0)) for k, n in unread(self.at).items())}


def unread(at):
    """Packets that the kernel threw away before a switch read them, by node and port of the switch."""
    found = {}
    for node in at.nodes:
        lines = at.node(node, "ss", "-0", "-a", "-m", "-H")
        for port, dropped in re.findall(r"\*:(\S+) .*?,d(\d+)\)", lines, re.S):
            found[node, port] = found.get((node, port), 0) + int(dropped)
    return found


class ComingAndGoing:
    """Pods that are made and deleted one after the other, on n1 and n2 in turn, until it is ended. One of two has an address of
    its own, to which somebody sends, and is isolated: none of that may ever reach it.
    """

    ADDRESS = "10.244.77.77"

    def __init__(self, at, space):
        self.at, self.space, self.count, self.delivered, self.failure = at, space, 0, 0, None
        self._ended = threading.Event()
        self._one_more = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._ended.is_set():
                self._one()
                with self._one_more:
                    self.count += 1
                    self._one_more.notify_all()
        except Exception as failure:  # told by more() and stop(), on the test's thread
            with self._one_more:
                self.failure = failure
                self._one_more.notify_all()

    def _one(self):
        name, sheltered = f"c{self.count}", self.count % 2 == 0
        document = pod(self.space, name, ("n1", "n2")[self.count // 2 % 2], {"app": "web" if sheltered else "c"},
                       {"heddle.dev/addresses": self.ADDRESS} if sheltered else {})
        self.at.create(document)
        self.at.ready(f"{self.space}/{name}", timeout=240)
        if sheltered:
            self.delivered += self._answered(f"{self.space}/{name}")
        self.at.delete(path(document))
        self.at.gone(f"{self.space}/{name}", timeout=240)

    def _answered(self, name):
        while True:
            try:
                return self.at.delivered(name)
            except Away:
                pass  # it is killed just now

    def more(self, count=1, timeout=300):
        """Waits for as many to have come and gone from now on."""
        with self._one_more:
            until = self.count + count
            if not self._one_more.wait_for(lambda: self.failure or self.count >= until, timeout):
                raise AssertionError(f"only {self.count} of {until} pods came and went within {timeout} s")
        if self.failure:
            raise self.failure

    def end(self):
        self._ended.set()
        self._thread.join(300)

    def stop(self):
        self.end()
        if self.failure:
            raise self.failure
        return {"pods came and went": self.count, "delivered to isolated ones": self.delivered}
