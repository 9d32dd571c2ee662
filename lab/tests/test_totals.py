"""What `heddle test` says at its end, from the reports that were left."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.test_values import EXAMPLE

TOTALS = EXAMPLE.parent.parent / "scripts/totals.py"


class Totals(unittest.TestCase):
    def setUp(self):
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        self.root = Path(root.name)
        self.mark = self.file("mark", "")
        self.file("a/target/surefire-reports/TEST-a.xml", "<testsuite><testcase name='one'/></testsuite>")

    def file(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def totals(self, status="0"):
        done = subprocess.run([sys.executable, TOTALS, self.root, self.mark, status], capture_output=True, text=True)
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout.splitlines()

    def test_histories_are_added_up_over_properties_and_modules(self):
        self.file("a/target/histories/Laws.one.txt", "450 histories Laws.one seed 7\n")
        self.file("b/c/target/histories/Laws.two.txt", "150 histories Laws.two seed 8\n")
        self.assertEqual((0, ["600 random histories", "1 passed, 0 failed"]), self.totals())

    def test_what_an_earlier_run_left_does_not_count(self):
        old = self.file("a/target/histories/Laws.one.txt", "450 histories Laws.one seed 7\n")
        os.utime(old, (1, 1))
        self.file("a/target/histories/Laws.two.txt", "150 histories Laws.two seed 8\n")
        self.assertEqual("150 random histories", self.totals()[1][-2])

    def test_a_run_without_a_history_has_failed(self):
        code, lines = self.totals()
        self.assertEqual((1, "1 passed, 1 failed"), (code, lines[-1]))
        self.assertIn("failed: no random history ran", lines)

    def test_a_failed_test_is_named(self):
        self.file("a/target/histories/Laws.one.txt", "450 histories Laws.one seed 7\n")
        self.file("a/target/TEST-b.xml", "<testsuite><testcase classname='B' name='two'><failure/></testcase></testsuite>")
        code, lines = self.totals("1")
        self.assertEqual((1, "1 passed, 1 failed"), (code, lines[-1]))
        self.assertIn("failed: B: two", lines)
