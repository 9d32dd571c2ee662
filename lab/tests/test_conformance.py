"""scripts/conformance.py: what it makes of the reports of judges. A run that shows nothing must not look like a good one."""

import importlib
import io
import re
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

from tests.test_values import EXAMPLE

SCRIPTS = EXAMPLE.parent.parent / "scripts"


def case(name, inside="", **attributes):
    others = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testcase name="{name}"{others}>{inside}</testcase>'


class Table(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.reports = Path(directory.name)

    def report(self, suite, *cases):
        (self.reports / suite).mkdir()
        (self.reports / suite / "junit.xml").write_text(f"<testsuite>{''.join(cases)}</testsuite>")

    def says(self, code, *arguments):
        done = subprocess.run([sys.executable, SCRIPTS / "conformance.py", self.reports, *arguments], capture_output=True,
                              text=True)
        self.assertEqual((code, ""), (done.returncode, done.stderr), done.stdout)
        return done.stdout.splitlines()

    def test_all_cases_of_a_suite_passed(self):
        self.report("cyclonus", *(case(f"case {n // 2}") for n in range(112)))
        self.assertEqual(["suite     passed  failed  skipped", "cyclonus  112     0       0", "112 passed, 0 failed"],
                         self.says(0, "cyclonus=0"))

    def test_a_failed_case_is_named_and_fails_the_command_whatever_the_judges_code(self):
        self.report("cyclonus", case("a"), case("b", "<failure>said so</failure>"))
        for code in ("0", "1"):
            lines = self.says(1, "--include", f"cyclonus={code}")
            self.assertEqual(["failed: cyclonus: b: said so", "1 passed, 1 failed"], [lines[0], lines[-1]])

    def test_a_run_that_ended_early_has_failed(self):
        self.report("cyclonus", case("a"))
        self.assertEqual("failed: cyclonus: 1 of 112 cases were reported", self.says(1, "cyclonus=0")[0])
        self.assertEqual("1 passed, 0 failed", self.says(0, "--include", "cyclonus=0")[-1])
        self.assertIn("it ended with code 2", self.says(1, "--include", "cyclonus=2")[0])

    def test_no_report_and_a_broken_one_are_failures(self):
        (self.reports / "pods").mkdir()
        self.assertIn("no case was reported; it ended with code 143", self.says(1, "pods=143")[0])
        (self.reports / "pods/junit_01.xml").write_text("<testsuite><testcase")
        lines = self.says(1, "pods=0")
        self.assertIn("its report cannot be read", lines[0])
        self.assertEqual("0 passed, 1 failed", lines[-1])
        self.assertEqual("0 passed, 1 failed", self.says(1)[-1])

    def test_a_skip_is_not_a_pass_and_has_its_reason(self):
        around = [case(f"[{node}]", status="passed") for node in ("SynchronizedBeforeSuite", "ReportAfterSuite")]
        self.report("pods", *around, *(case(f"[It] {n}") for n in range(4)), case("e", '<skipped message="skipped - no GPU"/>', status="skipped"),
                    case("never asked for", '<skipped message="skipped"/>', status="skipped"))
        lines = self.says(0, "pods=0")
        self.assertEqual(["pods   4       0       1: skipped - no GPU", "4 passed, 0 failed"], lines[1:])

    def test_a_case_counts_once_however_deep_it_is(self):
        self.report("cluster-policy", case("T"), case("T/A"), case("T/A/one"), case("T/A/two"),
                    case("T/B", "<failure>setup</failure>"), case("T/B/one"))
        lines = self.says(1, "--include", "cluster-policy=1")
        self.assertEqual(["failed: cluster-policy: T/B: setup", "3 passed, 1 failed"], [lines[0], lines[-1]])

    def test_what_fails_around_cases_that_failed_is_not_hidden_by_them(self):
        self.report("cluster-policy", case("T", "<failure>--- FAIL: T</failure>"), case("T/A", "<failure> Error: cleanup</failure>"),
                    case("T/A/one", "<failure/>"))
        self.assertEqual("0 passed, 2 failed", self.says(1, "--include", "cluster-policy=1")[-1])

    def test_a_case_that_failed_by_probes_of_sctp_alone_is_apart_where_the_kernel_has_none(self):
        def failed(*said):
            return f"<failure>{''.join(said)}</failure>"

        def wrong(protocol):
            return f"h.go:9: FAILED Command was [/agnhost connect --timeout=3s --protocol={protocol} 10.0.0.1:53]\n"

        never, untrue = "    \tError:      \tCondition never satisfied\n", "    \tError:      \tShould be true\n"
        self.report(
            "cluster-policy", case("T", failed()), case("T/EgressTCP"),
            case("T/EgressSCTP", failed()), case("T/EgressSCTP/one", failed(wrong("sctp"), untrue)),
            case("T/late", failed(wrong("udp"), wrong("sctp"), untrue, wrong("sctp"), wrong("sctp"), untrue)),
            case("T/ended", failed(wrong("tcp"), wrong("sctp"), wrong("sctp"), never)),
            # Others that failed: beside SCTP, before it, without a word of which probe, without an error of a probe.
            case("T/both", failed(wrong("sctp"), untrue, wrong("udp"), untrue)),
            case("T/first", failed(wrong("tcp"), untrue, wrong("sctp"), untrue)),
            case("T/stuck", failed(wrong("sctp"), untrue, never)),
            case("T/EgressSCTP/setup", failed("    \tError:      \tReceived unexpected error\n")),
            case("T/panic", failed(wrong("sctp"))))
        sys.path.insert(0, str(SCRIPTS))
        self.addCleanup(sys.path.remove, str(SCRIPTS))
        conformance = importlib.import_module("conformance")
        apart = "; ".join(f"1: {why}" for why in sorted((conformance.SCTP, conformance.MIXED, conformance.ENDED)))
        for sctp, row in ((False, f"cluster-policy  1       5       {apart}"), (True, "cluster-policy  1       8       0")):
            with redirect_stdout(io.StringIO()) as said:
                self.assertEqual(1, conformance.main(self.reports, "--include", "cluster-policy=1", sctp=sctp))
            self.assertIn(row, said.getvalue().splitlines())

    def test_a_run_in_which_nothing_but_sctp_failed_is_good(self):
        self.report("cluster-policy", case("a"), case("b", "<failure>x.go: FAILED to execute command [/agnhost connect --protocol=sctp "
                                                           "10.0.0.1:9003] on pod\n\tError:      \tShould be true</failure>"))
        sys.path.insert(0, str(SCRIPTS))
        self.addCleanup(sys.path.remove, str(SCRIPTS))
        conformance = importlib.import_module("conformance")
        with redirect_stdout(io.StringIO()) as said:
            self.assertEqual(0, conformance.main(self.reports, "--include", "cluster-policy=1", sctp=False))
        self.assertEqual("1 passed, 0 failed", said.getvalue().splitlines()[-1])

    def test_where_nothing_is_enforced_cases_must_fail(self):
        self.report("control", *(case(str(n), "<failure/>" if n < 6 else "") for n in range(16)))
        lines = self.says(0, "control=0")
        self.assertIn("control (6 of 16 cases fail where nothing is enforced)", lines[1])
        self.assertEqual("1 passed, 0 failed", lines[-1])

    def test_a_judge_that_sees_nothing_fails_the_control(self):
        self.report("control", *(case(str(n)) for n in range(16)))
        lines = self.says(1, "control=0")
        self.assertIn("the judge does not see it", lines[0])
        self.assertEqual("0 passed, 1 failed", lines[-1])

    def test_what_is_done_around_all_cases_is_none_unless_it_fails(self):
        self.report("pods", *(case(str(n)) for n in range(4)), case("[SynchronizedAfterSuite]", "<failure>no</failure>"))
        self.assertEqual("4 passed, 1 failed", self.says(1, "pods=1")[-1])

    def test_go_tests_skipped_with_their_reason(self):
        said = "\n".join('{"Action":"%s","Package":"p","Test":"T/A"%s}' % (action, output) for action, output in (
            ("output", ',"Output":"=== RUN   T/A\\n"'), ("output", ',"Output":"    suite.go:7: no such feature\\n"'),
            ("output", ',"Output":"--- SKIP: T/A (0.00s)\\n"'), ("skip", "")))
        (self.reports / "cluster-policy").mkdir()
        (self.reports / "said").write_text(said)
        subprocess.run([sys.executable, SCRIPTS / "go_report.py", self.reports / "said",
                        self.reports / "cluster-policy/junit.xml"], check=True)
        lines = self.says(1, "--include", "cluster-policy=0")
        self.assertIn("1: no such feature", lines[-3])
        self.assertEqual("failed: no suite ran", lines[-2])

    def test_a_package_of_go_fails_beside_its_tests_only_if_none_of_them_did(self):
        def failures(*events):
            (self.reports / "said").write_text("".join('{"Action":"fail","Package":"p"%s}\n' % test for test in events))
            subprocess.run([sys.executable, SCRIPTS / "go_report.py", self.reports / "said", self.reports / "junit.xml"],
                           check=True, stderr=subprocess.DEVNULL)
            return re.findall(' name="([^"]*)"', (self.reports / "junit.xml").read_text())[1:]

        self.assertEqual(["T"], failures(',"Test":"T"', ""))
        self.assertEqual(["(package)"], failures(""))
