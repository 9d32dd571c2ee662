"""python3 -m tests [REPORT.xml]: runs them all; REPORT.xml is in the form Maven's surefire writes."""

import importlib
import os
import sys
import time
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

MODULES = ["test_values", "test_state", "test_nodes", "test_matrix", "test_commands", "test_script"]
# Downloads Debian 13's Open vSwitch unless the cache has it: heddle test --all.
LONG = ["test_newer_ovs"]


class Reported(unittest.TextTestResult):
    def startTestRun(self):
        self.suite = xml.Element("testsuite", name="lab")

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.case = xml.SubElement(self.suite, "testcase", classname=type(test).__name__,
                                   name=getattr(test, "_testMethodName", str(test)))

    def stopTest(self, test):
        self.case.set("time", f"{time.monotonic() - self.began:.3f}")
        super().stopTest(test)

    def _mark(self, test, kind, error):
        # A failure outside any test, such as in setUpClass, has no case of its own.
        if not isinstance(test, unittest.TestCase):
            self.case = xml.SubElement(self.suite, "testcase", classname="lab", name=str(test))
        xml.SubElement(self.case, kind).text = self._exc_info_to_string(error, test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._mark(test, "failure", error)

    def addError(self, test, error):
        super().addError(test, error)
        self._mark(test, "error", error)


def main():
    names = MODULES + (LONG if os.environ.get("HEDDLE_TEST_ALL") else [])
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromModule(importlib.import_module(f"tests.{n}")) for n in names)
    result = unittest.TextTestRunner(resultclass=Reported, verbosity=2).run(suite)
    if len(sys.argv) > 1:
        report = Path(sys.argv[1])
        report.parent.mkdir(parents=True, exist_ok=True)
        xml.ElementTree(result.suite).write(report, encoding="utf-8", xml_declaration=True)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
