"""Pods of a real cluster plugged in by heddle-cni, with their ports written by hand. Needs Kubernetes: heddle test --all."""

import json
import time
import unittest
from pathlib import Path

from heddle_lab.k8s import leftovers
from heddle_lab.k8s.place import Place
from tests.cluster import left

from .installation import Installation, Refused, document


def port(name, number, **more):
    return document("LogicalPort", name, {"switch": "pods", "mac": f"0a:58:0a:00:00:{number:02x}",
                                          "addresses": [f"10.0.0.{number}"], **more})


def pod(name, node):
    """A pod whose readiness is a request of its node's kubelet to its address."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {
        "nodeName": node, "terminationGracePeriodSeconds": 1, "containers": [{
            "name": "agnhost", "image": "registry.k8s.io/e2e-test-images/agnhost:2.56", "args": ["netexec", "--http-port=8080"],
            "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1}}]}}


class Pods(unittest.TestCase):
    def setUp(self):
        self.at = Installation()
        self.addCleanup(self.gone)
        self.at.heddle("lab", "up", "--nodes", "2", "--ovs", "3.5")
        self.at.heddle("start")  # after the lab: it listens where the lab's nodes reach it
        documents = [document("LogicalSwitch", "pods", {"subnets": ["10.0.0.0/24"], "mtu": 1350}),
                     port("default.a", 11), port("default.b", 12),
                     port("host.n1", 2, portSecurity=False), port("host.n2", 3, portSecurity=False)]
        self.at.heddle("apply", "-f", "-", text="\n---\n".join(json.dumps(d) for d in documents))

    def gone(self):
        try:
            leftovers.remove(Place.from_environment(self.at.lab, {}))
        finally:
            self.assertEqual([], self.at.close())
            self.assertEqual([], left(self.at.lab))

    def kubectl(self, *arguments, **options):
        return self.at.heddle("k8s", "kubectl", *arguments, **options)

    def test_heddle_cni_plugs_pods_in_and_says_why_not(self):
        self.at.heddle("k8s", "up", "--nodes", "2", timeout=1800)
        self.kubectl("apply", "-f", "-", text=json.dumps(
            {"apiVersion": "v1", "kind": "List", "items": [pod("a", "n1"), pod("b", "n2"), pod("unknown", "n1")]}))
        try:
            self.kubectl("wait", "--for=condition=Ready", "pod/a", "pod/b", "--timeout=90s")
        except Refused as refusal:
            hosts = [Path(Place.from_environment(self.at.lab, {}).node(n), "heddle-cni-host.log").read_text()
                     for n in ("n1", "n2")]
            raise AssertionError(f"{refusal}\n{self.kubectl('get', 'events')}\n{hosts}") from None
        self.assertEqual("10.0.0.11 10.0.0.12", self.kubectl("get", "pods", "a", "b", "-o", "jsonpath={.items[*].status.podIP}"))
        self.kubectl("exec", "a", "--", "/agnhost", "connect", "--timeout=5s", "10.0.0.12:8080")
        server = Place.from_environment(self.at.lab, {}).address
        self.kubectl("exec", "b", "--", "/agnhost", "connect", "--timeout=5s", f"{server}:6443")
        # Its port is nobody's: the start is refused with what the controller says of it, and nothing is plugged in.
        said, deadline = "", time.monotonic() + 120
        while not said and time.monotonic() < deadline:
            said = self.kubectl("get", "events", "-o", "jsonpath={.items[*].message}",
                                "--field-selector=involvedObject.name=unknown,reason=FailedCreatePodSandBox")
            time.sleep(0.5)
        self.assertIn("default.unknown", said)
        self.assertNotEqual("Running", self.kubectl("get", "pod", "unknown", "-o", "jsonpath={.status.phase}"))
        self.kubectl("delete", "pod", "--all", "--timeout=60s")
        self.at.heddle("k8s", "down")
        # The lab was there before, and stays.
        self.assertEqual(["n1", "n2"], [n["name"] for n in json.loads(self.at.heddle("lab", "status", "-o", "json"))["nodes"]])
