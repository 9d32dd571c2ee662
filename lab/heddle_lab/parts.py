"""The lab's Mininet nodes but for the switches: what has a namespace, a Pod, and the Underlay that joins nodes."""

import os
import subprocess
from pathlib import Path

from mininet.node import Host, Node, Switch

from .settings import LabError
from .state import remove_namespace

# Room for Geneve with options around a pod's 1500 bytes.
UNDERLAY_MTU = 1700


def run(argv, what=None, **options):
    """Runs a command; its output, or a LabError that carries what it said."""
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"{what or ' '.join(argv)}: {said or f'exit code {done.returncode}'}")
    return done.stdout.strip()


class Within(Node):
    """A Mininet node whose shell runs in the named network namespace `path` (a Mininet parameter).

    Mininet makes a nameless namespace and a mount namespace with it, and enters them by pid. That fails in a chroot,
    shows every process another set of mounts, and is gone with its shell. A name outlives its users, and
    `ip netns exec` knows it.
    """

    def startShell(self, mnopts=None):
        wanted, self.inNamespace = self.inNamespace, False  # else Mininet would ask for one more namespace
        super().startShell(mnopts)
        self.inNamespace = wanted

    def _popen(self, cmd, **params):
        if cmd[:2] == ["mnexec", "-da"]:
            cmd = ["mnexec", "-d", *cmd[3:]]  # Node.popen(): "-a PID" would enter by pid
        return super()._popen(["nsenter", f"--net={self.params['path']}", *cmd], **params)


class Named(Within):
    """A node with a namespace of its own. `settings` and `state` come as Mininet parameters."""

    def __init__(self, name, **params):
        path = params["settings"].namespace_path(name)
        super().__init__(name, **{**params, "path": path, "inNamespace": True})

    def startShell(self, mnopts=None):
        state, name = self.params["state"], self.params["path"].name
        if self.params["path"].exists():
            raise LabError(f"namespace {name} exists and is not this lab's: set HEDDLE_LAB_PREFIX")
        state.add("namespaces", name)
        run(["ip", "netns", "add", name])
        super().startShell(mnopts)
        state.add_process(self.pid)
        # Router solicitations and MLD reports of hundreds of interfaces would drown what is being watched.
        self.sh("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip link set lo up")

    def variables(self):
        """What commands run here find in their environment, beside the caller's."""
        return {}

    def environment(self):
        return {**os.environ, **self.variables()}

    def sh(self, script, what=None):
        """Runs a shell script in this namespace (only: mounts and processes are the machine's)."""
        return run(["nsenter", f"--net={self.params['path']}", "sh", "-ec", script], what or f"{self.name}: {script}",
                   env=self.environment())

    def forget(self):
        """Removes the namespace and everything in it."""
        state, name = self.params["state"], self.params["path"].name
        pid = self.pid
        self.terminate()
        remove_namespace(name)
        state.remove("namespaces", name)
        state.remove_process(pid)


class Guest(Named, Host):
    """A namespace with one interface, eth0."""

    mac = None
    addresses = ()

    def configure(self, mac, addresses, gateway=None):
        lines = ["ethtool -K eth0 tx off >/dev/null", "ip addr flush dev eth0", "ip link set eth0 down"]
        if mac:
            lines.append(f"ip link set eth0 address {mac}")
        if any(":" in a for a in addresses):
            lines.append("echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6")
        lines.append("ip link set eth0 up")
        lines += [f"ip addr add {a} dev eth0{' nodad' if ':' in a else ''}" for a in addresses]
        if gateway:
            lines.append(f"ip route replace default via {gateway}")
        self.sh("\n".join(lines), f"{self.name}: configuring eth0")
        self.mac = mac or self._own_mac()
        self.addresses = tuple(addresses)
        self.nameToIntf["eth0"].mac = self.mac
        for address in addresses:
            if ":" not in address:
                # So that Mininet's own `pingall` and `h1 ping h2` know the pod's address.
                self.nameToIntf["eth0"].ip, self.nameToIntf["eth0"].prefixLen = address.split("/")
                break

    def _own_mac(self):
        # /sys shows the namespace of its mounter, not of its reader: ask the kernel itself.
        return self.sh("ip -o link show eth0").split("link/ether ")[1].split()[0]


class Pod(Guest):
    """A guest plugged into the node named `node` as device `device`."""

    node = None
    device = None


class Underlay(Switch):
    """A bridge in the root namespace, where the nodes' underlay devices and a controller on this machine meet."""

    def raise_bridge(self):
        settings, state = self.params["settings"], self.params["state"]
        bridge = settings.bridge
        if Path(f"/sys/class/net/{bridge}").exists():
            raise LabError(f"device {bridge} exists and is not this lab's: set HEDDLE_LAB_PREFIX")
        taken = run(["ip", "-o", "addr", "show", "to", str(settings.underlay)])
        if taken:
            raise LabError(f"{settings.underlay} is in use ({' '.join(taken.split()[1:4])}): set HEDDLE_LAB_UNDERLAY")
        state.add("devices", bridge)
        run(["ip", "link", "add", bridge, "type", "bridge", "stp_state", "0", "mcast_snooping", "0"])
        Path(f"/proc/sys/net/ipv6/conf/{bridge}/disable_ipv6").write_text("1")
        run(["ip", "link", "set", bridge, "mtu", str(UNDERLAY_MTU), "up"])
        # A userspace switch gets packets without their checksums filled in unless the sender is told not to offload.
        run(["ethtool", "-K", bridge, "tx", "off"])
        run(["ip", "addr", "add", f"{settings.controller_address}/{settings.underlay.prefixlen}", "dev", bridge])

    def plug(self, device):
        run(["ethtool", "-K", device, "tx", "off"])
        Path(f"/proc/sys/net/ipv6/conf/{device}/disable_ipv6").write_text("1")
        run(["ip", "link", "set", device, "master", self.params["settings"].bridge, "mtu", str(UNDERLAY_MTU), "up"])

    def start(self, controllers):
        """The bridge works since raise_bridge()."""

    def startShell(self, mnopts=None):
        super().startShell(mnopts)
        self.params["state"].add_process(self.pid)
