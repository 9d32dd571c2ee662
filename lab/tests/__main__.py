"""python3 -m tests [REPORT.xml]: runs them all; REPORT.xml is in the form Maven's surefire writes."""

import os
import sys

from tests.reported import run

MODULES = ["test_values", "test_state", "test_nodes", "test_matrix", "test_commands", "test_script",
           "test_trouble", "test_kubernetes_words", "test_totals", "test_conformance"]
# Downloads Debian 13's Open vSwitch, and builds Kubernetes, unless the cache has them: heddle test --all.
LONG = ["test_newer_ovs", "test_kubernetes"]

if __name__ == "__main__":
    names = MODULES + (LONG if os.environ.get("HEDDLE_TEST_ALL") else [])
    sys.exit(run("lab", [f"tests.{n}" for n in names], *sys.argv[1:2]))
