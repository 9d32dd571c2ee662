"""The arithmetic of the report, on figures made up so that each ratio is another number."""

import tempfile
import unittest
from pathlib import Path

from scale import report


def used(**roles):
    return {"vswitchd": 100.0, "vswitchd-max": 50.0, "node-db": 7.0, "harness": 9.0, "others_pct_of_machine": 3.0, **roles}


def restart(**figures):
    return {"done_s": 1.0, "cpu_s": used(), "flow_mods": 0, "flow_changes": 0, "messages_max_node": 1, **figures}


def ovn(stable=20.0):
    return {"version": "OVN 1", "s1": {
        "cpu_s_per_event": used(**{"central": 0.1, "nb-db": 0.05, "sb-db": 0.05, "agent": 0.3, "agent-max": 0.04}),
        "median_ms": {"up": 90.0, "settled": 200.0}, "flow_changes": 80.0, "events": 20},
        "s2": {"stable_s": stable, "cpu_s": used(**{"central": 2.0, "nb-db": 1.0, "sb-db": 1.0, "agent": 36.0}),
               "flows_per_node": [990, 1000],
               "rss_mib": {"central": 100, "nb-db": 50, "sb-db": 50, "agent": 800, "vswitchd": 70}},
        "s4": {"central": restart(flow_mods=None), "agents": restart(flow_mods=None, messages_max_node=999)}}


def heddle(settled=40.0, sent=0, changes=0):
    return {"version": "Heddle 1", "s1": {"cpu_s_per_event": used(central=0.02),
                                          "median_ms": {"up": 30.0, "settled": settled}, "flow_changes": 40.0, "events": 20},
            "s2": {"stable_s": 3.0, "cpu_s": used(central=2.0), "flows_per_node": [300, 300],
                   "rss_mib": {"central": 250, "vswitchd": 40}},
            "s4": {"central": restart(flow_mods=sent, flow_changes=changes)}}


def result(ours, theirs, nodes=10, ports=5000):
    return report.result("tenants", nodes, ports, "3.5.0", {"median_ms": 25.0}, {"ovn": theirs, "heddle": ours})


class Ratios(unittest.TestCase):
    def test_each_is_ours_over_theirs_and_counts_the_control_plane_alone(self):
        found = result([heddle()], [ovn()])
        self.assertEqual({ratio: found[ratio] for ratio in report.RATIOS}, {
            "s1_settled_ratio": 0.2, "s1_cpu_ratio": 0.04, "s2_stable_ratio": 0.15, "s2_cpu_ratio": 0.05,
            "s2_flows_ratio": 0.3, "s2_rss_ratio": 0.25})

    def test_several_rounds_count_by_their_median(self):
        found = result([heddle(40.0), heddle(50.0), heddle(900.0)], [ovn(10.0), ovn(15.0), ovn(99.0)])
        self.assertEqual((found["s1_settled_ratio"], found["s2_stable_ratio"]), (0.25, 0.2))

    def test_flow_mods_of_a_restart_count_by_the_worst_round(self):
        found = result([heddle(), heddle(sent=7, changes=5), heddle()], [ovn()])
        self.assertEqual((found["s4"]["flow_mods"], found["s4"]["flow_changes"]), (7, 5))

    def test_the_floor_is_taken_from_ours(self):
        self.assertEqual(result([heddle()], [ovn()])["s1_above_floor_ms"], 15.0)

    def test_one_control_plane_alone_has_figures_and_no_ratios(self):
        found = report.result("tenants", 2, 20, "3.5.0", {"median_ms": 25.0}, {"heddle": [heddle()]})
        self.assertEqual(found["medians"]["heddle"]["s2_cpu_s"], 2.0)
        self.assertFalse(set(report.RATIOS) & set(found))


class Page(unittest.TestCase):
    def test_a_run_replaces_the_rows_of_its_size_and_no_others(self):
        with tempfile.TemporaryDirectory() as directory:
            page = Path(directory) / "page.md"
            page.write_text(f"before\n{report.BEGIN}\n{report.END}\nafter\n")
            report.write(page, result([heddle()], [ovn()]))
            report.write(page, result([heddle()], [ovn()], nodes=30))
            report.write(page, result([heddle()], [ovn()], nodes=10, ports=1000))
            before = page.read_text()
            report.write(page, result([heddle(80.0)], [ovn()]))
            now = page.read_text()
        self.assertTrue(now.startswith("before\n") and now.endswith("\nafter\n"))
        rows = [x for x in now.splitlines() if x.startswith("| 1") or x.startswith("| 3")]
        self.assertEqual([x.split(" | ")[0] for x in rows], [
            "| 10 x 1,000", "| 10 x 5,000", "| 30 x 5,000",
            "| 10 x 1,000", "| 10 x 1,000", "| 10 x 5,000", "| 10 x 5,000", "| 30 x 5,000", "| 30 x 5,000"])
        changed = [new for old, new in zip(before.splitlines(), now.splitlines()) if old != new]
        self.assertEqual([x.split(" | ")[0] for x in changed], ["| 10 x 5,000"] * 2)
        self.assertIn("| 0.4 |", changed[0])
        self.assertIn("--nodes 10 --ports 5000 --json`", changed[0])

    def test_the_command_names_what_is_not_as_usual(self):
        ours = heddle()
        ours["s1"]["events"] = 5
        found = report.result("tenants", 2, 20, "3.5.0", {"median_ms": 25.0}, {"heddle": [ours, ours]})
        self.assertEqual(report.command(found), "./heddle bench scale --topology tenants --nodes 2 --ports 20 --rounds 2"
                                                " --events 5 --json")

    def test_a_page_without_a_place_for_the_table_is_left_alone(self):
        with tempfile.TemporaryDirectory() as directory:
            page = Path(directory) / "page.md"
            page.write_text("nothing here\n")
            with self.assertRaises(RuntimeError):
                report.write(page, result([heddle()], [ovn()]))
            self.assertEqual(page.read_text(), "nothing here\n")
