"""`heddle lab`: the commands."""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from . import documents, probe
from .capture import to as capture_to
from .client import alone, ask, start
from .settings import LabError, Settings
from .show import matrix_table, status_table
from .state import State, end, reap


def say(text):
    print(text, file=sys.stderr, flush=True)


def up(settings, given):
    start(settings)
    status = ask(settings, "up", say, nodes=given.nodes, ovs=given.ovs, controller=given.controller,
                 standalone=given.standalone)
    say(f"lab up: {len(status['nodes'])} nodes, {len(status['pods'])} pods")


def down(settings, given):
    from .k8s import leftovers
    from .k8s.place import Place
    leftovers.remove(Place.from_environment(settings))  # pods have namespaces of their own: no lab would end them
    if not settings.directory.exists():
        say("no lab is there")
        return
    owner = State(settings).owner_alive()
    if owner:
        end([owner])  # before the lock: an `up` that hangs holds it, and lets go when its daemon is gone
    with alone(settings):
        reap(settings)
    say("lab down: nothing left")


def status(settings, given):
    if not settings.state_file.exists():
        found = {"directory": str(settings.directory), "nodes": [], "pods": []}
    else:
        found = ask(settings, "status")
    print(json.dumps(found, indent=2) if given.output == "json" else status_table(found))


def execute(settings, given):
    if not given.command:
        raise LabError("exec needs a command: heddle lab exec POD_OR_NODE COMMAND...")
    found = ask(settings, "where", name=given.name)
    # Only the network is the pod's; the command keeps this terminal, its files and its exit code.
    os.execvpe("nsenter", ["nsenter", f"--net={found['path']}", "--", *given.command],
               {**os.environ, **found["environment"], "HEDDLE_LAB_IN": given.name})


def pods(settings, given):
    found = documents.ports(documents.read(given.file))
    if not found:
        raise LabError(f"{given.file} holds no LogicalPort of type vif")
    count = ask(settings, "pods", say, ports=[asdict(p) for p in found], wait=not given.no_wait, timeout=given.timeout)
    say(f"{count} pods plugged")


def plug(settings, given):
    found = ask(settings, "plug", port=given.port, node=given.node, mac=given.mac, addresses=given.ip or [],
                wait=not given.no_wait, timeout=given.timeout)
    say(f"pod {found['name']} on {found['node']} as {found['device']}: {found['mac']} {' '.join(found['addresses'])}")


def unplug(settings, given):
    ask(settings, "unplug", port=given.port)
    say(f"pod {given.port} is gone")


def kill(settings, given):
    ask(settings, "kill", node=given.node, only=given.only)
    say(f"node {given.node}: {given.only or 'both daemons'} killed; heddle lab start {given.node} starts it again")


def start_node(settings, given):
    ask(settings, "start", node=given.node)
    say(f"node {given.node} runs")


def crash(settings, given):
    ask(settings, "crash", node=given.node, only=None if given.only == "both" else given.only)
    say(f"node {given.node}: {given.only} killed and started again")


def hang(settings, given):
    ask(settings, "hang", node=given.node, on=not given.off)
    say(f"node {given.node} {'goes on' if given.off else 'hangs'}")


def partition(settings, given):
    ask(settings, "partition", one=given.one, other=given.other, on=not given.off)
    say(f"{given.one} and {given.other} are {'connected again' if given.off else 'cut off from each other'}")


def outside(settings, given):
    if given.off:
        ask(settings, "inside", name=given.name)
        say(f"machine {given.name} is gone")
        return
    found = ask(settings, "outside", name=given.name, network=given.network, tag=given.tag, addresses=given.ip or [],
                mac=given.mac)
    say(f"machine {found['name']} on {found['network']}, {'VLAN %d' % found['tag'] if found['tag'] else 'no VLAN'}: "
        f"{found['mac']} {' '.join(found['addresses'])}")


def capture(settings, given):
    found = ask(settings, "where", name=given.name)
    print(capture_to(found["path"], given.device or found["device"], given.file, given.seconds, given.filter))


def connections(settings, given):
    directory = Path(given.directory)
    directory.mkdir(parents=True, exist_ok=True)
    for node in ask(settings, "status")["nodes"]:
        found = ask(settings, "where", name=node["name"])
        said = subprocess.run(["nsenter", f"--net={found['path']}", "--", "ovs-appctl", "dpctl/dump-conntrack"],
                              env={**os.environ, **found["environment"]}, check=True, text=True, stdout=subprocess.PIPE)
        (directory / node["name"]).write_text(said.stdout)
        print(f"{node['name']}: {len(said.stdout.splitlines())} connections")


def matrix(settings, given):
    ports = documents.ports(documents.read(given.file))
    ask(settings, "warm")
    found = probe.matrix(ports, ask(settings, "status")["pods"], settings.namespace_path, given.timeout)
    print(json.dumps(found, indent=2) if given.output == "json" else matrix_table(found))
    if found["wrong"]:
        raise SystemExit(1)


def cli(settings, given):
    from .attach import cli as run
    ask(settings, "status")
    run(settings)


def arguments():
    parser = argparse.ArgumentParser(prog="heddle lab", description=(
        "A lab of Open vSwitch nodes and pods in network namespaces. HEDDLE_LAB_DIR (/run/heddle-lab), "
        "HEDDLE_LAB_PREFIX (hd) and HEDDLE_LAB_UNDERLAY (198.18.0.0/20) let several labs exist side by side; "
        "HEDDLE_OVSDB_PORT (6640) is the controller's."))
    commands = parser.add_subparsers(dest="command_name", required=True, metavar="COMMAND")

    def command(run, name, text):
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    def waits(made):
        made.add_argument("--no-wait", action="store_true", help="do not wait until the controller installed the port")
        made.add_argument("--timeout", type=int, default=30, metavar="SECONDS", help="how long to wait (default 30)")

    made = command(up, "up", "make nodes until there are N; repeat it to grow")
    made.add_argument("--nodes", type=int, default=2, metavar="N", help="default 2")
    made.add_argument("--ovs", choices=("3.1", "3.5"), default="3.1", help="of the new nodes; 3.5 is Debian 13's")
    made.add_argument("--controller", metavar="ADDR", help="address(es) or OVSDB targets, separated by commas; "
                      "default: this machine, by the underlay bridge's address")
    made.add_argument("--standalone", action="store_true", help="no controller: br-int is a plain learning switch")
    command(down, "down", "end the lab and remove every trace of it, also after its daemon was killed")
    made = command(status, "status", "nodes and pods")
    made.add_argument("-o", "--output", choices=("table", "json"), default="table")
    made = command(execute, "exec", "run a command in a pod or on a node, e.g. exec n1 ovs-ofctl dump-flows br-int")
    made.add_argument("name", metavar="POD_OR_NODE")
    made.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND...")
    command(cli, "cli", "Mininet's CLI on the running lab")
    made = command(pods, "pods", "a pod for each LogicalPort of a file, at the node its label "
                   f"{documents.NODE_LABEL} names, else round robin")
    made.add_argument("-f", "--file", required=True)
    waits(made)
    made = command(plug, "plug", "make a pod and plug it in as logical port PORT")
    made.add_argument("node", metavar="NODE")
    made.add_argument("port", metavar="PORT")
    made.add_argument("--mac", metavar="M")
    made.add_argument("--ip", metavar="A/LEN", action="append", help="may be repeated")
    waits(made)
    made = command(unplug, "unplug", "take a port off its switch and remove its pod")
    made.add_argument("port", metavar="PORT")
    troubles(command)
    made = command(connections, "connections", "what each node tracks, in a file each of directory DIR (for policy simulate)")
    made.add_argument("directory", metavar="DIR")
    made = command(matrix, "matrix", "all ordered pairs of a file's pods: who gets and who answers whose packets; "
                   "exit code 1 if a cell is wrong")
    made.add_argument("-f", "--file", required=True)
    made.add_argument("-o", "--output", choices=("table", "json"), default="table")
    made.add_argument("--timeout", type=float, default=2.0, metavar="SECONDS", help="for an awaited reply (default 2)")
    return parser


def troubles(command):
    """What may befall a lab, and what shows it."""
    only = {"choices": ("vswitchd", "ovsdb")}
    made = command(kill, "kill", "kill -9 a node's ovs-vswitchd and ovsdb-server; they stay away until start")
    made.add_argument("node", metavar="NODE")
    made.add_argument("--only", **only)
    made = command(start_node, "start", "start what was killed on a node")
    made.add_argument("node", metavar="NODE")
    made = command(crash, "crash", "kill -9 a node's ovs-vswitchd and start it again: its flows are gone, its pods stay")
    made.add_argument("node", metavar="NODE")
    made.add_argument("--only", choices=("vswitchd", "ovsdb", "both"), default="vswitchd", help="default: vswitchd")
    made = command(hang, "hang", "stop a node as it stands (SIGSTOP); off: let it go on")
    made.add_argument("node", metavar="NODE")
    made.add_argument("off", nargs="?", choices=("off",))
    made = command(partition, "partition", "cut the underlay between two nodes, or a node and `controller`; off: mend it")
    made.add_argument("one", metavar="A")
    made.add_argument("other", metavar="B")
    made.add_argument("off", nargs="?", choices=("off",))
    made = command(outside, "outside", "make a machine on a VLAN of a physical network that all nodes are connected to "
                   "(bridge br-NETWORK, heddle-bridge-mappings); off: remove the machine")
    made.add_argument("name", metavar="NAME")
    made.add_argument("off", nargs="?", choices=("off",))
    made.add_argument("--network", default="physnet1", metavar="NETWORK", help="default physnet1")
    made.add_argument("--tag", type=int, default=0, metavar="VLAN", help="default 0: frames without a tag")
    made.add_argument("--mac", metavar="M")
    made.add_argument("--ip", metavar="A/LEN", action="append", help="may be repeated")
    made = command(capture, "capture", "write the packets of a pod's eth0, a node's underlay device or a machine "
                   "outside to a file, until Ctrl-C or for some seconds")
    made.add_argument("name", metavar="POD_OR_NODE")
    made.add_argument("file", metavar="FILE.pcap")
    made.add_argument("--for", dest="seconds", type=float, metavar="SECONDS")
    made.add_argument("--device", metavar="DEV", help="another device there")
    made.add_argument("--filter", default="", metavar="EXPRESSION", help="pcap-filter(7), e.g. 'udp port 6081'")


def main():
    given = arguments().parse_args()
    try:
        given.run(Settings.from_environment(), given)
    except LabError as error:
        sys.exit(f"heddle lab: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
