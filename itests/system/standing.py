"""The installation that the tests of one module share, and what all tests ask of it."""

import json
import re
import shutil
import unittest

from .installation import EXAMPLE, ROOT, Installation, Refused, await_none, changed

EXAMPLE_PORTS = ["red-a", "red-b", "red-c", "blue-a", "blue-b", "blue-c"]
NODES = ("n1", "n2")


class Current:
    """Stands for the installation there is now: each module of tests has one of its own."""

    now = None

    def __getattr__(self, name):
        return getattr(self.now, name)


at = Current()
figures = {}


def begin():
    """Two nodes, a controller and the example's two tenants; all of it goes when the module's tests are done."""
    at.now = Installation()
    unittest.addModuleCleanup(_finished)
    figures.clear()
    # The controller listens on the underlay, which is the lab's; the nodes keep asking for it meanwhile.
    at.heddle("lab", "up", "--nodes", "2")
    at.start()
    at.heddle("apply", "-f", str(EXAMPLE))
    at.heddle("lab", "pods", "-f", str(EXAMPLE))
    at.realized(*EXAMPLE_PORTS)
    at.settled()


def _finished():
    log = at.home / "run/data/log/heddle.log"
    if log.exists():
        (ROOT / "itests/system/target").mkdir(exist_ok=True)
        shutil.copy(log, ROOT / f"itests/system/target/heddle-{at.lab.prefix}.log")
    left = at.close()
    print(json.dumps(figures, indent=2), flush=True)
    if left:
        raise AssertionError(f"left behind: {left}")


class Promises(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.before = at.dumps()

    def as_before(self):
        """What a test did is undone: the switches have exactly what they had."""
        at.settled()
        await_none(lambda: {n: c for n, c in changed(self.before, at.dumps()).items() if c}, 10, "flows as before")

    def wrong(self):
        return {(c["from"], c["to"]): c["verdict"] for c in at.matrix()["cells"] if c["verdict"] != "ok"}

    def apply(self, *documents):
        return at.heddle("apply", "-f", "-", text="\n---\n".join(map(json.dumps, documents)))

    def answered(self, pod, address, count=3):
        """How many of `count` pings are answered."""
        try:
            said = at.heddle("lab", "exec", pod, "ping", "-c", str(count), "-i", "0.1", "-W", "1", address)
        except Refused as none:
            said = str(none)
        return int(re.search(r"(\d+) received", said)[1])
