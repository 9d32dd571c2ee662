"""Two builds of the l2 bundle take each other's place while traffic flows."""

import os
import re

from . import standing
from .installation import ROOT, changed
from .standing import NODES, Promises, at, figures
from .swapping import Swapping, jar
from .traffic import Changes, Intruder, Ping, Tcp, Udp, enlarge

setUpModule = standing.begin

L2 = "dev.heddle.l2-switching"
BUILDS = {"other": jar("itests/swap", "itests-swap"), "shipped": jar("l2-switching", "l2-switching")}
# Runs with swaps, each followed by one without; swaps in each; ports on each node beside the example's; flows on each.
ROUNDS, SWAPS, PORTS, FLOWS = (5, 4, 140, 5000) if os.environ.get("HEDDLE_TEST_ALL") else (2, 2, 50, 600)
RATE, CONNECTIONS = 10_000, 50

RED_A, RED_B, RED_C = (f"0a:00:00:00:00:1{n},10.0.0.1{n}" for n in (1, 2, 3))


NEWER = f"{L2}/0.1.1"


class Builds(Swapping):
    bundle, feature, builds, ports = L2, "l2", BUILDS, PORTS

    def traffic(self):
        return {
            "udp": Udp(at, "red-a", "red-b", "10.0.0.12", rate=RATE),
            "tcp": Tcp(at, "red-b", "red-c", "10.0.0.13", rate=CONNECTIONS),
            # Another's MAC and address, another's address, and another tenant's MAC from one that has both.
            "intruder of red": Intruder(
                at, "red-c", f"{RED_C},{RED_B}",
                [f"{RED_A},{RED_B}", f"{RED_C.split(',')[0]},10.0.0.11,{RED_B}"], ["red-a", "red-b"]),
            "intruder of blue": Intruder(
                at, "blue-c", f"{RED_C},{RED_B}", [f"{RED_C},0a:00:00:01:00:01,10.0.1.2", f"{RED_B},{RED_A}"],
                ["red-c", "blue-a", "blue-b"])}

    def test_two_builds_of_l2_under_traffic_lose_nothing_open_nothing_and_send_the_difference_alone(self):
        self.assertGreaterEqual(min(map(len, self.before.values())), FLOWS)
        self.assertGreater(enlarge(at, NODES), 8)
        self.swap("two builds of l2 under traffic", ROUNDS, SWAPS)


class SideBySide(Promises):
    """Both builds are installed; pipeline:swap decides which is here."""

    def setUp(self):
        for file in BUILDS.values():
            self.assertTrue(file.exists(), f"missing: {file}")
        super().setUp()

    def without_the_newer(self):
        if "0.1.1" in at.heddle("console", "bundle:list -s"):
            at.heddle("console", f"bundle:uninstall {NEWER}")
        self.as_before()

    def done(self, command):
        """What a console command said, and what it changed in the switches, by their word and ours."""
        before, sent, watches = at.dumps(), at.sent(), {n: Changes(at, n) for n in NODES}
        said = at.heddle("console", command)
        at.barrier()
        events = {n: len(w.stop()) for n, w in watches.items()}
        mods = {n: at.sent()[n] - sent[n] for n in NODES}
        other = {n: len(f) for n, f in changed(before, at.dumps()).items()}
        self.assertEqual((other, other), (mods, events), command)
        return said, other

    def test_the_example_of_the_documentation_swaps_there_and_back_and_loses_nothing(self):
        text = (ROOT / "docs/hot-swap.md").read_text().replace("$PWD", str(ROOT))
        commands = re.findall(r"(?m)^    \./heddle console (.*)$", text)
        self.assertEqual(5, len(commands), commands)
        self.addCleanup(self.without_the_newer)
        enlarge(at, NODES)
        traffic = {"udp": Udp(at, "red-a", "red-b", "10.0.0.12"), "ping": Ping(at, "blue-a", "10.0.0.12")}
        steps = [(c, *self.done(c)) for c in commands]
        lost = {kind: t.stop() for kind, t in traffic.items()}
        figures["swapped side by side"] = {"steps": steps, "lost": {k: t["lost"] for k, t in lost.items()}}
        (_, _, installed), (_, told, tried), (_, there, swapped), (_, back, returned), (_, _, gone) = steps
        nothing = {n: 0 for n in NODES}
        self.assertEqual((nothing, nothing, nothing), (installed, tried, gone))
        self.assertTrue(told.endswith("not swapped: dry run\n"), told)
        table = {n: sum(map(int, counts.split())) for n, counts in re.findall(r"(?m)^(n\d) +\d((?: +\d+){3})", told)}
        self.assertEqual(swapped, table, "what the dry run told is what was done")
        self.assertGreater(min(swapped.values()), 50)
        self.assertEqual(swapped, returned)
        for said in (there, back):
            self.assertTrue(said.endswith("Feature/l2 swapped\n"), said)
            self.assertRegex(said, r"(?m)^n1 +1 [\s\S]*^n2 +2 ")
        self.assertEqual(self.before, at.dumps())
        self.assertEqual({"udp": 0, "ping": 0}, {k: t["lost"] for k, t in lost.items()}, lost)

    def test_a_node_that_does_not_confirm_stops_the_swap_and_the_first_is_as_before(self):
        self.addCleanup(self.without_the_newer)
        at.heddle("console", f"bundle:install -s file:{BUILDS['other']}")
        sent = at.sent()
        self.addCleanup(at.heddle, "lab", "hang", "n2", "off")
        at.heddle("lab", "hang", "n2")
        said = at.heddle("console", "pipeline:swap --seconds 3 l2")
        mods = at.sent()["n1"] - sent["n1"]
        at.heddle("lab", "hang", "n2", "off")
        figures["swap with a node that hangs"] = {"said": said, "flow-mods of n1": mods}
        self.assertRegex(said, r"not swapped, all is as before: n2 (did not confirm within 3 s|is not connected)")
        self.assertGreater(mods, 100, "the first wave came and went back")
        self.as_before()
        self.assertEqual({}, self.wrong())
