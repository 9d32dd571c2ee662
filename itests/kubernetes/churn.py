"""python3 -m kubernetes.churn [--pods N] [--alive N] [--seed N]: pods and policies come and go while what carries them is killed.

Ends with one object of JSON: what was done, who reaches whom at the end against a naive reading of the API (reading.py), and
what is left once every pod is deleted. The exit code is 1 if anything of it is not as it should be.
"""

import argparse
import json
import random
import re
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor

from system.installation import await_none
from . import leftover
from .cluster import Away, Cluster, is_ready, namespace, path, pod
from .reading import allows

SPACES, APPS, NAMES = ("x", "y", "z"), ("web", "db", "front"), 30
PORT = 8080
FEWEST = 4  # policies, once there are as many


class Churn:
    def __init__(self, at, count, alive, seed):
        self.at, self.count, self.bound = at, count, alive
        self.random = random.Random(seed)
        self.pods, self.policies = {}, {}
        self.done = {"pods made": 0, "pods deleted": 0, "policies made": 0, "policies deleted": 0, "labels changed": 0,
                     "faults": [], "addresses twice": 0}
        self.trouble = ThreadPoolExecutor(1)  # one thing at a time, while the rest goes on
        self.under_way = []

    def run(self):
        for space in SPACES:
            self.at.create(namespace(space, team=space))
        faults = self.faults()
        while self.done["pods made"] < self.count:
            self.step()
            for deed in filter(Future.done, self.under_way):
                deed.result()
            while faults and self.done["pods made"] >= faults[0][0] * self.count:
                _, name, deed = faults.pop(0)
                self.done["faults"].append(name)
                self.under_way.append(self.trouble.submit(deed))
        for deed in self.under_way:
            deed.result(timeout=600)
        self.trouble.shutdown()
        return self.done

    def faults(self):
        """At which part of the pods what happens."""
        at, node = self.at, self.random.choice(self.at.nodes)
        return sorted([
            *((part, "controller killed", self.controller) for part in (0.10, 0.45, 0.80)),
            *((part, "API server killed", lambda: self.program("control", "kube-apiserver")) for part in (0.25, 0.65)),
            (0.35, f"containerd of {node} killed", lambda: self.program(node, "containerd")),
            *((part, "watches broken", at.break_watches) for part in (0.20, 0.55, 0.90))], key=lambda f: f[0])

    def controller(self):
        self.at.kill()
        self.at.start()

    def program(self, where, name):
        self.at.kill_program(where, name)
        self.at.mend()

    def step(self):
        """One change, when there is room for it; so that pods get to run before they go."""
        there = self.listed()
        self.done["addresses twice"] += twice(there)
        starting = sum(not is_ready(p) for p in there)
        if starting > self.bound // 2 or len(there) > self.bound + 4:
            return
        if len(self.pods) >= self.bound:
            self.remove(self.random.choice(sorted(self.pods)))
        what = self.random.random()
        if what < 0.6:
            self.make()
        elif what < 0.75 and self.pods:
            self.remove(self.random.choice(sorted(self.pods)))
        elif what < 0.9:
            self.change_policies()
        elif self.pods:
            space, name = self.random.choice(sorted(self.pods))
            self.at.patch(f"/api/v1/namespaces/{space}/pods/{name}", {"metadata": {"labels": {"app": self.random.choice(APPS)}}})
            self.done["labels changed"] += 1

    def listed(self):
        while True:
            try:
                return [p for p in self.at.one("/api/v1/pods")["items"] if p["metadata"]["namespace"] in SPACES]
            except Away:
                time.sleep(0.2)  # until it is there again, nothing tells

    def make(self):
        """Of a name that may have been another pod's on another node a moment ago; one in five asks for its address."""
        free = [(s, f"p{n}") for s in SPACES for n in range(NAMES)]
        space, name = self.random.choice([k for k in free if k not in self.pods])
        taken = {a for a in self.pods.values() if a}
        wish = self.random.choice([a for a in (f"10.244.99.{n}" for n in range(1, 60)) if a not in taken])
        fixed = self.random.random() < 0.2
        self.at.gone(f"{space}/{name}", timeout=240)
        self.at.create(pod(space, name, self.random.choice(self.at.nodes), {"app": self.random.choice(APPS)},
                           {"heddle.dev/addresses": wish} if fixed else {}))
        self.pods[space, name] = wish if fixed else None
        self.done["pods made"] += 1

    def remove(self, key):
        del self.pods[key]
        self.at.delete(f"/api/v1/namespaces/{key[0]}/pods/{key[1]}")
        self.done["pods deleted"] += 1

    def change_policies(self):
        if len(self.policies) > 6 or len(self.policies) > FEWEST and self.random.random() < 0.5:
            self.at.delete(path(self.policies.pop(self.random.choice(sorted(self.policies)))))
            self.done["policies deleted"] += 1
            return
        name = f"q{self.done['policies made']}"
        self.policies[name] = self.policy(name)
        self.at.create(self.policies[name])
        self.done["policies made"] += 1

    def policy(self, name):
        some = self.random
        types = some.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"]))
        spec = {"podSelector": self.selector(), "policyTypes": types}
        for kind, key in (("Ingress", "from"), ("Egress", "to")):
            if kind in types:
                spec[kind.lower()] = [self.rule(key) for _ in range(some.randrange(3))]
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"namespace": some.choice(SPACES), "name": name}, "spec": spec}

    def rule(self, key):
        rule = {}
        if self.random.random() < 0.8:
            rule[key] = [self.peer() for _ in range(self.random.randrange(1, 3))]
        if self.random.random() < 0.5:
            rule["ports"] = [{"protocol": "TCP", "port": self.random.choice((PORT, PORT, 80))}]
        return rule

    def peer(self):
        team = {"matchLabels": {"team": self.random.choice(SPACES)}}
        return self.random.choice((
            {"podSelector": self.selector()}, {"namespaceSelector": team},
            {"namespaceSelector": team, "podSelector": self.selector()},
            {"ipBlock": {"cidr": f"10.244.99.{8 * self.random.randrange(8)}/29"}}))

    def selector(self):
        return {} if self.random.random() < 0.25 else {"matchLabels": {"app": self.random.choice(APPS)}}

    # At the end
    def settle(self):
        """Returns when those pods that were not deleted run, and no others are there."""
        while len(self.policies) < FEWEST:
            self.change_policies()
        wanted = {f"{s}/{n}" for s, n in self.pods}
        await_none(lambda: {f"{p['metadata']['namespace']}/{p['metadata']['name']}" for p in self.listed()} ^ wanted, 300,
                   "pods that were not deleted")
        self.at.ready(*sorted(wanted), timeout=300)
        self.at.settled(timeout=120)

    def matrix(self):
        """Asks every pod to connect to every other until it is as policy says, for two minutes; the last answers."""
        deadline, rounds = time.monotonic() + 120, 0
        while True:
            rounds += 1
            expected, found = self.expected(), self.found()
            wrong = sorted(k for k in expected if expected[k] != found.get(k))
            if not wrong or time.monotonic() > deadline:
                return {"rounds": rounds, "cells": len(expected), "allowed": sum(expected.values()),
                        "wrong": [f"{a} to {b}: {'is' if expected[a, b] else 'is not'} to connect" for a, b in wrong]}

    def expected(self):
        pods = self.listed()
        spaces = {n["metadata"]["name"]: n["metadata"].get("labels", {}) for n in self.at.one("/api/v1/namespaces")["items"]}
        policies = self.at.one("/apis/networking.k8s.io/v1/networkpolicies")["items"]
        return {(key(a), key(b)): allows(a, b, PORT, policies, spaces) for a in pods for b in pods if a is not b}

    def found(self):
        pods = self.listed()
        with ThreadPoolExecutor(4) as pool:
            rows = pool.map(lambda a: self.row(a, [b for b in pods if b is not a]), pods)
        return {cell: said for row in rows for cell, said in row.items()}

    def row(self, one, others):
        by_address = {p["status"]["podIP"]: key(p) for p in others}
        script = ("for t in " + " ".join(by_address) + f"; do (/agnhost connect --timeout=3s $t:{PORT} >/dev/null 2>&1 && "
                  "echo $t yes || echo $t no) & done; wait")
        said = self.at.kubectl("exec", "-n", one["metadata"]["namespace"], one["metadata"]["name"], "--", "sh", "-c", script)
        return {(key(one), by_address[a]): word == "yes" for a, word in re.findall(r"(\S+) (yes|no)", said)}

    def end(self):
        for space in SPACES:
            self.at.delete(f"/api/v1/namespaces/{space}")
        await_none(lambda: [s for s in SPACES if self.at.one(f"/api/v1/namespaces/{s}")], 240, "namespaces gone")


def key(one):
    return f"{one['metadata']['namespace']}/{one['metadata']['name']}"


def twice(pods):
    """How many of the pods have an address that another one has."""
    addresses = [p["status"]["podIP"] for p in pods if p.get("status", {}).get("podIP")]
    return len(addresses) - len(set(addresses))


def churn(at, count, alive, seed):
    """All of it; the figures. What is in them under "wrong", "addresses twice" and "left over" should be nothing."""
    began = time.monotonic()
    before = leftover.beginning(at)
    load = Churn(at, count, alive, seed)
    figures = {"seed": seed, "nodes": len(at.nodes), **load.run()}
    load.settle()
    figures["running at the end"] = len(load.pods)
    figures["policies at the end"] = len(load.policies)
    figures["addresses twice"] += twice(load.listed())
    figures["matrix"] = load.matrix()
    load.end()
    figures["left over"] = leftover.difference(at, before)
    figures["seconds"] = round(time.monotonic() - began)
    return figures


def faults_of(figures):
    return [f"{name}: {figures[name]}" for name in ("addresses twice",) if figures[name]] + \
        figures["matrix"]["wrong"] + [f"{k}: {v}" for k, v in figures["left over"].items() if v]


def main():
    parser = argparse.ArgumentParser(prog="heddle bench churn", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pods", type=int, default=500, metavar="N", help="how many are made in all (500)")
    parser.add_argument("--alive", type=int, default=24, metavar="N", help="how many there are at a time, at most (24)")
    parser.add_argument("--nodes", type=int, default=3, metavar="N")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31), help="another one is another history")
    given = parser.parse_args()
    print(f"seed {given.seed}", file=sys.stderr, flush=True)
    at = Cluster()
    try:
        at.up(given.nodes)
        figures = churn(at, given.pods, given.alive, given.seed)
    finally:
        left = at.down()
    figures["left on the machine"] = left
    print(json.dumps(figures, indent=2))
    return 1 if left or faults_of(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
