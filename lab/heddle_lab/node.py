"""A node of the lab: an Open vSwitch that joins a controller and reaches the other nodes."""

from pathlib import Path

from .parts import UNDERLAY_MTU, run
from .settings import LabError
from .switch import OpenVSwitch

HEDDLE = Path(__file__).resolve().parents[2] / "heddle"

# Marks the flows of br-phy that stand for a cut cable.
CUT = "0xc07"


class OvsNode(OpenVSwitch):
    """A node.

    br-phy holds the underlay's device and the tunnel address, because a userspace datapath sends tunnel packets
    through its own route lookup and only out of a bridge of its own. br-int is the controller's to make.
    """

    number = 0
    standalone = False
    controller = None
    cut_from = frozenset()

    @property
    def address(self):
        return self.params["settings"].node_address(self.number)

    @property
    def phy_mac(self):
        """MAC address of br-phy, and so of this node's tunnels."""
        return f"02:01:00:00:{self.number >> 8:02x}:{self.number & 255:02x}"

    def boot(self, number, programs):
        """Starts the switch and puts `underlay0`, which must be here already, and the tunnel address on br-phy."""
        self.number = number
        self.boot_daemons(programs, f"external_ids:heddle-encap-ip={self.address}",
                          "external_ids:heddle-datapath-type=netdev")
        # arp off: else the kernel answers for br-phy's address on underlay0 as well, with the wrong MAC address.
        self.sh(f"ethtool -K underlay0 tx off >/dev/null; ip link set underlay0 arp off mtu {UNDERLAY_MTU} up")
        self.ovs("ovs-vsctl", "--timeout=20", "add-br", "br-phy", "--", "set", "Bridge", "br-phy",
                 "datapath_type=netdev", "fail_mode=standalone", f'other-config:hwaddr="{self.phy_mac}"',
                 "--", "add-port", "br-phy", "underlay0")
        self._raise_phy()

    def _raise_phy(self):
        prefix = self.params["settings"].underlay.prefixlen
        self.sh(f"ip addr replace {self.address}/{prefix} dev br-phy; ip link set br-phy up")

    def start_daemons(self):
        fresh = super().start_daemons()
        if "vswitchd" in fresh:
            self.cut(self.cut_from)
            self._raise_phy()
        return fresh

    def cut(self, addresses):
        """From now on nothing passes the underlay between this node and these addresses; replaces what was cut."""
        self.ovs("ovs-ofctl", "del-flows", "br-phy", f"cookie={CUT}/-1")
        for address in addresses:
            for match in ("ip,nw_src", "ip,nw_dst", "arp,arp_spa", "arp,arp_tpa"):
                self.ovs("ovs-ofctl", "add-flow", "br-phy",
                         f"cookie={CUT},priority=65535,{match}={address},actions=drop")
        self.cut_from = frozenset(addresses)

    def map_bridges(self, bridges):
        """Says on which bridge the node meets each physical network; replaces what it said."""
        text = ",".join(f"{network}:{bridge}" for network, bridge in sorted(bridges.items()))
        self.ovs("ovs-vsctl", "--no-wait", "set", "Open_vSwitch", ".", f'external_ids:heddle-bridge-mappings="{text}"')

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
        """The external_ids of an interface, as a dict; {} if there is no such interface or no database."""
        if self.condition != "up":
            return {}
        try:
            text = self.ovs("ovs-vsctl", "--timeout=5", "get", "Interface", device, "external_ids")
        except LabError:
            return {}
        return dict(item.split("=", 1) for item in _map_items(text))

    def controller_addresses(self):
        """The IPv4 addresses its controllers are reached at."""
        targets = [] if self.standalone else (self.controller or "").split(",")
        return {t.split(":")[1] if ":" in t else t for t in targets if t}

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
        return self.condition == "up" and (self.standalone or self.manager_connected())

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
