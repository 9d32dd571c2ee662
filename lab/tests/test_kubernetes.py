"""A cluster as a person makes it, of two nodes with Debian's bridge plugin. Needs Kubernetes built: heddle test --all."""

import signal
import unittest
from pathlib import Path

from heddle_lab.k8s import leftovers
from heddle_lab.k8s.place import Place
from heddle_lab.state import reap
from tests.cluster import EXAMPLE, begin, k8s, left, pods
from tests.machine import heddle_lab, own_settings

# What a kubelet would set for the whole machine.
KERNEL = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys",
          "kernel/keys/root_maxbytes")


class Kubernetes(unittest.TestCase):
    def setUp(self):
        self.settings = own_settings()
        self.addCleanup(reap, self.settings)
        self.addCleanup(leftovers.remove, Place.from_environment(self.settings, {}))

    def k8s(self, *arguments):
        done = k8s(self.settings, *arguments)
        self.assertEqual(0, done.returncode, done.stderr)
        return done

    def up_with_pods(self):
        self.k8s("up", "--nodes", "2", "--cni", "bridge")
        self.k8s("kubectl", "apply", "-f", str(EXAMPLE))
        self.k8s("kubectl", "rollout", "status", "daemonset/echo", "--timeout=120s")
        return {p["spec"]["nodeName"]: p for p in pods(self.settings)}

    def test_pods_run_on_each_node_and_down_leaves_nothing(self):
        kernel = [Path("/proc/sys", name).read_text() for name in KERNEL]
        self.assertEqual([], left(self.settings))
        found = self.up_with_pods()
        self.assertEqual({"n1", "n2"}, set(found))
        self.assertGreater(len(left(self.settings)), 10, "a count that sees a running cluster")
        names = {node: pod["metadata"]["name"] for node, pod in found.items()}
        self.k8s("kubectl", "exec", names["n1"], "--", "/agnhost", "connect", "--timeout=5s",
                 f"{found['n2']['status']['podIP']}:8080")
        done = k8s(self.settings, "kubectl", "exec", names["n2"], "--", "sh", "-c", "echo out; exit 7")
        self.assertEqual((7, "out\n"), (done.returncode, done.stdout))
        self.assertIn("GET /healthz", self.k8s("kubectl", "logs", names["n1"]).stdout)
        said = self.k8s("status").stdout
        self.assertIn("n2: containerd runs, kubelet runs", said)
        self.assertRegex(said, r"n1 +Ready")
        self.assertIn(names["n1"], said)
        self.assertEqual(kernel, [Path("/proc/sys", name).read_text() for name in KERNEL])
        self.k8s("down")
        self.assertEqual([], left(self.settings))

    def test_what_is_killed_comes_back_and_pods_stay(self):
        before = self.up_with_pods()
        for where, program in (("n1", "kubelet"), ("n1", "containerd"), ("control", "kube-apiserver"),
                               ("control", "etcd")):
            self.k8s("kill", where, program)
        refused = k8s(self.settings, "status")
        self.assertIn("n1: containerd does not run, kubelet does not run", refused.stdout)
        self.assertEqual(1, refused.returncode)
        self.k8s("up")
        self.k8s("kubectl", "wait", "--for=condition=Ready", "pod", "--all", "--timeout=120s")
        self.assertEqual({n: (p["metadata"]["uid"], 0) for n, p in before.items()},
                         {p["spec"]["nodeName"]: (p["metadata"]["uid"], p["status"]["containerStatuses"][0]["restartCount"])
                          for p in pods(self.settings)})
        refused = k8s(self.settings, "up", "--cni", "none")
        self.assertIn("with CNI bridge is there: heddle k8s down", refused.stderr)
        refused = k8s(self.settings, "up", "--nodes", "1")
        self.assertIn("2 nodes are there, and none is taken away", refused.stderr)
        # The lab's own end is the cluster's: pods live in namespaces that the lab does not know.
        self.assertEqual(0, heddle_lab(self.settings, "down").returncode)
        self.assertEqual([], left(self.settings))

    def test_down_cleans_up_after_an_up_that_was_killed(self):
        for line in ("nodes with Open vSwitch", "has its images", "kubelets run"):
            with self.subTest(line):
                process = begin(self.settings, "up", "--nodes", "2", "--cni", "bridge")
                said = []
                for text in process.stderr:
                    said.append(text)
                    if line in text:
                        break
                process.send_signal(signal.SIGKILL)
                process.stderr.close()
                process.wait()
                self.assertIn(line, said[-1])
                self.k8s("down")
                self.assertEqual([], left(self.settings))
