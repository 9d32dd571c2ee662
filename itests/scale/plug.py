"""The floor of S1: how long ovs-vswitchd alone takes to give a new port its number."""

from .rig import median, now
from .scenario import tenant_port
from .sim import Node, cpu
from .wire import Jsonrpc, Loop


def floor(programs, base, size, events=20):
    """On a node that has `size` ports already and no control plane."""
    loop, node = Loop(), Node(programs, base + "/plug", 0)
    try:
        node.start()
        connection = Jsonrpc(loop, node.database, "Open_vSwitch")
        ports = [tenant_port(0, k, 0) for k in range(size)]
        for i in range(0, size, 250):
            connection.transact(node.plug_operations(connection, ports[i:i + 250]))
        if ports:
            node.vsctl("wait-until", "interface", ports[-1].name, "ofport>0")
        seen = {}

        def update(tables):
            for row in tables["Interface"].values():
                if isinstance(row.get("new", {}).get("ofport"), int):
                    seen.setdefault(row["new"]["name"], now())
        connection.monitor("interfaces", "Interface", ["name", "ofport"], update)
        loop.run(2)
        waits, before = [], cpu(node.switch_pid)
        for port in (tenant_port(0, 20000 + k, 0) for k in range(events)):
            began = now()
            connection.transact(node.plug_operations(connection, [port]))
            if not loop.until(lambda: port.name in seen, 30):
                raise RuntimeError(f"{port.name} has no number after 30 s")
            waits.append((seen[port.name] - began) * 1000)
            loop.run(0.3)
        return {"ports_on_node": size, "median_ms": median(waits),
                "vswitchd_cpu_ms": round(1000 * (cpu(node.switch_pid) - before) / events, 1)}
    finally:
        node.stop()
