"""A ring of switches with a host each, for Mininet: mn --custom examples/mininet_ring.py --topo ring,4 ..."""

from mininet.topo import Topo


class Ring(Topo):
    def build(self, count=4):
        switches = [self.addSwitch(f"s{n}") for n in range(1, count + 1)]
        for number, switch in enumerate(switches, 1):
            self.addLink(self.addHost(f"h{number}"), switch)
        for one, other in zip(switches, switches[1:] + switches[:1]):
            self.addLink(one, other)


topos = {"ring": Ring}
