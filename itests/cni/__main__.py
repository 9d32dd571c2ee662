"""python3 -m cni [REPORT.xml [PATTERN]], after heddle build and heddle cni; PATTERN picks tests by name."""

import sys

from tests.reported import run

if __name__ == "__main__":
    sys.exit(run("cni", ["cni.test_alone", "cni.test_host", "cni.test_cluster"], *sys.argv[1:3]))
