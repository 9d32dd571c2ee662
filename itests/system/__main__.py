"""python3 -m system [REPORT.xml [PATTERN]], after heddle build; PATTERN picks tests by name, as unittest's -k does."""

import os
import sys

from tests.reported import run

# Builds Kubernetes unless the cache has it: heddle test --all.
LONG = ["system.test_kubernetes"] if os.environ.get("HEDDLE_TEST_ALL") else []

if __name__ == "__main__":
    sys.exit(run("system", ["system.test_promises", "system.test_failures", "system.test_tls", "system.test_rest",
                            "system.test_keep", "system.test_mininet", "system.test_tunnels", "system.test_swap",
                            "system.test_policy", "system.test_policy_swap"] + LONG, *sys.argv[1:3]))
