"""Runs unittest modules and writes a report in the form Maven's surefire writes."""

import importlib
import time
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path


class Reported(unittest.TextTestResult):
    name = None

    def startTestRun(self):
        self.suite = xml.Element("testsuite", name=self.name)

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
            self.case = xml.SubElement(self.suite, "testcase", classname=self.name, name=str(test))
        xml.SubElement(self.case, kind).text = self._exc_info_to_string(error, test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._mark(test, "failure", error)

    def addError(self, test, error):
        super().addError(test, error)
        self._mark(test, "error", error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self._mark(test, "failure", error)


def run(name, modules, report=None, only=None):
    """Runs the tests of `modules`, of these `only` those whose names match the pattern; the exit code."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [only] if only else None
    suite = unittest.TestSuite(loader.loadTestsFromModule(importlib.import_module(m)) for m in modules)
    result = unittest.TextTestRunner(resultclass=type("Result", (Reported,), {"name": name}), verbosity=2).run(suite)
    if report:
        Path(report).parent.mkdir(parents=True, exist_ok=True)
        xml.ElementTree(result.suite).write(report, encoding="utf-8", xml_declaration=True)
    return 0 if result.wasSuccessful() else 1
