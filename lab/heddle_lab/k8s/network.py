"""Which CNI plugins a node finds, and what they are told: CNIS by the name that `--cni` takes."""

import json
import os
from pathlib import Path

from ..settings import LabError

DEBIAN = Path("/usr/lib/cni")  # of containernetworking-plugins
HEDDLE = Path(__file__).resolve().parents[3] / "k8s-bridge/cni/target/heddle-cni"


def heddle_plugin():
    """The compiled plugin; HEDDLE_CNI names another one."""
    return Path(os.environ.get("HEDDLE_CNI") or HEDDLE)


def pod_subnet(number):
    """Of node `number`, for `bridge`; with Heddle the controller gives addresses."""
    return f"10.244.{number}.0/24"


CNIS = {"heddle": lambda: [heddle_plugin()], "bridge": lambda: [DEBIAN / "bridge", DEBIAN / "host-local"],
        "none": lambda: []}


def check_name(cni):
    """Raises LabError if there is no such choice."""
    if cni not in CNIS:
        raise LabError(f"no CNI {cni}: {', '.join(CNIS)}")


def check(cni):
    """Raises LabError if what the choice needs is not there."""
    for file in [DEBIAN / "loopback", *CNIS[cni]()]:
        if not os.access(file, os.X_OK):
            raise LabError(f"{file} is missing: heddle cni, or apt-get install containernetworking-plugins")


def configure(place, cni, name, number):
    """Writes a node's conf directory and links its plugins; nothing is left of an earlier choice."""
    directory = place.node(name) / "cni"
    for old in [*(directory / "bin").iterdir(), *(directory / "conf").iterdir()]:
        old.unlink()
    plugins = {"loopback": DEBIAN / "loopback"}  # containerd calls it for every pod
    if cni == "bridge":
        plugins.update({p: DEBIAN / p for p in ("bridge", "host-local")})
        _write(directory, "10-bridge.conflist", "bridge", {
            "type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True,
            "ipam": {"type": "host-local", "ranges": [[{"subnet": pod_subnet(number)}]],
                     "routes": [{"dst": "0.0.0.0/0"}]}})
    elif cni == "heddle":
        plugins["heddle-cni"] = heddle_plugin()
        _write(directory, "10-heddle.conflist", "pods", {
            "type": "heddle-cni", "ovsdb": f"unix:{place.settings.node_directory(name)}/db.sock", "bridge": "br-int",
            "gateway": "host"})
    for plugin, file in plugins.items():
        (directory / "bin" / plugin).symlink_to(file)


def start(place, cni, holder, nodes):
    """What a node has to do for its pods beside the plugin; nodes: {name: (number, address)}."""
    if cni == "bridge":
        routes = [f"ip route replace {pod_subnet(number)} via {address}"
                  for name, (number, address) in nodes.items() if name != holder.name]
        holder.run("sh", "-ec", "\n".join(["echo 1 >/proc/sys/net/ipv4/ip_forward", *routes]))
    elif cni == "heddle":
        # Ends when the node's port host.NODE is there and answered for; until then pods are refused.
        holder.start("heddle-cni-host", str(heddle_plugin()), "host", f"--iface-id=host.{holder.name}", "--masquerade",
                     "--timeout=1h", f"--ovsdb=unix:{place.settings.node_directory(holder.name)}/db.sock")


def _write(directory, file, name, plugin):
    # Not 1.1.0, with which containerd asks the plugin before it calls a node Ready: Heddle's is not until there is a controller,
    # and that starts behind the nodes. Debian's bridge does not know it either.
    (directory / "conf" / file).write_text(json.dumps({"cniVersion": "1.0.0", "name": name, "plugins": [plugin]}, indent=1))
