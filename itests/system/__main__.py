"""python3 -m system [REPORT.xml [PATTERN]], after heddle build; PATTERN picks tests by name, as unittest's -k does."""

import sys

from tests.reported import run

if __name__ == "__main__":
    sys.exit(run("system", ["system.test_promises", "system.test_failures", "system.test_tls", "system.test_rest",
                            "system.test_keep", "system.test_mininet", "system.test_tunnels", "system.test_swap",
                            "system.test_policy", "system.test_policy_swap"], *sys.argv[1:3]))
