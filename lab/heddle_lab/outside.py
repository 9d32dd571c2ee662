"""The world outside: physical networks with VLANs that the nodes are connected to, and machines there. Part of Lab.

A physical network is a bridge of one more Open vSwitch, in the namespace `outside`: trunks to the nodes, an access port
for each machine. (A kernel without VLAN devices and without VLAN filtering in its bridges would do.) A node meets the
network at a bridge br-NETWORK of its own and says so in heddle-bridge-mappings, as an operator would.
"""

import re

from .documents import address_ok, mac_ok, name_ok
from .parts import Guest
from .programs import programs
from .settings import LabError
from .switch import OpenVSwitch

SPACE = "outside"


class Machine(Guest):
    """A guest outside: on VLAN `tag` of physical network `network`, 0 for frames without a tag."""

    network = None
    tag = 0


class World(OpenVSwitch):
    """The switch of all physical networks."""

    def bridge(self, network):
        """Makes the bridge of a physical network, unless it is there."""
        self.ovs("ovs-vsctl", "--timeout=20", "--may-exist", "add-br", network, "--", "set", "Bridge", network,
                 "datapath_type=netdev", "fail_mode=standalone")

    def port(self, network, device, *columns):
        self.sh(f"ethtool -K {device} tx off >/dev/null; ip link set {device} up")
        self.ovs("ovs-vsctl", "--timeout=20", "add-port", network, device, *columns)

    def start(self, controllers):
        """It runs since boot_daemons()."""


class OutsideWorld:
    """The methods of a Lab that make and remove machines outside."""

    @property
    def machines(self):
        return {h.name: h for h in self.net.hosts if isinstance(h, Machine)}

    def outside(self, name, network="physnet1", tag=0, addresses=(), mac=None):
        """A machine on VLAN `tag` (0: none) of a physical network; the first one connects all nodes to it.

        addresses carry a prefix length. Doing it again with other values replaces the machine.
        """
        if name_ok(name) in self.pods:
            raise LabError(f"{name!r} is taken")
        if not re.fullmatch(r"[a-z][a-z0-9]{0,7}", network):
            raise LabError(f"{network!r} cannot name a physical network here: 1-8 lower-case letters and digits")
        if not 0 <= tag <= 4094:
            raise LabError(f"a VLAN is 0 (none) to 4094, not {tag}")
        addresses, mac = tuple(address_ok(a) for a in addresses), mac_ok(mac) if mac else None
        with self._change:
            if name in self.machines:
                self.remove_machine(name)
            world = self._world()
            if network not in self._networks:
                world.bridge(network)
                self._networks.append(network)
                self.connect_outside(self.nodes.values())
            return self._machine(world, name, network, tag, addresses, mac)

    def _world(self):
        if not hasattr(self, "world"):
            self._networks, self._outside_ports = [], 0
            self.world = self.net.addSwitch(SPACE, cls=World, dpid="2", **self._own())
            self.world.boot_daemons(programs("3.1", lambda text: None))
        return self.world

    def connect_outside(self, nodes):
        """Connects nodes to every physical network there is."""
        for network in getattr(self, "_networks", ()):
            for node in nodes:
                self._up(node.name)
                trunk = f"{network}-{node.name}"
                self.net.addLink(node, self.world, intfName1=network, intfName2=trunk)
                node.sh(f"ethtool -K {network} tx off >/dev/null; ip link set {network} up")
                node.ovs("ovs-vsctl", "--timeout=20", "add-br", f"br-{network}", "--", "set", "Bridge",
                         f"br-{network}", "datapath_type=netdev", "fail_mode=standalone",
                         "--", "add-port", f"br-{network}", network)
                self.world.port(network, trunk)
                node.map_bridges({n: f"br-{n}" for n in self._networks})

    def _machine(self, world, name, network, tag, addresses, mac):
        self._outside_ports += 1
        device = f"m{self._outside_ports}"
        machine = self.net.addHost(name, cls=Machine, ip=None, **self._own())
        machine.network, machine.tag, machine.device = network, tag, device
        try:
            self.net.addLink(machine, world, intfName1="eth0", intfName2=device, **({"addr1": mac} if mac else {}))
            machine.configure(mac, addresses)
            # Without a tag the machine shares the trunks' native VLAN: what a node sends untagged.
            world.port(network, device, *([f"tag={tag}"] if tag else ["--", "set", "Port", device, "vlan_mode=access"]))
        except BaseException:
            self._drop(machine)
            raise
        return machine

    def remove_machine(self, name):
        """Removes a machine outside; the physical network stays."""
        with self._change:
            if name not in self.machines:
                raise LabError(f"there is no machine {name} outside")
            self._drop(self.machines[name])

    def _drop(self, machine):
        self.world.ovs("ovs-vsctl", "--timeout=20", "--if-exists", "del-port", machine.device)
        self._drop_links(machine)
        machine.forget()
        self.net.hosts.remove(machine)
        del self.net.nameToNode[machine.name]

    def outside_status(self):
        return [{"name": m.name, "network": m.network, "tag": m.tag, "mac": m.mac, "addresses": list(m.addresses),
                 "namespace": self.settings.namespace(m.name)} for m in self.machines.values()]
