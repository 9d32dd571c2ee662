"""python3 -m scale.test [REPORT.xml [PATTERN]], as root, after heddle build: whether the bench itself is right."""

import os
import sys

from tests.reported import run

MODULES = ["scale.test_report", "scale.test_smoke"]
LONG = ["scale.test_beside_ovn"]  # only with ./heddle test --all

if __name__ == "__main__":
    names = MODULES + (LONG if os.environ.get("HEDDLE_TEST_ALL") else [])
    sys.exit(run("scale", names, *sys.argv[1:3]))
