"""Two builds of one bundle take each other's place while traffic flows: what the tests of it share."""

from .installation import ROOT, changed, document
from .standing import NODES, Promises, at, figures
from .traffic import Changes, dropped, unread

VERSION = "0.1.0-SNAPSHOT"


def jar(module, artifact):
    return ROOT / module / f"target/heddle-{artifact}-{VERSION}.jar"


def count(counters):
    return sum(n for of_node in counters.values() for n in of_node.values())


class Swapping(Promises):
    """Of the bundle `bundle`, which brings `feature`; `builds` has the jars of both, "shipped" and "other"."""

    bundle = feature = builds = None
    ports = 0  # on each node, beside the example's

    def setUp(self):
        for name, file in self.builds.items():
            if not file.exists():
                raise AssertionError(f"the {name} build of {self.feature} is missing: {file}")
        self.crowd()
        at.barrier()
        super().setUp()

    def crowd(self):
        """A port that is nowhere has no flows, so these are plugged in: patch ports, the cheapest interfaces there are."""
        names = {n: [f"{n}-{i}" for i in range(self.ports)] for n in NODES}
        objects = [document("LogicalSwitch", "crowd", {})]
        objects += [document("LogicalPort", port, {
            "switch": "crowd", "mac": f"0a:00:00:0{n}:{i >> 8:02x}:{i & 255:02x}",
            "addresses": [f"10.{n}.{i >> 7}.{1 + (i & 127)}", f"fd00::{n}:{i:x}"]}, labels={"crowd": "yes"})
            for n, node in enumerate(NODES, 1) for i, port in enumerate(names[node])]
        self.addCleanup(self.transact, removals(objects))
        self.transact(objects)
        for node, ports in names.items():
            self.addCleanup(at.node, node, "ovs-vsctl", *(w for p in ports for w in ("--", "--if-exists", "del-port", p)))
            at.node(node, "ovs-vsctl", *(w for p in ports for w in (
                "--", "add-port", "br-int", p, "--", "set", "Interface", p, "type=patch", f"options:peer={p}-none",
                f"external_ids:iface-id={p}")))
        at.realized(*(port for ports in names.values() for port in ports))

    def transact(self, changes):
        for first in range(0, len(changes), 500):
            status, said = at.rest("POST", "transactions", changes[first:first + 500])
            self.assertEqual(200, status, said)

    def update(self, build):
        at.heddle("console", f"bundle:update {self.bundle} file:{self.builds[build]}")

    def own(self, flows):
        """How many flows of a dump are the feature's: those with its number in their cookie."""
        owner = next(f["number"] for f in at.get("features") if f["name"] == self.feature)
        return sum(int(cookie, 16) >> 48 == owner for cookie, _ in flows.values())

    def traffic(self):
        """What runs meanwhile, by name: "udp", "tcp" and any number of intruders."""
        raise NotImplementedError

    def run_of(self, builds):
        """Traffic while the bundle becomes each of `builds` in turn; None is none: all is done but the update."""
        before = {"unread": unread(at, NODES), "dropped": dropped(at, NODES)}
        traffic = self.traffic()
        steps = [self.step(build) for build in builds]
        found = {"steps": steps, **{name: t.stop() for name, t in traffic.items()}}
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
                "flows": {n: self.own(before[n]) for n in NODES},
                "laid out otherwise": {n: sum(before[n][k] != now[n].get(k) for k in before[n]) for n in NODES},
                "difference": {n: len(other[n]) for n in NODES},
                "flow-mods": {n: at.sent()[n] - sent[n] for n in NODES}, "events": events}

    def swap(self, title, rounds, swaps):
        """Runs with swaps, each followed by one without; what must hold of all of them."""
        order = ["other", "shipped"]
        self.addCleanup(self.update, "shipped")
        swapped, control = [], []
        for _ in range(rounds):
            swapped.append(self.run_of([order[n % 2] for n in range(swaps)]))
            control.append(self.run_of([None] * swaps))
        steps = [s for run in swapped for s in run["steps"]]
        sums = {name: summed(runs) for name, runs in (("with swaps", swapped), ("control", control))}
        figures[title] = {
            "flows": {n: len(self.before[n]) for n in NODES}, "swaps": len(steps), **sums,
            "steps": steps, "runs": [{k: v for k, v in r.items() if k != "steps"} for r in swapped + control]}
        for step in steps:
            for node in NODES:
                self.assertGreaterEqual(2 * step["laid out otherwise"][node], step["flows"][node], step)
                self.assertEqual(step["difference"][node], step["flow-mods"][node], step)
                self.assertEqual(step["difference"][node], step["events"][node], step)
        self.assertEqual(self.before, at.dumps())
        for run in swapped + control:
            # Honest packets take the same ways: watchers that are blind would not see those either.
            for intruder in intruders(run):
                self.assertGreater(max(intruder["honest seen"].values()), 0, run)
        self.assertEqual(0, sums["with swaps"]["forbidden seen"])
        self.assertEqual(0, sums["with swaps"]["connections failed"])
        self.assertEqual(0, sums["with swaps"]["dropped by a switch"])
        self.assertLessEqual(sums["with swaps"]["udp lost"],
                             sums["control"]["udp lost"] + sums["with swaps"]["not read by a switch"])


def removals(objects):
    return [{"delete": {"kind": o["kind"], "name": o["metadata"]["name"]}} for o in reversed(objects)]


def intruders(run):
    return [found for name, found in run.items() if name.startswith("intruder")]


def summed(runs):
    return {
        "udp sent": sum(r["udp"]["sent"] for r in runs), "udp lost": sum(r["udp"]["lost"] for r in runs),
        "seconds": round(sum(r["udp"]["seconds"] for r in runs), 1),
        "connections": sum(r["tcp"]["connections"] for r in runs),
        "connections failed": sum(r["tcp"]["failed"] for r in runs),
        "connections slow": sum(r["tcp"]["slow"] for r in runs),
        "forbidden sent": sum(i["forbidden sent"] for r in runs for i in intruders(r)),
        "forbidden seen": sum(sum(i["forbidden seen"].values()) for r in runs for i in intruders(r)),
        "not read by a switch": sum(r["not read by a switch"] for r in runs),
        "dropped by a switch": sum(count(r["dropped by a switch"]) for r in runs)}
