"""The commands, as a person runs them, against a lab that outlives each of them."""

import json
import os
import select
import signal
import subprocess
import unittest

from heddle_lab.state import State, reap
from tests.machine import heddle_lab, own_settings, traces
from tests.test_values import EXAMPLE


class Commands(unittest.TestCase):
    def setUp(self):
        self.settings = own_settings()
        self.addCleanup(reap, self.settings)

    def lab(self, *arguments, **options):
        done = heddle_lab(self.settings, *arguments, **options)
        self.assertEqual(0, done.returncode, done.stderr)
        return done

    def status(self):
        return json.loads(self.lab("status", "-o", "json").stdout)

    def test_up_twice_changes_nothing_and_grows_when_asked(self):
        self.lab("up", "--nodes", "1", "--standalone")
        first = self.status()
        self.lab("up", "--nodes", "1")
        self.assertEqual(first, self.status())
        self.lab("up", "--nodes", "2")
        grown = self.status()
        self.assertEqual(["n1", "n2"], [n["name"] for n in grown["nodes"]])
        self.assertEqual(first["nodes"][0], grown["nodes"][0])

    def test_pods_stand_where_the_file_says_and_twice_is_once(self):
        self.lab("up", "--nodes", "2", "--standalone")
        self.lab("pods", "-f", str(EXAMPLE))
        first = self.status()
        self.assertEqual({"red-a": "n1", "red-b": "n2", "red-c": "n1", "blue-a": "n2", "blue-b": "n1", "blue-c": "n2"},
                         {p["name"]: p["node"] for p in first["pods"]})
        self.lab("pods", "-f", str(EXAMPLE))
        self.assertEqual(first, self.status())
        self.assertIn("0a:00:00:00:00:11", self.lab("exec", "blue-a", "ip", "link", "show", "eth0").stdout)
        self.lab("unplug", "red-a")
        self.assertNotIn("red-a", [p["name"] for p in self.status()["pods"]])
        self.lab("down")
        self.assertEqual([], traces(self.settings))

    def test_exec_passes_input_output_and_exit_code(self):
        self.lab("up", "--nodes", "1", "--standalone")
        self.lab("plug", "n1", "p", "--ip", "10.0.0.1/24")
        done = heddle_lab(self.settings, "exec", "p", "sh", "-c", "cat; echo oops >&2; exit 7", input="in\n")
        self.assertEqual((7, "in\n", "oops\n"), (done.returncode, done.stdout, done.stderr))
        self.assertIn("br-phy", self.lab("exec", "n1", "ovs-vsctl", "list-br").stdout)

    def test_mininets_cli_works_on_the_running_lab(self):
        self.lab("up", "--nodes", "1", "--standalone")
        self.lab("plug", "n1", "pod-a", "--ip", "10.0.0.1/24")
        self.lab("plug", "n1", "pod-b", "--ip", "10.0.0.2/24")
        # Mininet prints by its logger, on stderr.
        said = self.lab("cli", input="pod-a ping -c 1 pod-b\nn1 ovs-vsctl list-br\nnet\n").stderr
        self.assertIn("1 received", said)
        self.assertIn("br-int", said)
        self.assertIn("pod-b eth0:pod2", said)
        self.assertEqual(2, len(self.status()["pods"]))

    def test_a_killed_daemon_leaves_nothing_behind_after_down(self):
        self.lab("up", "--nodes", "2", "--standalone")
        self.lab("pods", "-f", str(EXAMPLE))
        stray = subprocess.Popen(["nsenter", f"--net={self.settings.namespace_path('red-a')}", "sleep", "600"])
        self.addCleanup(stray.wait)
        self.addCleanup(stray.kill)
        self.kill_daemon()
        refused = heddle_lab(self.settings, "status")
        self.assertIn("heddle lab down", refused.stderr)
        self.assertNotEqual(0, refused.returncode)
        self.lab("down")
        self.assertEqual([], traces(self.settings))
        self.assertEqual(-15, stray.wait(timeout=5))
        self.lab("down")

    def test_up_after_a_killed_daemon_starts_afresh(self):
        self.lab("up", "--nodes", "2", "--standalone")
        self.kill_daemon()
        self.lab("up", "--nodes", "1", "--standalone")
        self.assertEqual(["n1"], [n["name"] for n in self.status()["nodes"]])

    def kill_daemon(self):
        """Kills it as the kernel's memory killer would, and returns when it is gone."""
        handle = os.pidfd_open(State(self.settings).owner_alive())
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        self.assertTrue(select.select([handle], [], [], 5)[0], "the daemon does not die")
        os.close(handle)

    def test_two_labs_stand_side_by_side_and_one_goes_without_the_other(self):
        other = own_settings()
        self.addCleanup(reap, other)
        self.lab("up", "--nodes", "1", "--standalone")
        self.assertEqual("", heddle_lab(other, "up", "--nodes", "1", "--standalone").stdout)
        self.lab("down")
        self.assertEqual([], traces(self.settings))
        self.assertEqual(1, len(json.loads(heddle_lab(other, "status", "-o", "json").stdout)["nodes"]))

    def test_what_cannot_be_done_is_a_sentence_and_a_code(self):
        self.lab("up", "--nodes", "1", "--standalone")
        for arguments, sentence in ((("exec", "nobody", "true"), "no pod or node nobody"),
                                    (("plug", "n9", "p"), "no node n9"),
                                    (("plug", "n1", "n1"), "cannot name a pod"),
                                    (("plug", "n1", "p", "--ip", "10.0.0.999"), "10.0.0.999"),
                                    (("unplug", "p"), "no pod p"),
                                    (("up", "--nodes", "0"), "between 1 and"),
                                    (("pods", "-f", "/nowhere.yaml"), "/nowhere.yaml")):
            with self.subTest(arguments):
                done = heddle_lab(self.settings, *arguments)
                self.assertEqual(1, done.returncode)
                self.assertIn(sentence, done.stderr)
                self.assertNotIn("Traceback", done.stderr)
