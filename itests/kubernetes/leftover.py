"""What pods may leave behind, counted: in the model, in the switches, in the kernel and on disk."""

import re

from system.installation import await_none

KINDS = ("logicalports", "portgroups", "addresssets", "acls", "bindings")
# Where kubelet, containerd, runc and plugins keep something of each pod.
DIRECTORIES = ("/run/netns", "/var/lib/cni/results", "/var/lib/kubelet/pods", "/var/log/pods", "/run/containerd/s",
               "/run/containerd/runc/k8s.io", "/run/containerd/io.containerd.runtime.v2.task/k8s.io",
               "/run/containerd/io.containerd.grpc.v1.cri/sandboxes", "/run/containerd/io.containerd.grpc.v1.cri/containers")


def settle(at):
    """Returns when no pod is there, and none is being taken away."""
    await_none(lambda: [p["metadata"]["name"] for p in at.one("/api/v1/pods")["items"]], 240, "no pod")
    await_none(lambda: [p for p in names(at, "logicalports") if not p.startswith("host.")], 60, "no port of a pod")
    at.settled(timeout=120)


def beginning(at):
    """What there is when no pod is there, nor on its way out: the API server forgets one before its node has."""
    settle(at)
    await_none(lambda: [b for b in names(at, "bindings") if "--host." not in b] +
               [f for node in at.nodes for f in _files(at, node) if "/sandboxes/" in f], 240, "nothing of a pod on a node")
    at.settled()
    return everything(at)


def names(at, kind):
    return sorted(o["metadata"]["name"] for o in at.get(kind)["items"])


def everything(at):
    """{what: set of it}, with the node's name in each where it is a node's."""
    found = {kind: set(names(at, kind)) for kind in KINDS}
    found["addresses"] = {a for p in at.get("logicalports")["items"] for a in p["spec"].get("addresses", [])}
    for what in BY_NODE:
        found[what] = {(node, one) for node in at.nodes for one in BY_NODE[what](at, node)}
    return found


def difference(at, before, patience=120):
    """What is there now and was not before, or the other way round, once that has stopped to shrink: {what: how many}."""
    settle(at)
    best = []

    def more():
        now = everything(at)
        best[:] = [{what: sorted(map(str, now[what] ^ before[what])) for what in before}]
        return {k: v for k, v in best[0].items() if v}
    try:
        await_none(more, patience, "nothing left over")
    except AssertionError:
        pass  # it is told what
    return {what: left if left else 0 for what, left in best[0].items()}


def _flows(at, node):
    return {(*key, actions) for key, (_, actions) in at.dump(node).items()}


def _interfaces(at, node):
    return set(at.node(node, "ovs-vsctl", "list-ports", "br-int").split())


def _veths(at, node):
    links = at.node(node, "ip", "-o", "link", "show", "type", "veth").splitlines()
    return {line.split()[1].split("@")[0].rstrip(":") for line in links}


def _zones(at, node):
    """Each port's, as PORT=NUMBER."""
    ids = at.node(node, "ovs-vsctl", "get", "Bridge", "br-int", "external_ids")
    return {f"{port}={zone}" for port, zone in re.findall(r"zone-([^=]+)=\"?(\d+)", ids)}


def _strays(at, node):
    """Connections in zones that belong to no port: whoever gets such a zone would begin with them."""
    own = {zone.rpartition("=")[2] for zone in _zones(at, node)}
    return set(re.findall(r"zone=(\d+)", at.node(node, "ovs-appctl", "dpctl/dump-conntrack"))) - own


def _files(at, node):
    listed = f"for d in {' '.join(DIRECTORIES)}; do ls -d $d/* 2>/dev/null; done; true"
    return set(at.holder(node).run("sh", "-c", listed).split())


def _programs(at, node):
    """Of pods: each has its shim, which is not among the programs of a node without pods."""
    return set(at.holder(node).run("sh", "-c", "pgrep -fa '[c]ontainerd-shim|[a]gnhost' || true").splitlines())


BY_NODE = {"flows": _flows, "interfaces": _interfaces, "veths": _veths, "zones": _zones,
           "connections in zones of nobody": _strays, "files": _files, "programs": _programs}
