"""The lab's Mininet nodes: a Pod, an OvsNode with an Open vSwitch of its own, and the Underlay that joins nodes."""

import os
import subprocess
from pathlib import Path

from mininet.node import Host, Node, Switch

from .settings import LabError
from .state import kill, remove_namespace

HEDDLE = Path(__file__).resolve().parents[2] / "heddle"

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


class Pod(Named, Host):
    """A namespace with one interface, eth0, plugged into a node as device `device`."""

    node = None
    device = None
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


class OvsNode(Named, Switch):
    """A node: ovsdb-server and ovs-vswitchd (userspace datapath) with their files in a directory of their own.

    br-phy holds the underlay's device and the tunnel address, because a userspace datapath sends tunnel packets
    through its own route lookup and only out of a bridge of its own. br-int is the controller's to make.
    """

    number = 0
    programs = None
    standalone = False
    controller = None
    crashes = 0

    @property
    def address(self):
        return self.params["settings"].node_address(self.number)

    @property
    def phy_mac(self):
        """MAC address of br-phy, and so of this node's tunnels."""
        return f"02:01:00:00:{self.number >> 8:02x}:{self.number & 255:02x}"

    @property
    def directory(self):
        return self.params["settings"].node_directory(self.name)

    def variables(self):
        return self.programs.variables(self.directory) if self.programs else {}

    def ovs(self, *argv, what=None):
        """Runs an Open vSwitch program of this node's version against this node's switch."""
        return run(["nsenter", f"--net={self.params['path']}", *argv],
                   what or f"{self.name}: {' '.join(argv)}", env=self.environment())

    def boot(self, number, programs):
        """Starts the switch and puts `underlay0`, which must be here already, and the tunnel address on br-phy."""
        self.number, self.programs = number, programs
        for name, value in self.variables().items():
            self.cmd(f"export {name}='{value}'")
        directory = self.directory
        directory.mkdir(parents=True, exist_ok=True)
        self.ovs("ovsdb-tool", "create", str(directory / "conf.db"), programs.schema)
        self.ovs("ovsdb-server", str(directory / "conf.db"), f"--remote=punix:{directory}/db.sock",
                 "--remote=db:Open_vSwitch,Open_vSwitch,manager_options",
                 "--private-key=db:Open_vSwitch,SSL,private_key", "--certificate=db:Open_vSwitch,SSL,certificate",
                 "--ca-cert=db:Open_vSwitch,SSL,ca_cert", "--no-chdir", "--detach", "--pidfile",
                 f"--log-file={directory}/ovsdb-server.log", "-vconsole:off")
        # As ovs-ctl does on a real node: the switch itself does not say its version in the database.
        version = self.ovs("ovs-vswitchd", "--version").splitlines()[0].split()[-1]
        self.ovs("ovs-vsctl", "--no-wait", "init", "--", "set", "Open_vSwitch", ".", f"ovs_version={version}",
                 f"external_ids:system-id={self.name}", f"external_ids:hostname={self.name}",
                 f"external_ids:heddle-encap-ip={self.address}", "external_ids:heddle-datapath-type=netdev")
        self._start_switch()
        # arp off: else the kernel answers for br-phy's address on underlay0 as well, with the wrong MAC address.
        self.sh(f"ethtool -K underlay0 tx off >/dev/null; ip link set underlay0 arp off mtu {UNDERLAY_MTU} up")
        self.ovs("ovs-vsctl", "--timeout=20", "add-br", "br-phy", "--", "set", "Bridge", "br-phy",
                 "datapath_type=netdev", "fail_mode=standalone", f'other-config:hwaddr="{self.phy_mac}"',
                 "--", "add-port", "br-phy", "underlay0")
        self._raise_phy()

    def _start_switch(self):
        directory = self.directory
        # The priority that Debian's own start script gives it (ovs-ctl(8), --ovs-vswitchd-priority): nodes of a lab
        # share the cores of one machine with the controller, and packets must not wait for its compilers.
        self.ovs("nice", "-n", "-10", "ovs-vswitchd", f"unix:{directory}/db.sock", "--no-chdir", "--detach", "--pidfile",
                 f"--log-file={directory}/ovs-vswitchd.log", "-vconsole:off")

    def _raise_phy(self):
        prefix = self.params["settings"].underlay.prefixlen
        self.sh(f"ip addr replace {self.address}/{prefix} dev br-phy; ip link set br-phy up")

    def crash_switch(self):
        """Kills ovs-vswitchd and starts it anew: flows and datapath are gone, database and devices stay."""
        kill(int((self.directory / "ovs-vswitchd.pid").read_text()))
        self._start_switch()
        # ovs-vsctl waits until the new process has applied this change, and with it all that stands before it.
        self.crashes += 1
        self.ovs("ovs-vsctl", "--timeout=20", "set", "Open_vSwitch", ".", f"external_ids:lab-crashes={self.crashes}")
        self._raise_phy()

    def join(self, controller):
        """Points the switch at its controller(s): addresses, or whole OVSDB targets, separated by commas."""
        settings = self.params["settings"]
        protocol = "ssl" if settings.pki else "tcp"
        targets = [c if ":" in c else f"{protocol}:{c}:{settings.ovsdb_port}" for c in controller.split(",")]
        if any(t.startswith("ssl:") for t in targets):
            self.show_certificate()
        self.ovs("ovs-vsctl", "--no-wait", "set-manager", *targets, "--", "set", "Open_vSwitch", ".",
                 f"external_ids:heddle-encap-ip={self.address}", f"external_ids:system-id={self.name}",
                 "external_ids:heddle-datapath-type=netdev")
        self.controller, self.standalone = controller, False

    def show_certificate(self):
        """Has the node prove who it is, with a certificate made now if it has none."""
        pki = self.params["settings"].pki
        if not pki:
            raise LabError("a controller at ssl:... needs certificates: use the script heddle, without HEDDLE_TLS=off")
        directory = pki / "nodes" / self.name
        if not (directory / "cert.pem").exists():
            run([str(HEDDLE), "pki", "node", self.name])
        self.ovs("ovs-vsctl", "--no-wait", "set-ssl",
                 *(str(directory / file) for file in ("privkey.pem", "cert.pem", "cacert.pem")))

    def stand_alone(self):
        """Makes br-int an ordinary learning switch, for a lab without a controller."""
        self.ovs("ovs-vsctl", "--timeout=20", "--may-exist", "add-br", "br-int", "--", "set", "Bridge", "br-int",
                 "datapath_type=netdev", "fail_mode=standalone")
        self.standalone = True

    def wait_until(self, timeout, table, record, *conditions, otherwise):
        """Waits for a row that meets the conditions; LabError with the sentence `otherwise()` after `timeout` s."""
        try:
            self.ovs("ovs-vsctl", f"--timeout={timeout}", "wait-until", table, record, *conditions)
        except LabError as error:
            # ovs-vsctl ends its wait by the alarm signal; anything else is a failure of its own.
            if "Alarm clock" not in str(error) and "exit code -14" not in str(error):
                raise
            raise LabError(otherwise()) from None

    def wait_bridge(self, timeout):
        """Waits until br-int exists; the controller makes it when the node has joined."""
        self.wait_until(timeout, "Bridge", "br-int", otherwise=lambda: (
            f"{self.name} has no br-int after {timeout} s: is a controller running at {self.controller}?"))

    def add_port(self, device, port):
        self.ovs("ovs-vsctl", "--timeout=20", "--may-exist", "add-port", "br-int", device, "--", "set", "Interface",
                 device, f"external_ids:iface-id={port}")

    def del_port(self, device):
        self.ovs("ovs-vsctl", "--timeout=20", "--if-exists", "del-port", device)

    def wait_installed(self, device, port, timeout):
        """Waits until the controller answered that the port works; else says what it answered instead."""
        self.wait_until(timeout, "Interface", device, "external_ids:heddle-installed=true", otherwise=lambda: (
            f"port {port} on {self.name} was not installed within {timeout} s: "
            + self.external_ids(device).get("heddle-condition", "the controller said nothing")))

    def external_ids(self, device):
        """The external_ids of an interface, as a dict; {} if there is no such interface."""
        try:
            text = self.ovs("ovs-vsctl", "--timeout=5", "get", "Interface", device, "external_ids")
        except LabError:
            return {}
        return dict(item.split("=", 1) for item in _map_items(text))

    def manager_connected(self):
        text = self.ovs("ovs-vsctl", "--timeout=5", "--bare", "--columns=is_connected", "list", "Manager")
        return "true" in text.split()

    # What Mininet asks of a Switch.
    def start(self, controllers):
        """The switch runs since boot()."""

    def attach(self, intf):
        self.add_port(str(intf), str(intf))

    def detach(self, intf):
        self.del_port(str(intf))

    def connected(self):
        return self.standalone or self.manager_connected()

    def dpctl(self, *args):
        return self.ovs("ovs-ofctl", "-O", "OpenFlow13", *args[:1], "br-int", *args[1:])


def _map_items(text):
    """`{a=b, c="d e"}` as the strings `a=b`, `c=d e`: ovs-vsctl's way to print a map."""
    body = text.strip().removeprefix("{").removesuffix("}")
    if not body:
        return []
    items, quoted, start = [], False, 0
    for place, character in enumerate(body):
        if character == '"' and body[place - 1:place] != "\\":
            quoted = not quoted
        elif character == "," and not quoted:
            items.append(body[start:place])
            start = place + 1
    items.append(body[start:])
    return [i.strip().replace('"', "") for i in items]


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
