"""heddle bench k8s: its arithmetic on figures made up, and all of it in small on the cluster that all tests share."""

import contextlib
import io
import unittest

from heddle_lab.k8s.network import heddle_plugin
from . import leftover, lot, standing
from .bench import bench, of_starts, of_verdicts, options, percentile
from .timing import calls
from .witness import PACKET, QUIET, Verdict


def at_times(called, assigned, plugged, numbered, installed, pinged, again=0):
    return {"called": called, "assigned": assigned, "plugged": plugged, "numbered": numbered, "installed": installed,
            "pinged": pinged, "calls": 1 + again}


class Figures(unittest.TestCase):
    def test_a_percentile_is_a_value_that_was_measured(self):
        values = list(range(1, 201))
        self.assertEqual((100, 198, 200, 1), tuple(percentile(values, p) for p in (0.5, 0.99, 1, 0)))

    def test_a_start_is_from_the_call_to_the_ping_and_the_controllers_part_from_the_later_of_what_it_sees(self):
        found = of_starts({"a/b": at_times(10, 9, 10.1, 10.2, 10.5, 10.7),
                           "a/c": at_times(20, 20.25, 20.2, 20.3, 20.5, 20.8, again=2)})
        self.assertEqual((750, 800), (found["add_ms_p50"], found["add_ms_max"]))
        self.assertEqual((325, 400), (found["controller_ms_p50"], found["controller_ms_max"]))
        self.assertEqual(2, found["calls_that_were_repeated"])
        self.assertEqual(250, found["parts"]["numbered_to_installed_ms_p50"])

    def test_both_directions_of_a_verdict_count(self):
        found = of_verdicts({"allowed": [10, 20], "refused": [100, 200]})
        names = ("policy_ms_p50", "to_allowed_ms_p50", "to_refused_ms_p50", "changes")
        self.assertEqual((60, 15, 150, 4), tuple(found[k] for k in names))

    def test_a_verdict_changes_with_the_first_packet_that_arrives_and_with_the_first_that_does_not(self):
        told = []
        verdict = Verdict(lambda **found: told.append((found["verdict"], round(found["at"], 3), found["number"])))
        for number in range(1000):
            now = number * PACKET
            verdict.sent.append(now)
            if 300 <= number < 600 and number != 450:  # one that is lost alone is no verdict
                verdict.arrived(number, now + 0.001)
            verdict.look(now)
        self.assertEqual([("refused", 0, 0), ("allowed", 0.601, 300), ("refused", 1.2, 600)], told)
        self.assertGreater(0.6, QUIET)

    def test_calls_are_read_by_pod(self):
        class Log:
            def read_text(self):
                return "".join(f"{when} IgnoreUnknown=1;K8S_POD_NAMESPACE=x;K8S_POD_NAME={name};K8S_POD_UID=1\n"
                               for when, name in ((1.5, "p1"), (2.5, "p2"), (3.5, "p1")))
        self.assertEqual({"x/p1": [1.5, 3.5], "x/p2": [2.5]}, calls(Log()))

    def test_policies_follow_from_the_seed(self):
        one, again, other = (lot.Policies(50, seed, 128).all for seed in (1, 1, 2))
        self.assertEqual(one, again)
        self.assertNotEqual(one, other)
        self.assertEqual(one, lot.Policies(60, 1, 128).all[:50], "more are the same and others")

    def test_no_policy_of_the_lot_says_anything_of_the_pairs_port(self):
        for policy in lot.Policies(1000, 1, 128).all:
            for rule in policy["spec"].get("ingress", []) + policy["spec"].get("egress", []):
                self.assertTrue(rule["ports"])
                for port in rule["ports"]:
                    self.assertFalse(port["port"] <= lot.PORT <= port.get("endPort", port["port"]), port)

    def test_pods_have_addresses_that_nobody_has(self):
        taken = ["10.244.0.7", "10.244.129.1"]
        pods = lot.Pods(lot.MOST, ["n1", "n2", "n3"], lot.free_block(taken))
        addresses = [lot.address_of(p) for p in (*pods.lot, *pods.pair, *pods.probers)]
        self.assertEqual(len(addresses), len(set(addresses)))
        self.assertFalse(set(addresses) & set(taken))
        self.assertEqual("10.244.144.1", addresses[0])
        self.assertEqual({False}, {pods.probers[pods.prober_of(p)]["spec"]["nodeName"] == p["spec"]["nodeName"] for p in pods.lot})

    def test_what_does_not_fit_is_refused(self):
        for arguments in (["--pods", "0"], ["--pods", "200", "--nodes", "1"], ["--nodes", "0"], ["--policies", "-1"],
                          ["--at-once", "0"], ["--changes", "1"]):
            with self.subTest(arguments), contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as refused:
                options(arguments)
            self.assertEqual(2, refused.exception.code)


class Small(unittest.TestCase):
    maxDiff = None

    def test_few_pods_and_policies_give_every_figure_and_leave_nothing(self):
        at = standing.cluster()
        leftover.settle(at)
        before = leftover.everything(at)
        given = options(["--pods", "6", "--policies", "10", "--changes", "4"])
        found = standing.figures["bench k8s"] = bench(at, given, lambda text: print(text, flush=True))
        self.assertEqual((6, 10, standing.NODES), tuple(found[k] for k in ("pods", "policies", "nodes")))
        without, policies = found["without_policies"], found["with_policies"]
        for figure in (found["add_ms_p50"], found["parts"]["called_to_plugged_ms_p50"], found["controller_ms_p50"],
                       without["policy_ms_p50"], policies["policy_ms_p50"], policies["confirmed_by_all_nodes_s"]):
            self.assertGreater(figure, 0)
        self.assertEqual((4, 4), (without["changes"], policies["changes"]))
        self.assertEqual(0, policies["not_compiled"])
        self.assertGreater(policies["rules"], without["rules"])
        self.assertGreater(sum(policies["flows_by_node"].values()), sum(without["flows_by_node"].values()))
        self.assertEqual({}, {k: v for k, v in leftover.difference(at, before).items() if v})
        for node in at.nodes:
            self.assertEqual(heddle_plugin(), (at.place.node(node) / "cni/bin/heddle-cni").readlink())
