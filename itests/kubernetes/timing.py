"""When what happens to a pod, from outside: the CNI plugin's calls, the nodes' databases, pings; and to a packet's verdict."""

import json
import queue
import random
import re
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from heddle_lab.k8s.network import heddle_plugin
from . import lot
from .connection import Connection, Pods

WITNESS = ["/usr/bin/python3", "-m", "kubernetes.witness"]
CLOCK = Path(__file__).with_name("clock_cni.sh")
PATIENCE = 180  # seconds for one pod, or one verdict


class Witness:
    """witness.py as a process; what it says, in order."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([*WITNESS, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.said.put(json.loads(line))
        self.said.put(None)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def next(self, timeout, what):
        try:
            found = self.said.get(timeout=timeout)
        except queue.Empty:
            found = None
        if found is None:
            raise AssertionError(f"{what}: not within {timeout} s")
        return found

    def all(self):
        """What it has said and nobody has read, without waiting."""
        found = []
        while not self.said.empty():
            found.append(self.said.get())
        return found

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@contextmanager
def witness(*arguments):
    made = Witness(*arguments)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def plugin_with_clock(at):
    """On all nodes clock_cni.sh stands before the plugin; gives the file that it writes into."""
    log, script = at.home / "cni.log", at.home / "clock-cni"
    log.touch()
    script.write_text(CLOCK.read_text().replace("@LOG@", str(log)).replace("@PLUGIN@", str(heddle_plugin())))
    script.chmod(0o755)
    links = [at.place.node(node) / "cni/bin/heddle-cni" for node in at.nodes]
    try:
        for link in links:
            _point(link, script)
        yield log
    finally:
        for link in links:
            _point(link, heddle_plugin())


def _point(link, target):
    fresh = link.with_suffix(".new")
    fresh.symlink_to(target)
    fresh.rename(link)


def calls(log):
    """{pod: [when ADD was called]} from what clock_cni.sh wrote."""
    found = {}
    for line in log.read_text().splitlines():
        when, arguments = line.split(" ", 1)
        space, name = (re.search(rf"K8S_POD_{key}=([^;]+)", arguments)[1] for key in ("NAMESPACE", "NAME"))
        found.setdefault(f"{space}/{name}", []).append(float(when))
    return found


def start_pods(at, pods, at_once, say):
    """Makes the lot's pods, the next when of those before fewer than at_once are not ready yet; what happened to each when:
    {pod: {"called", "calls", "plugged", "numbered", "installed", "assigned", "pinged"}}.
    """
    databases = [at.lab.node_directory(node) / "db.sock" for node in at.nodes]
    namespaces = [f"/proc/{at.process_of(lot.name_of(p))}/ns/net" for p in pods.probers]
    connection, watch = Connection(at), Pods(at, map(lot.name_of, pods.lot))
    try:
        with plugin_with_clock(at) as log, witness("rows", *databases) as rows, witness("ping", *namespaces) as pinger:
            for each in (rows, pinger):
                each.next(30, "a witness")
            for number, pod in enumerate(pods.lot):
                watch.await_(lambda n=number: n - len(watch.ready) < at_once, PATIENCE, f"{lot.name_of(pod)} and those before")
                pinger.tell(f"{pods.prober_of(pod)} {lot.address_of(pod)}")
                connection.create(pod)
                if (number + 1) % 25 == 0:
                    say(f"{number + 1} of {len(pods.lot)} pods are made")
            watch.await_(lambda: len(watch.ready) == len(pods.lot), PATIENCE, "ready pods")
            pinged = {}
            while len(pinged) < len(pods.lot):
                found = pinger.next(PATIENCE, "an answer to pings")
                pinged[found["address"]] = found["at"]
            return _together(pods.lot, calls(log), rows.all(), watch.assigned, pinged)
    finally:
        connection.close()
        watch.close()


def _together(documents, called, rows, assigned, pinged):
    found = {}
    for document in documents:
        name = lot.name_of(document)
        found[name] = {"called": called[name][0], "calls": len(called[name]), "assigned": assigned[name],
                       "pinged": pinged[lot.address_of(document)]}
    for row in rows:
        of = found.get(row["port"].replace(".", "/", 1))
        if of is not None:
            of[row["what"]] = row["at"]  # of the last call, if there were several
    return found


class Pair:
    """Two pods; the client's label says whether its packets get through to the server."""

    def __init__(self, at, pods):
        (client, server), self.random = pods.pair, random.Random(1)
        self.connection, self.pauses = Connection(at), (0.2, 0.7)
        self.witness = Witness("pair", *(f"/proc/{at.process_of(lot.name_of(p))}/ns/net" for p in (client, server)),
                               lot.address_of(server), lot.PORT)

    def verdict(self, wanted, timeout=PATIENCE):
        """The next change of the verdict, which has to be this one; when it took effect."""
        found = self.witness.next(timeout, f"packets {wanted}")
        if found["verdict"] != wanted:
            raise AssertionError(f"packets are {found['verdict']}, and should be {wanted}")
        return found["at"]

    def toggle(self, times):
        """Milliseconds from the request that changes the label to the first packet with the other verdict, by verdict."""
        found = {"allowed": [], "refused": []}
        for _ in range(times):
            for role, wanted in (("friend", "allowed"), ("stranger", "refused")):
                time.sleep(self.random.uniform(*self.pauses))  # not in step with what the bridge does each second
                began = time.time()
                self.connection.label(*lot.CLIENT, role=role)
                found[wanted].append(1000 * (self.verdict(wanted) - began))
        return found

    def close(self):
        self.witness.close()
        self.connection.close()
