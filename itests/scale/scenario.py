"""What is measured, as plain data, with no word about who realises it: drivers/*.py turn it into calls."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True)
class Port:
    """node: index of the one that hosts it."""

    name: str
    switch: str
    mac: str
    ip: str
    node: int


@dataclass(frozen=True)
class Topology:
    name: str
    nodes: int
    switches: tuple
    ports: tuple


def tenant_port(tenant, k, node):
    """k-th port of a tenant: every tenant uses the same addresses and MACs."""
    ip = ip_address("10.0.0.16") + k
    mac = "0a:58:" + ":".join(f"{byte:02x}" for byte in ip.packed)
    return Port(f"t-{tenant}-{k}", f"tenant{tenant}", mac, str(ip), node)


def tenants(nodes, ports, size=100):
    """Pure L2: a switch per `size` ports, each spread evenly over all nodes; addresses of tenants overlap."""
    return Topology("tenants", nodes, tuple(f"tenant{n}" for n in range((ports + size - 1) // size)),
                    tuple(tenant_port(k // size, k % size, k % nodes) for k in range(ports)))


def new_ports(topology, count):
    """Ports to add one by one once `topology` is up, round robin over switches and nodes."""
    return [tenant_port(i % len(topology.switches), 20000 + i, i % topology.nodes) for i in range(count)]


TOPOLOGIES = {"tenants": tenants}
