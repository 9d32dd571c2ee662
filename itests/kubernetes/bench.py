"""python3 -m kubernetes.bench [--pods N] [--policies N] [--nodes N] [--json]: how long pods and policies take on a real cluster.

docs/performance.md says what each figure is, and from when until when. Progress is on standard error.
"""

import argparse
import json
import math
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from heddle_lab.k8s.place import Place, Record
from heddle_lab.settings import LabError, Settings
from system.installation import await_none
from . import lot
from .cluster import Cluster, namespace, path
from .connection import Connection
from .timing import Pair, start_pods

PODS_OF_A_NODE = 110  # a kubelet's own limit
AIMS = {"add_ms_p50": 500, "controller_ms_p50": 50, "policy_ms_p50": 300}


def percentile(values, part):
    """The smallest value that at least this part of them does not exceed."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def spread(name, values):
    """{NAME_p50, NAME_p99, NAME_max}, of milliseconds."""
    return {f"{name}_p50": round(statistics.median(values), 1), f"{name}_p99": round(percentile(values, 0.99), 1),
            f"{name}_max": round(max(values), 1)}


def of_starts(found):
    """Figures of pods' starts, from when what happened (timing.start_pods); clocks are of one machine."""
    def between(name, start, end):
        return spread(name, [1000 * (f[end] - start(f)) for f in found.values()])
    return {
        **between("add_ms", lambda f: f["called"], "pinged"),
        **between("controller_ms", lambda f: max(f["assigned"], f["plugged"]), "installed"),
        "parts": {**between("called_to_plugged_ms", lambda f: f["called"], "plugged"),
                  **between("plugged_to_numbered_by_the_switch_ms", lambda f: f["plugged"], "numbered"),
                  **between("numbered_to_installed_ms", lambda f: f["numbered"], "installed"),
                  **between("installed_to_pinged_ms", lambda f: f["installed"], "pinged")},
        "calls_that_were_repeated": sum(f["calls"] - 1 for f in found.values())}


def of_verdicts(found):
    allowed, refused = found["allowed"], found["refused"]
    return {**spread("policy_ms", allowed + refused), "changes": len(allowed) + len(refused),
            **spread("to_allowed_ms", allowed), **spread("to_refused_ms", refused)}


class Bench:
    def __init__(self, at, given, say):
        self.at, self.given, self.say = at, given, say
        taken = [a for p in at.get("logicalports")["items"] for a in p["spec"].get("addresses", [])]
        block = lot.free_block(taken)
        self.pods = lot.Pods(given.pods, at.nodes, block)
        self.policies = lot.Policies(given.policies, given.seed, block).all

    def run(self):
        at, given, say = self.at, self.given, self.say
        figures = {"pods": given.pods, "nodes": len(at.nodes), "policies": given.policies, "seed": given.seed,
                   "at_once": given.at_once, "cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
        for space in lot.spaces():
            at.create(namespace(space, team=lot.team(space)))
        few = [*self.pods.pair, *self.pods.probers]
        for document in [*few, *lot.PAIR_POLICIES]:
            at.create(document)
        at.ready(*map(lot.name_of, few), timeout=240)
        at.settled(timeout=60)
        say(f"{given.pods} pods, {given.at_once} at a time")
        figures.update(of_starts(start_pods(at, self.pods, given.at_once, say)))
        figures["load_after_pods"] = os.getloadavg()[0]
        pair = Pair(at, self.pods)
        try:
            pair.verdict("refused")
            before = self.state(pair)
            figures.update({k: v for k, v in before.items() if k.startswith("policy_ms")})
            figures["without_policies"] = before
            if self.policies:
                figures["with_policies"] = {**self.take_in(pair), **self.state(pair)}
        finally:
            pair.close()
        figures["aims"] = {k: {"at_most": v, "met": figures[k] <= v} for k, v in AIMS.items()}
        figures["load_after"] = os.getloadavg()[0]
        return figures

    def state(self, pair):
        """Of the cluster as it is now: verdicts, flows, memory."""
        self.at.settled(timeout=120)
        self.say(f"{self.given.changes} changes of a label")
        found = of_verdicts(pair.toggle(self.given.changes // 2))
        subprocess.run([Path(os.readlink(f"/proc/{self.at.pid}/exe")).with_name("jcmd"), str(self.at.pid), "GC.run"],
                       check=True, capture_output=True, timeout=60)
        metrics = self.at.metrics()
        stages = {k.split('"')[1]: round(v) for k, v in metrics.items() if k.startswith("heddle_stage_flows{") and v}
        return {**found,
                "flows_by_node": {node: len(self.at.dump(node)) for node in self.at.nodes},
                "flows_by_stage_all_nodes": dict(sorted(stages.items(), key=lambda s: -s[1])),
                "rules": len(self.at.get("acls")["items"]),
                "heap_mib": round(metrics['jvm_memory_used_bytes{area="heap"}'] / 2**20, 1),
                "rss_mib": round(metrics["process_resident_memory_bytes"] / 2**20, 1)}

    def take_in(self, pair):
        """Makes the policies; until every node has what they mean."""
        self.say(f"{len(self.policies)} policies")
        connection, cpu = Connection(self.at), self.cpu()
        began = time.time()
        for document in [*self.policies, lot.LAST_POLICY]:
            connection.create(document)
        made = time.time()
        known = pair.verdict("allowed", timeout=900)
        self.at.confirmed(timeout=300)
        confirmed, cpu = time.time(), self.cpu() - cpu
        connection.ask("DELETE", path(lot.LAST_POLICY))
        pair.verdict("refused")
        connection.close()
        return {"api_server_took_them_s": round(made - began, 2), "last_one_enforced_s": round(known - began, 2),
                "confirmed_by_all_nodes_s": round(confirmed - began, 2), "controller_cpu_s": round(cpu, 2),
                "not_compiled": self.not_compiled()}

    def not_compiled(self):
        """How many policies were too much or made no sense, which should be none: an Event says so of each."""
        return sum(e["reason"] == "NotCompiled" for e in self.at.one("/api/v1/events")["items"])

    def cpu(self):
        return self.at.metrics()["process_cpu_seconds_total"]

    def end(self):
        """Takes away all that run() made, and may be half done."""
        for space in lot.spaces():
            self.at.delete(f"/api/v1/namespaces/{space}")
        await_none(lambda: [s for s in lot.spaces() if self.at.one(f"/api/v1/namespaces/{s}")], 600, "namespaces gone")


def bench(at, given, say):
    load = Bench(at, given, say)
    try:
        return load.run()
    finally:
        load.end()


def refuse_company():
    """Figures of a machine that has a cluster of the same name or a controller besides would be those of both."""
    if Record(Place.from_environment(Settings.from_environment())).exists():
        raise LabError("a cluster is there, and the figures would be those of both: heddle k8s down")


def options(arguments=None):
    about = __doc__.split("\n", maxsplit=1)[0].partition(": ")[2]
    parser = argparse.ArgumentParser(prog="heddle bench k8s", description=about)
    parser.add_argument("--pods", type=int, default=200, metavar="N", help="pods that are started and measured (200)")
    parser.add_argument("--policies", type=int, default=1000, metavar="N", help="NetworkPolicies of the second part (1,000)")
    parser.add_argument("--nodes", type=int, default=3, metavar="N", help="3; one has room for some 100 pods")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="how many pods start at the same time (1)")
    parser.add_argument("--changes", type=int, default=60, metavar="N", help="of the label, before and with the policies (60)")
    parser.add_argument("--seed", type=int, default=1, help="another one is other policies")
    parser.add_argument("--json", action="store_true", help="figures as one object of JSON, and nothing else on standard output")
    given = parser.parse_args(arguments)
    most = min(lot.MOST, given.nodes * (PODS_OF_A_NODE - 3))  # those of the pair and the prober beside them
    for wrong, why in ((not 1 <= given.nodes <= 20, "between 1 and 20 nodes"),
                       (not 1 <= given.pods <= most, f"between 1 and {most} pods on {given.nodes} nodes"),
                       (not 0 <= given.policies <= 10_000, "at most 10,000 policies"),
                       (given.at_once < 1, "at least one pod at once"), (given.changes < 2, "at least 2 changes")):
        if wrong:
            parser.error(why)
    return given


def shown(figures, depth=0):
    for key, value in figures.items():
        if isinstance(value, dict):
            print("  " * depth + f"{key}:")
            shown(value, depth + 1)
        else:
            print("  " * depth + f"{key} {value}")


def interrupted(number, frame):
    """The first signal ends the run, which takes all away; those after it do not disturb that."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main():
    given = options()
    began = time.monotonic()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupted)

    def say(text):
        print(f"bench k8s: {time.monotonic() - began:.0f} s: {text}", file=sys.stderr, flush=True)
    try:
        refuse_company()
    except LabError as refusal:
        sys.exit(f"heddle bench k8s: {refusal}")
    at, left = Cluster(), []
    try:
        say(f"a cluster of {given.nodes} nodes")
        at.up(given.nodes)
        # The cluster goes as a whole: its pods need not be taken away one by one.
        figures = Bench(at, given, say).run()
    finally:
        say("everything is taken away")
        left = at.down()
        if left:
            say(f"left behind: {left}")
    figures["seconds"] = round(time.monotonic() - began)
    figures["left_on_the_machine"] = left
    print(json.dumps(figures, indent=2)) if given.json else shown(figures)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
