"""totals.py ROOT MARK STATUS: sums the test reports under ROOT that are newer than file MARK.

Prints the failed tests' names and, last and alone, "N passed, N failed". STATUS is the exit code of what ran them: if
that is not 0 and no report tells of a failure (say, something did not compile), that itself counts as one.
"""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def main(root, mark, status):
    since = Path(mark).stat().st_mtime
    passed = failed = skipped = 0
    for report in sorted(Path(root).glob("**/target/**/TEST-*.xml")):
        if report.stat().st_mtime < since:
            continue
        for case in xml.parse(report).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                print(f"failed: {case.get('classname')}: {case.get('name')}")
            elif case.find("skipped") is not None:
                skipped += 1
                print(f"skipped: {case.get('classname')}: {case.get('name')}")
            else:
                passed += 1
    if status != "0" and not failed:
        failed = 1
        print("failed: the build itself, see above")
    if skipped:
        print(f"{skipped} skipped")
    if not passed and not failed:
        failed = 1
        print("failed: no test ran")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
