"""heddle bench scale: Heddle and OVN on simulated nodes, alternately. See README.md.

python3 -m scale PROGRAMS --topology tenants --nodes H --ports P ...; PROGRAMS is what debian13.sh has made.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from . import plug, report
from .drivers import heddle, ovn
from .rig import Rig, cold_start, port_up, restarts
from .scenario import TOPOLOGIES
from .sim import Programs

DRIVERS = {"ovn": ovn.Driver, "heddle": heddle.Driver}
PAGE = Path(__file__).resolve().parents[2] / "docs/performance.md"


def say(text):
    print(f"bench scale: {text}", file=sys.stderr, flush=True)


def measure(driver, programs, base, topology, events):
    """All scenarios on one set-up."""
    rig = Rig(driver, programs, base, topology)
    try:
        say(f"{driver.name}: S2")
        found = {"version": rig.driver.version(), "s2": cold_start(rig)}
        say(f"{driver.name}: S1")
        found["s1"] = port_up(rig, events)
        rig.settle(1.0)
        say(f"{driver.name}: S4")
        found["s4"] = restarts(rig)
        return found
    finally:
        rig.stop()
        shutil.rmtree(base, ignore_errors=True)


def main(arguments):
    parser = argparse.ArgumentParser(prog="heddle bench scale")
    parser.add_argument("programs")
    parser.add_argument("--topology", choices=sorted(TOPOLOGIES), default="tenants")
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--ports", type=int, default=1000)
    parser.add_argument("--events", type=int, default=report.EVENTS, help="ports added one by one in S1")
    parser.add_argument("--rounds", type=int, default=1, help="how often the control planes take turns")
    parser.add_argument("--peers", default="ovn,heddle", help="who takes part, in this order; the table needs both")
    parser.add_argument("--json", action="store_true", help="all figures, for programs")
    asked = parser.parse_args(arguments)
    topology = TOPOLOGIES[asked.topology](asked.nodes, asked.ports)
    programs = Programs(asked.programs)
    # Short: a unix socket's path has 107 bytes.
    base = tempfile.mkdtemp(prefix="heddle-scale-")
    try:
        say(f"{asked.nodes} nodes, {asked.ports} ports: floor of S1")
        floor = plug.floor(programs, base, asked.ports // asked.nodes)
        peers = asked.peers.split(",")
        runs = {peer: [] for peer in peers}
        for _ in range(asked.rounds):
            for peer in peers:
                runs[peer].append(measure(DRIVERS[peer], programs, f"{base}/{peer}", topology, asked.events))
    finally:
        shutil.rmtree(base, ignore_errors=True)
    found = report.result(asked.topology, asked.nodes, asked.ports, programs.ovs_version(), floor, runs)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        print(report.text(found))
    if {"ovn", "heddle"} <= set(peers):
        report.write(PAGE, found)
        say(f"{PAGE.name} has the table")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
