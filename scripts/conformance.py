"""conformance.py REPORTS [--include] SUITE=CODE...: the table of the suites that ran, and "N passed, N failed" as last line.

REPORTS/SUITE/junit*.xml is what a suite's judge says of each case, and nothing else is counted; CODE is the exit code of the
judge with all that it needs. A suite is short of cases if it says of fewer than its pinned version has; not so with --include,
which chooses among them. The suite `control` runs where nothing is enforced: it counts as one case, which has passed if cases
failed there. Exits with 1 if anything failed or nothing ran.
"""

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

# How many cases there are in the versions that lab/conformance pins.
CASES = {"control": 16, "cyclonus": 112, "cyclonus-more": 118, "cyclonus-swapped": 112, "pods": 4,
         "cluster-policy": 92, "admin-policy": 92}
SCTP = "of SCTP, which the kernel has not"
MIXED = "its probes of SCTP failed, which the kernel has not; all others came out right"
ENDED = "it ended at a probe of SCTP, which the kernel has not; those before came out right, those behind were not made"


def cases(folder):
    """{name: (verdict, reason)} of the reports in a folder; verdict is "passed", "failed" or "skipped"."""
    found = {}
    for file in sorted(folder.glob("junit*.xml")):
        for number, case in enumerate(xml.parse(file).getroot().iter("testcase")):
            failure = next((case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None), None)
            skipped = case.find("skipped")
            # Of specs that were never asked for ginkgo says no more than this.
            if case.get("status") == "skipped" and skipped is not None and skipped.get("message") in (None, "", "skipped"):
                continue
            name = case.get("name") or ""
            # cyclonus has cases of one name.
            key = name if name not in found else f"{name} ({number + 1})"
            # What ginkgo does before and after all specs is no case, unless it fails.
            if failure is None and name.startswith("[") and name.split("]")[0].endswith("Suite"):
                continue
            if failure is not None:
                found[key] = "failed", (failure.get("message") or failure.text or "").strip()
            elif skipped is not None:
                found[key] = "skipped", skipped.get("message") or "no reason given"
            else:
                found[key] = "passed", ""
    return _leaves(found)


def _leaves(found):
    """Without the cases that only stand for those below them: A for A/B, unless A failed by itself or tells of an error."""
    kept = {}
    for name, (verdict, why) in found.items():
        below = [v for other, (v, _) in found.items() if other.startswith(f"{name}/")]
        if not below or (verdict == "failed" and ("failed" not in below or re.search(r"\bError:\s", why))):
            kept[name] = verdict, why
    return kept


def without_sctp(found):
    """Cases that failed by probes of SCTP and nothing else, as skipped: nothing can serve it here."""
    return {name: ("skipped", apart(name, why)) if verdict == "failed" and apart(name, why) else (verdict, why)
            for name, (verdict, why) in found.items()}


def apart(name, said):
    """Why a case of network-policy-api says nothing for want of SCTP, "" if it failed otherwise.

    Before it says `Error:` of a probe it says which command came out wrong; so each error must have one of its own.
    """
    blamed, probe = set(), None
    for line in said.splitlines():
        command = re.search(r"FAILED (?:Command was|to execute command) \[.*--protocol=(\w+)", line)
        if command:
            probe = command[1]
        elif re.match(r"\s*Error:\s", line):
            blamed.add(probe)
            probe = None
    if blamed != {"sctp"}:
        return ""
    if "SCTP" in name:
        return SCTP
    return ENDED if "Condition never satisfied" in said else MIXED


def judged(suite, folder, code, chosen, sctp):
    """(found as of `cases`, [what is wrong with the run besides]) of a suite."""
    try:
        found = cases(folder)
    except xml.ParseError as error:
        return {}, [f"its report cannot be read: {error}"]
    if not sctp:
        found = without_sctp(found)
    wrong = []
    failed = [name for name, (verdict, _) in found.items() if verdict == "failed"]
    if not found:
        wrong.append(f"no case was reported; it ended with code {code}, see {folder}/log")
    elif not chosen and len(found) < CASES.get(suite, 1):
        wrong.append(f"{len(found)} of {CASES[suite]} cases were reported")
    elif code and not failed and not any(why in (SCTP, MIXED, ENDED) for _, why in found.values()):
        wrong.append(f"it ended with code {code}, see {folder}/log")
    if suite == "control":
        if found and not failed:
            wrong.append("nothing is enforced there, and no case failed: the judge does not see it")
        if not wrong:
            found = {f"{len(failed)} of {len(found)} cases fail where nothing is enforced": ("passed", "")}
        else:
            found = {}
    return found, wrong


def main(reports, *results, sctp=Path("/proc/net/sctp").exists()):
    chosen = "--include" in results
    rows, totals = [("suite", "passed", "failed", "skipped")], {"passed": 0, "failed": 0}
    for result in results:
        if result == "--include":
            continue
        suite, code = result.split("=")
        found, wrong = judged(suite, Path(reports) / suite, int(code), chosen, sctp)
        count = {v: sum(verdict == v for verdict, _ in found.values()) for v in ("passed", "failed", "skipped")}
        for name, (verdict, why) in found.items():
            if verdict == "failed":
                print(f"failed: {suite}: {name}" + (f": {why.splitlines()[0][:200]}" if why else ""))
        for sentence in wrong:
            print(f"failed: {suite}: {sentence}")
        count["failed"] += len(wrong)
        reasons = {}
        for verdict, why in found.values():
            if verdict == "skipped":
                reasons[why] = reasons.get(why, 0) + 1
        skipped = "; ".join(f"{n}: {why}" for why, n in sorted(reasons.items())) or "0"
        note = f" ({next(iter(found))})" if suite == "control" and found else ""
        rows.append((suite + note, str(count["passed"]), str(count["failed"]), skipped))
        for verdict in totals:
            totals[verdict] += count[verdict]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) + "  " + row[3])
    if not totals["passed"] and not totals["failed"]:
        totals["failed"] = 1
        print("failed: no suite ran")
    print(f"{totals['passed']} passed, {totals['failed']} failed")
    return 1 if totals["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
