"""Two builds of the l2 bundle take each other's place while traffic flows."""

import os
import re

from . import standing
from .installation import ROOT, changed, document
from .standing import NODES, Promises, at, figures
from .traffic import Changes, Intruder, Ping, Tcp, Udp, dropped, enlarge, unread

setUpModule = standing.begin

L2 = "dev.heddle.l2-switching"
BUILDS = {"other": ROOT / "itests/swap/target/heddle-itests-swap-0.1.0-SNAPSHOT.jar",
          "shipped": ROOT / "l2-switching/target/heddle-l2-switching-0.1.0-SNAPSHOT.jar"}
# Runs with swaps, each followed by one without; swaps in each; ports on each node beside the example's; flows on each.
ROUNDS, SWAPS, PORTS, FLOWS = (5, 4, 400, 5000) if os.environ.get("HEDDLE_TEST_ALL") else (2, 2, 50, 600)
RATE, CONNECTIONS = 10_000, 50

RED_A, RED_B, RED_C = (f"0a:00:00:00:00:1{n},10.0.0.1{n}" for n in (1, 2, 3))


NEWER = f"{L2}/0.1.1"


def count(counters):
    return sum(n for of_node in counters.values() for n in of_node.values())


def built():
    for name, jar in BUILDS.items():
        if not jar.exists():
            raise AssertionError(f"the {name} build of l2 is missing: mvn package -pl itests/swap -am")


class Builds(Promises):
    def setUp(self):
        built()
        # A port that is nowhere has no flows, so these are plugged in: patch ports, the cheapest interfaces there are.
        crowd = {n: [f"{n}-{i}" for i in range(PORTS)] for n in NODES}
        objects = [document("LogicalSwitch", "crowd", {})]
        objects += [document("LogicalPort", port, {
            "switch": "crowd", "mac": f"0a:00:00:0{n}:{i >> 8:02x}:{i & 255:02x}",
            "addresses": [f"10.{n}.{i >> 7}.{1 + (i & 127)}", f"fd00::{n}:{i:x}"]})
            for n, node in enumerate(NODES, 1) for i, port in enumerate(crowd[node])]
        self.addCleanup(self.transact, [{"delete": {"kind": o["kind"], "name": o["metadata"]["name"]}}
                                        for o in reversed(objects)])
        self.transact(objects)
        for node, ports in crowd.items():
            self.addCleanup(at.node, node, "ovs-vsctl", *(w for p in ports for w in ("--", "--if-exists", "del-port", p)))
            at.node(node, "ovs-vsctl", *(w for p in ports for w in (
                "--", "add-port", "br-int", p, "--", "set", "Interface", p, "type=patch", f"options:peer={p}-none",
                f"external_ids:iface-id={p}")))
        at.realized(*(port for ports in crowd.values() for port in ports))
        self.addCleanup(self.update, "shipped")
        at.barrier()
        super().setUp()

    def transact(self, changes):
        for first in range(0, len(changes), 500):
            status, said = at.rest("POST", "transactions", changes[first:first + 500])
            self.assertEqual(200, status, said)

    def update(self, build):
        at.heddle("console", f"bundle:update {L2} file:{BUILDS[build]}")

    def l2(self, flows):
        """How many flows of a dump are l2's: those with its number in their cookie."""
        owner = next(f["number"] for f in at.get("features") if f["name"] == "l2")
        return sum(int(cookie, 16) >> 48 == owner for cookie, _ in flows.values())

    def run_of(self, builds):
        """Traffic while the bundle becomes each of `builds` in turn; None is none: all is done but the update."""
        before = {"unread": unread(at, NODES), "dropped": dropped(at, NODES)}
        udp = Udp(at, "red-a", "red-b", "10.0.0.12", rate=RATE)
        tcp = Tcp(at, "red-b", "red-c", "10.0.0.13", rate=CONNECTIONS)
        # Another's MAC and address, another's address, and another tenant's MAC from one that has both.
        intruders = [
            Intruder(at, "red-c", f"{RED_C},{RED_B}", [f"{RED_A},{RED_B}", f"{RED_C.split(',')[0]},10.0.0.11,{RED_B}"],
                     ["red-a", "red-b"]),
            Intruder(at, "blue-c", f"{RED_C},{RED_B}", [f"{RED_C},0a:00:00:01:00:01,10.0.1.2", f"{RED_B},{RED_A}"],
                     ["red-c", "blue-a", "blue-b"])]
        steps = [self.step(build) for build in builds]
        found = {"steps": steps, "udp": udp.stop(), "tcp": tcp.stop(), "intruders": [i.stop() for i in intruders]}
        now = dropped(at, NODES)
        found["not read by a switch"] = unread(at, NODES) - before["unread"]
        found["dropped by a switch"] = {n: {c: v - before["dropped"][n].get(c, 0) for c, v in now[n].items()
                                            if v != before["dropped"][n].get(c, 0)} for n in NODES}
        return found

    def step(self, build):
        """One update: what it changed on each node, what was sent for it and what the switches say was done."""
        before, sent, watches = at.dumps(), at.sent(), {n: Changes(at, n) for n in NODES}
        if build:
            self.update(build)
            at.settled()
        at.barrier()
        events = {n: len(w.stop()) for n, w in watches.items()}
        now = at.dumps()
        other = changed(before, now)
        return {"build": build,
                "l2 flows": {n: self.l2(before[n]) for n in NODES},
                "laid out otherwise": {n: sum(before[n][k] != now[n].get(k) for k in before[n]) for n in NODES},
                "difference": {n: len(other[n]) for n in NODES},
                "flow-mods": {n: at.sent()[n] - sent[n] for n in NODES}, "events": events}

    def test_two_builds_of_l2_under_traffic_lose_nothing_open_nothing_and_send_the_difference_alone(self):
        self.assertGreaterEqual(min(map(len, self.before.values())), FLOWS)
        self.assertGreater(enlarge(at, NODES), 8)
        swapped, control, order = [], [], ["other", "shipped"]
        for _ in range(ROUNDS):
            swapped.append(self.run_of([order[n % 2] for n in range(SWAPS)]))
            control.append(self.run_of([None] * SWAPS))
        steps = [s for run in swapped for s in run["steps"]]
        sums = {name: {
            "udp sent": sum(r["udp"]["sent"] for r in runs), "udp lost": sum(r["udp"]["lost"] for r in runs),
            "seconds": round(sum(r["udp"]["seconds"] for r in runs), 1),
            "connections": sum(r["tcp"]["connections"] for r in runs),
            "connections failed": sum(r["tcp"]["failed"] for r in runs),
            "connections slow": sum(r["tcp"]["slow"] for r in runs),
            "forbidden sent": sum(i["forbidden sent"] for r in runs for i in r["intruders"]),
            "forbidden seen": sum(sum(i["forbidden seen"].values()) for r in runs for i in r["intruders"]),
            "not read by a switch": sum(r["not read by a switch"] for r in runs),
            "dropped by a switch": sum(count(r["dropped by a switch"]) for r in runs),
            } for name, runs in (("with swaps", swapped), ("control", control))}
        figures["two builds of l2 under traffic"] = {
            "flows": {n: len(self.before[n]) for n in NODES}, "swaps": len(steps), **sums,
            "steps": steps, "runs": [{k: v for k, v in r.items() if k != "steps"} for r in swapped + control]}
        for step in steps:
            for node in NODES:
                self.assertGreaterEqual(2 * step["laid out otherwise"][node], step["l2 flows"][node], step)
                self.assertEqual(step["difference"][node], step["flow-mods"][node], step)
                self.assertEqual(step["difference"][node], step["events"][node], step)
        self.assertEqual(self.before, at.dumps())
        for run in swapped + control:
            # Honest packets take the same ways: watchers that are blind would not see those either.
            self.assertGreater(run["intruders"][0]["honest seen"]["red-b"], 0, run)
            self.assertGreater(run["intruders"][1]["honest seen"]["blue-b"], 0, run)
        self.assertEqual(0, sums["with swaps"]["forbidden seen"])
        self.assertEqual(0, sums["with swaps"]["connections failed"])
        self.assertEqual(0, sums["with swaps"]["dropped by a switch"])
        self.assertLessEqual(sums["with swaps"]["udp lost"],
                             sums["control"]["udp lost"] + sums["with swaps"]["not read by a switch"])


class SideBySide(Promises):
    """Both builds are installed; pipeline:swap decides which is here."""

    def setUp(self):
        built()
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
