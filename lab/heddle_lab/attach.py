"""The lab another process runs, seen as a Mininet: its nodes are shells in namespaces that exist already."""

from mininet.cli import CLI
from mininet.link import Intf, Link
from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.node import Host, Switch

from .client import ask
from .parts import Within
from .settings import Settings


class Attached(Within):
    """A shell of our own in a namespace of the lab; ending it leaves the namespace as it is."""

    def startShell(self, mnopts=None):
        super().startShell(mnopts)
        for name, value in self.params.get("environment", {}).items():
            self.cmd(f"export {name}='{value}'")


class AttachedPod(Attached, Host):
    """A pod of the running lab."""


class AttachedSwitch(Attached, Switch):
    """A node of the running lab, or its underlay."""

    def start(self, controllers):
        """It runs."""

    def connected(self):
        return True

    def dpctl(self, *args):
        return self.cmd("ovs-ofctl", "-O", "OpenFlow13", *args[:1], "br-int", *args[1:])


class ExistingLink(Link):
    """A veth pair that is there already."""

    @classmethod
    def makeIntfPair(cls, *_args, **_options):
        return None


class LabCLI(CLI):
    """Mininet's CLI; names of pods may hold '-' and '.'."""

    prompt = "heddle> "
    identchars = CLI.identchars + "-."


def attach(settings=None):
    """The running lab as a mininet.net.Mininet. End it with its stop(): that ends the shells, not the lab."""
    settings = settings or Settings.from_environment()
    status = ask(settings, "status")
    setLogLevel("output")  # so that the CLI shows what commands say, and no progress lines
    Mininet.inited = True  # see Lab
    net = Mininet(build=False, controller=None, link=ExistingLink, listenPort=None)
    for number, node in enumerate(status["nodes"], 1):
        switch = net.addSwitch(node["name"], cls=AttachedSwitch, inNamespace=True,
                               path=settings.namespace_path(node["name"]), dpid=f"{number:x}",
                               environment=node["environment"])
        switch.controlIntf = None
    for pod in status["pods"]:
        host = net.addHost(pod["name"], cls=AttachedPod, ip=None, path=settings.namespace_path(pod["name"]))
        link = net.addLink(host, net.get(pod["node"]), intfName1="eth0", intfName2=pod["device"], addr1=pod["mac"],
                           addr2=None, intf=_known)
        four = next((a for a in pod["addresses"] if ":" not in a), None)
        if four:
            link.intf1.ip, link.intf1.prefixLen = four.split("/")
    net.stop = lambda: [n.terminate() for n in net.hosts + net.switches]
    return net


def _known(name, node, link, mac=None, **params):
    """An Intf that is configured already: Mininet's own would set its address and state again."""
    intf = Intf.__new__(Intf)
    intf.node, intf.name, intf.link, intf.mac, intf.ip, intf.prefixLen = node, name, link, mac, None, None
    intf.params = params
    node.addIntf(intf, params.get("port"), moveIntfFn=lambda *_: None)
    return intf


def cli(settings):
    """Mininet's CLI on the running lab."""
    net = attach(settings)
    try:
        LabCLI(net)
    finally:
        net.stop()
