"""totals.py ROOT MARK STATUS: sums the test reports under ROOT that are newer than file MARK.

Prints the failed tests' names, how many random histories they went through (each property that had some left a file
below target/histories that begins with their number) and, last and alone, "N passed, N failed". STATUS is the exit code of what ran them: if
that is not 0 and no report tells of a failure (say, something did not compile), that itself counts as one.
"""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def main(root, mark, status):
    since = Path(mark).stat().st_mtime
    passed = failed = skipped = 0

    def fresh(pattern):
        return [p for p in sorted(Path(root).glob(pattern)) if p.stat().st_mtime >= since]

    for report in fresh("**/target/**/TEST-*.xml"):
        for case in xml.parse(report).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                print(f"failed: {case.get('classname')}: {case.get('name')}")
            elif case.find("skipped") is not None:
                skipped += 1
                print(f"skipped: {case.get('classname')}: {case.get('name')}")
            else:
                passed += 1
    histories = sum(int(p.read_text().split()[0]) for p in fresh("**/target/histories/*.txt"))
    if status != "0" and not failed:
        failed = 1
        print("failed: the build itself, see above")
    if skipped:
        print(f"{skipped} skipped")
    if not passed and not failed:
        failed = 1
        print("failed: no test ran")
    if passed and not histories:
        failed += 1
        print("failed: no random history ran")
    print(f"{histories} random histories")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
