"""The lab itself: nodes, pods and the underlay, as one Mininet. One Lab owns one HEDDLE_LAB_DIR at a time."""

import os
import threading

from mininet.link import Link
from mininet.log import setLogLevel
from mininet.net import Mininet

from .documents import address_ok, mac_ok, name_ok
from .node import OvsNode
from .outside import OutsideWorld
from .parts import Pod, Underlay
from .programs import programs
from .settings import LabError, Settings
from .state import State, reap
from .trouble import Trouble
from .unixctl import appctl

MOST_NODES = 200


class Lab(Trouble, OutsideWorld):
    """A running lab. Use it as a context manager, or call close().

    Methods may be called from several threads: what changes the lab is done one at a time, waits are not.
    All raise LabError with a sentence when they cannot do what was asked.
    """

    def __init__(self, nodes=0, ovs="3.1", controller=None, standalone=False, settings=None, say=lambda text: None):
        self.settings = settings or Settings.from_environment()
        if os.geteuid():
            raise LabError("the lab makes network namespaces: run it as root")
        state = State(self.settings)
        owner = state.owner_alive()
        if owner and owner != os.getpid():
            raise LabError(f"a lab is running in {self.settings.directory} (process {owner})")
        reap(self.settings)  # what a predecessor that was killed has left
        self.state = State(self.settings)
        self.state.own(os.getpid())
        self.controller, self.standalone = self.settings.controller_address, False
        self._change = threading.RLock()
        self._devices = 0
        # Mininet's init() raises limits of the whole machine for good; the lab does not need them.
        Mininet.inited = True
        setLogLevel("warning")
        try:
            self.net = Mininet(build=False, controller=None, link=Link, listenPort=None)
            self.underlay = self.net.addSwitch("under", cls=Underlay, dpid="1", **self._own())
            self.underlay.raise_bridge()
            if nodes:
                self.up(nodes, ovs, controller, standalone, say)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _own(self):
        return {"settings": self.settings, "state": self.state}

    @property
    def nodes(self):
        return {n.name: n for n in self.net.switches if isinstance(n, OvsNode)}

    @property
    def pods(self):
        return {h.name: h for h in self.net.hosts if isinstance(h, Pod)}

    def up(self, count, ovs="3.1", controller=None, standalone=False, say=lambda text: None):
        """Makes nodes until there are `count`; those that exist stay, and follow a change of controller.

        A standalone lab stays one until a controller is named.
        """
        if not 1 <= count <= MOST_NODES:
            raise LabError(f"between 1 and {MOST_NODES} nodes, not {count}")
        if controller and standalone:
            raise LabError("--standalone means without a controller")
        with self._change:
            self.controller = controller or self.controller
            self.standalone = standalone or (self.standalone and not controller)
            fresh = []
            chosen = programs(ovs, say)
            for number in range(len(self.nodes) + 1, count + 1):
                say(f"node n{number} at {self.settings.node_address(number)}, Open vSwitch {ovs}")
                fresh.append(self._node(number, chosen))
            self.connect_outside(fresh)
            for node in self.nodes.values():
                if node.condition != "up":
                    continue
                if self.standalone:
                    node.stand_alone()
                elif node in fresh or node.standalone or (controller and node.controller != controller):
                    node.join(self.controller)
            if fresh:
                self.warm()

    def _node(self, number, chosen):
        name = f"n{number}"
        device = self.settings.node_device(number)
        node = self.net.addSwitch(name, cls=OvsNode, **self._own())
        try:
            if os.path.exists(f"/sys/class/net/{device}"):
                raise LabError(f"device {device} exists and is not this lab's: set HEDDLE_LAB_PREFIX")
            self.state.add("devices", device)
            self.net.addLink(node, self.underlay, intfName1="underlay0", intfName2=device,
                             addr1=f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}")
            self.underlay.plug(device)
            node.boot(number, chosen)
            node.sh(f"ping -q -c 1 -W 3 {self.settings.controller_address}", f"{name} does not reach the underlay")
        except BaseException:
            # Half a node would be taken for a whole one by the next `up`.
            self._drop_links(node)
            node.forget()
            self.net.switches.remove(node)
            del self.net.nameToNode[name]
            raise
        return node

    def _drop_links(self, node):
        for link in [k for k in self.net.links if node in (k.intf1.node, k.intf2.node)]:
            for intf in (link.intf1, link.intf2):
                intf.node.intfs.pop(intf.node.ports.pop(intf, None), None)
                intf.node.nameToIntf.pop(intf.name, None)
            self.net.links.remove(link)

    def warm(self):
        """Makes every node know every other's MAC address on the underlay; raises if a node is cut off from it.

        A userspace datapath drops what it would tunnel to a neighbour it has not asked for yet, and asks once a
        second: without this every first packet between two nodes comes a second late, which is the underlay's doing
        and not what a lab is to show. Entries age out after an hour without use, so this is repeated before a matrix.
        """
        nodes = list(self.nodes.values())
        for node in nodes:
            if node.condition != "up":
                continue  # nothing can be told to a node that is down; it is warmed when it starts
            appctl(node.directory, [["tnl/neigh/aging", "3600"]] + [
                ["tnl/neigh/set", "br-phy", other.address, other.phy_mac] for other in nodes if other is not node])

    def plug(self, port, node=None, mac=None, addresses=(), gateway=None, wait=True, timeout=30):
        """Makes a pod named as its port and plugs it into `node` (default: the node with fewest pods).

        addresses carry a prefix length. With `wait`, returns when the controller has answered that the port is
        installed (at once on a standalone node). Doing it again with the same values changes nothing.
        """
        name_ok(port)
        mac = mac_ok(mac) if mac else None
        addresses = tuple(address_ok(a) for a in addresses)
        with self._change:
            target = self._up(self._target(port, node).name)
        target.wait_bridge(timeout)
        with self._change:
            pod = self.pods.get(port)
            if pod and (pod.node != target.name or (mac and pod.mac != mac) or pod.addresses != addresses):
                self.unplug(port)
                pod = None
            if not pod:
                pod = self._pod(port, target, mac, addresses, gateway)
        if wait and not target.standalone:
            target.wait_installed(pod.device, port, timeout)
        return pod

    def _target(self, port, node):
        nodes = self.nodes
        if not nodes:
            raise LabError("the lab has no nodes: heddle lab up --nodes N")
        if node:
            return self._node_named(node)
        if port in self.pods:
            return nodes[self.pods[port].node]
        load = {name: 0 for name in nodes}
        for pod in self.pods.values():
            load[pod.node] += 1
        return nodes[min(load, key=load.get)]

    def _pod(self, port, target, mac, addresses, gateway):
        self._devices += 1
        pod = self.net.addHost(port, cls=Pod, ip=None, **self._own())
        pod.node, pod.device = target.name, f"pod{self._devices}"
        try:
            self.net.addLink(pod, target, intfName1="eth0", intfName2=pod.device,
                             **({"addr1": mac} if mac else {}))
            pod.configure(mac, addresses, gateway)
            target.sh(f"ethtool -K {pod.device} tx off >/dev/null; ip link set {pod.device} up")
            target.add_port(pod.device, port)
        except BaseException:
            self._remove(pod)
            raise
        return pod

    def unplug(self, port):
        """Takes the port off its switch and removes the pod with everything that runs in it."""
        with self._change:
            pod = self.pods.get(port)
            if not pod:
                raise LabError(f"there is no pod {port}")
            self._up(pod.node)
            self._remove(pod)

    def _remove(self, pod):
        self.nodes[pod.node].del_port(pod.device)
        self._drop_links(pod)
        pod.forget()
        self.net.hosts.remove(pod)
        del self.net.nameToNode[pod.name]

    def plug_all(self, ports, wait=True, timeout=30, say=lambda text: None):
        """Plugs documents.Port values: each at the node it asks for, else round robin; then waits for all."""
        ports, names = list(ports), list(self.nodes)
        homes = {p.name: p.node for p in ports}
        spread = 0
        for port in ports:
            if not homes[port.name] and port.name not in self.pods and names:
                homes[port.name] = names[spread % len(names)]
                spread += 1
        for port in ports:
            pod = self.plug(port.name, homes[port.name], port.mac, port.addresses, wait=False, timeout=timeout)
            say(f"pod {pod.name} on {pod.node}: {pod.mac} {' '.join(pod.addresses)}")
        if wait:
            for port in ports:
                pod = self.pods[port.name]
                if not self.nodes[pod.node].standalone:
                    self.nodes[pod.node].wait_installed(pod.device, port.name, timeout)

    def status(self):
        """The lab as plain data: what `heddle lab status -o json` prints."""
        nodes = [{"name": n.name, "address": n.address, "ovs": n.programs.version, "standalone": n.standalone,
                  "controller": None if n.standalone else n.controller, "connected": n.connected(),
                  "condition": n.condition, "cut_from": sorted(n.cut_from), "directory": str(n.directory), "environment": n.variables(),
                  "namespace": self.settings.namespace(n.name)} for n in self.nodes.values()]
        pods = [{"name": p.name, "node": p.node, "device": p.device, "mac": p.mac, "addresses": list(p.addresses),
                 "installed": self.nodes[p.node].external_ids(p.device).get("heddle-installed") == "true",
                 "namespace": self.settings.namespace(p.name)} for p in self.pods.values()]
        return {"directory": str(self.settings.directory), "bridge": self.settings.bridge,
                "underlay": str(self.settings.underlay), "controller": self.controller, "nodes": nodes, "pods": pods,
                "outside": self.outside_status()}

    def close(self):
        """Ends everything that runs in the lab and removes every trace of it."""
        with self._change:
            if hasattr(self, "net"):
                for node in self.net.hosts + self.net.switches:
                    node.terminate()
            reap(self.settings)
