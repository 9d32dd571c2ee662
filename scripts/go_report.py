"""go_report.py TESTS.json REPORT.xml: what `go test -json` said, in the form Maven's surefire writes; 1 if none ran."""

import json
import re
import sys
import xml.etree.ElementTree as xml


def main(source, target):
    suite = xml.Element("testsuite", name="go")
    said, failed = {}, set()
    with open(source, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line) if line.startswith("{") else {}
            key = event.get("Package"), event.get("Test")
            if event.get("Action") == "output":
                said[key] = said.get(key, "") + event["Output"]
            if event.get("Action") == "fail" and key[1]:
                failed.add(key[0])
            # A package that fails without a test of its own did not compile, or ended the process.
            if event.get("Action") in ("pass", "fail", "skip") and (key[1] or event["Action"] == "fail" and key[0] not in failed):
                case = xml.SubElement(suite, "testcase", classname=key[0], name=key[1] or "(package)",
                                      time=str(event.get("Elapsed", 0)))
                if event["Action"] == "fail":
                    xml.SubElement(case, "failure").text = said.get(key, "")
                    print(f"{key[0]}: {key[1]}\n{said.get(key, '')}", file=sys.stderr)
                elif event["Action"] == "skip":
                    xml.SubElement(case, "skipped", message=reason(said.get(key, "")))
    xml.ElementTree(suite).write(target, encoding="utf-8", xml_declaration=True)
    return 0 if len(suite) else 1


def reason(said):
    """What a test said last before it was skipped, without file and line."""
    lines = [line for line in said.splitlines() if line.strip() and not line.lstrip().startswith(("---", "==="))]
    return re.sub(r"^\s*\S+\.go:\d+: ", "", lines[-1]).strip() if lines else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
