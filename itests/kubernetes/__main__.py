"""python3 -m kubernetes [REPORT.xml [PATTERN]], after heddle build and heddle cni; PATTERN picks tests by name."""

import sys

from tests.reported import run
from . import standing

MODULES = ["kubernetes.test_killed", "kubernetes.test_bad_input", "kubernetes.test_said", "kubernetes.test_churn",
           "kubernetes.test_bench", "kubernetes.test_end"]

if __name__ == "__main__":
    try:
        code = run("kubernetes", MODULES, *sys.argv[1:3])
    finally:
        left = standing.end()  # nothing, unless the last test was not among those that were picked
    if left:
        print(f"left behind: {left}", file=sys.stderr)
    sys.exit(code or bool(left))
