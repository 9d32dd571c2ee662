"""python3 -m cni [REPORT.xml [PATTERN]], after heddle build and heddle cni; PATTERN picks tests by name."""

import os
import sys

from tests.reported import run

MODULES = ["cni.test_alone", "cni.test_host", "cni.test_cluster"]
# Downloads Debian 13's Open vSwitch unless the cache has it: heddle test --all.
LONG = ["cni.test_newer_ovs"]

if __name__ == "__main__":
    sys.exit(run("cni", MODULES + (LONG if os.environ.get("HEDDLE_TEST_ALL") else []), *sys.argv[1:3]))
