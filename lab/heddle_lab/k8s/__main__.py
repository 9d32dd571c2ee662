"""`heddle k8s`: the commands."""

import argparse
import os
import sys

from ..__main__ import down as lab_down
from ..settings import LabError, Settings
from . import leftovers
from .cluster import Cluster
from .place import VERSION, Place, Record, programs_directory


def say(text):
    print(text, file=sys.stderr, flush=True)


def up(place, given):
    Cluster(place, say).up(given.nodes, given.version, given.cni, given.controller)
    say(f"try: heddle k8s status, heddle k8s kubectl get pods -A; KUBECONFIG={place.kubeconfig}")


def down(place, given):
    there = place.directory.exists()
    made_lab = leftovers.remove(place)
    if made_lab:
        lab_down(place.settings, given)
    say("k8s down: nothing left" if there else "no cluster is there")


def status(place, given):
    programs = Cluster(place).programs()
    for where, found in programs.items():
        print(f"{where}: " + ", ".join(f"{name} {'runs' if runs else 'does not run'}" for name, runs in found.items()))
    print(f"kubeconfig: {place.kubeconfig}", flush=True)
    if not programs["control"]["kube-apiserver"]:
        raise LabError("the API server does not run: heddle k8s up starts what is missing")
    code = max(_kubectl(place, "get", *what, "-o", "wide") for what in (("nodes",), ("pods", "-A")))
    if code:
        raise SystemExit(code)


def kill(place, given):
    Cluster(place).kill(given.where, given.program)
    say(f"{given.program} of {given.where} killed; heddle k8s up starts it again")


def load(place, given):
    Cluster(place, say).load(given.archive)


def kubectl(place, given):
    version = _version(place)
    os.execve(programs_directory(version) / "kubectl", ["kubectl", *given.arguments],
              {**os.environ, "KUBECONFIG": str(place.kubeconfig)})


def _version(place):
    record = Record(place)
    if not record.exists() or not place.kubeconfig.exists():
        raise LabError("no cluster is there: heddle k8s up --nodes N")
    return record.data["version"]


def _kubectl(place, *arguments):
    return os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(
        programs_directory(_version(place)) / "kubectl", ["kubectl", *arguments],
        {**os.environ, "KUBECONFIG": str(place.kubeconfig)}), 0)[1])


def arguments():
    parser = argparse.ArgumentParser(prog="heddle k8s", description=(
        "A Kubernetes cluster on the lab's nodes: real API server, kubelets and containerd. HEDDLE_K8S_DIR "
        "(/var/lib/heddle-k8s-PREFIX) and the variables of the lab let several exist side by side."))
    commands = parser.add_subparsers(dest="command_name", required=True, metavar="COMMAND")
    made = commands.add_parser("up", help="make a cluster; again: start what does not run, or grow")
    made.add_argument("--nodes", type=int, metavar="N", help="default: as many as there are, or 2")
    made.add_argument("--version", metavar="V", help=f"of Kubernetes, default {VERSION}; built the first time")
    made.add_argument("--cni", metavar="heddle|bridge|none",
                      help="heddle (default): heddle-cni, which needs a controller; bridge: Linux bridges and routes, no policies; "
                      "none: nodes do not become Ready")
    made.add_argument("--controller", metavar="ADDR", help="as of lab up")
    made.set_defaults(run=up)
    made = commands.add_parser("kill", help="kill -9 a program of a node, or of `control`; up starts it again")
    made.add_argument("where", metavar="NODE|control")
    made.add_argument("program", metavar="PROGRAM", help="kubelet, containerd, etcd, kube-apiserver, ...")
    made.set_defaults(run=kill)
    made = commands.add_parser("load", help="import an archive of images, as docker save writes it, on each node")
    made.add_argument("archive", metavar="FILE")
    made.set_defaults(run=load)
    commands.add_parser("down", help="remove every trace of it").set_defaults(run=down)
    commands.add_parser("status", help="what runs, nodes, pods").set_defaults(run=status)
    made = commands.add_parser("kubectl", help="kubectl as the cluster's administrator", add_help=False)
    made.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS...")
    made.set_defaults(run=kubectl)
    return parser


def main():
    # argparse would take kubectl's own options for ours.
    if sys.argv[1:2] == ["kubectl"]:
        given = argparse.Namespace(run=kubectl, arguments=sys.argv[2:])
    else:
        given = arguments().parse_args()
    try:
        if os.geteuid():
            raise LabError("a cluster is made of namespaces: run it as root")
        given.run(Place.from_environment(Settings.from_environment()), given)
    except LabError as error:
        sys.exit(f"heddle k8s: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
