"""The scenarios, run for one control plane on one set of nodes. Times are seconds unless a name says otherwise."""

import os
import statistics
import time

from .scenario import new_ports
from .sim import Node, cpu, machine_busy, rss
from .wire import FlowWatch, Jsonrpc, Loop

now = time.monotonic


def median(values, digits=1):
    values = [v for v in values if v is not None]
    return round(statistics.median(values), digits) if values else None


class Meter:
    """CPU by role between two instants, and how busy everybody else was meanwhile."""

    def __init__(self, rig):
        self.rig, self.began = rig, now()
        self.before, self.busy = self._read(), machine_busy()

    def _read(self):
        processes = {**self.rig.driver.processes(), "vswitchd": [n.switch_pid for n in self.rig.nodes],
                     "node-db": [n.database_pid for n in self.rig.nodes]}
        used = {role: {pid: cpu(pid) for pid in pids} for role, pids in processes.items()}
        used["harness"] = {0: sum(os.times()[:4])}
        return used

    def stop(self, per=1):
        used = {role: [seconds - self.before.get(role, {}).get(pid, 0) for pid, seconds in pids.items()]
                for role, pids in self._read().items()}
        others = max(0.0, machine_busy() - self.busy - sum(map(sum, used.values())))
        out = {role: round(sum(seconds) / per, 4) for role, seconds in used.items()}
        for role in ("agent", "vswitchd"):
            if used.get(role):
                out[role + "-max"] = round(max(used[role]) / per, 4)
        out["others_pct_of_machine"] = round(100 * others / ((now() - self.began) * os.cpu_count()), 1)
        return out


class Rig:
    """Nodes and a control plane that is not started yet."""

    def __init__(self, driver, programs, base, topology):
        self.topology, self.loop = topology, Loop()
        self.nodes = [Node(programs, base, i) for i in range(topology.nodes)]
        self.driver = driver(programs, base, self.loop, self.nodes)
        self.connections = []

    def start(self):
        for node in self.nodes:
            node.start()
        self.connections = [Jsonrpc(self.loop, n.database, "Open_vSwitch") for n in self.nodes]

    def plug(self, ports):
        for node, connection in zip(self.nodes, self.connections):
            mine = [p for p in ports if p.node == node.index]
            for i in range(0, len(mine), 250):
                connection.transact(node.plug_operations(connection, mine[i:i + 250]))
            if mine:
                node.vsctl("wait-until", "interface", mine[-1].name, "ofport>0")

    def stop(self):
        try:
            self.driver.stop()
        finally:
            for node in self.nodes:
                node.stop()

    def flows(self):
        return [n.flows() for n in self.nodes]

    def settle(self, quiet=3.0, timeout=900):
        """Waits for the control plane's own "done" and for flow counts to stand still.

        Seconds to done, seconds to the last change of a count, the counts, how often "done" was asked for again: it
        can be lost (seen with OVN 23.03), so after 10 s without a change it is.
        """
        began = changed = polled = now()
        done, counts, again = None, None, 0
        self.driver.sync_begin()
        while now() - began < timeout:
            self.loop.run(0.3)
            if done is None and self.driver.sync_done():
                done = now() - began
            if done is not None or now() - polled > 2 or counts is None:
                fresh, polled = self.flows(), now()
                if fresh != counts:
                    counts, changed = fresh, now()
            if done is not None and now() - changed > quiet:
                return done, changed - began, counts, again
            if now() - changed > 10 + 30 * again:
                again += 1
                self.driver.sync_begin()
        raise RuntimeError(f"{self.driver.name} did not settle: {counts}")


def cold_start(rig):
    """S2: interfaces are there, the control plane runs on nothing; then all of the topology is sent."""
    rig.start()
    rig.plug(rig.topology.ports)
    rig.driver.start()
    rig.settle()
    messages = [n.messages() for n in rig.nodes]
    meter, began = Meter(rig), now()
    rig.driver.load(rig.topology)
    accepted = now() - began
    done, stable, counts, again = rig.settle()
    used = meter.stop()
    processes = rig.driver.processes()
    memory = {role: round(sum(map(rss, pids)), 1) for role, pids in processes.items()}
    return {"accepted_s": round(accepted, 2), "done_s": round(accepted + done, 2),
            "stable_s": round(accepted + stable, 2), "asked_again": again, "cpu_s": used,
            "flows_per_node": [min(counts), max(counts)],
            "messages_per_node": median([n.messages() - m for n, m in zip(rig.nodes, messages)], 0),
            "rss_mib": {**memory, "vswitchd": median([rss(n.switch_pid) for n in rig.nodes], 0)},
            **rig.driver.describe()}


def port_up(rig, count=20, quiet=0.5, timeout=120):
    """S1: one port more, `count` times: its document and its interface are sent at the same instant.

    An event ends when the port is up and no flow table has changed for `quiet` seconds.
    """
    marks = {}

    def mark(port, step):
        marks.setdefault(port, {}).setdefault(step, now())

    def interfaces(tables):
        for row in tables["Interface"].values():
            if [rig.driver.installed_key, "true"] in row.get("new", {}).get("external_ids", ["map", []])[1]:
                mark(row["new"]["name"], "installed")

    rig.driver.watch_ports(mark)
    for connection in rig.connections:
        connection.monitor("interfaces", "Interface", ["name", "external_ids"], interfaces)
    watches = [FlowWatch(rig.loop, n) for n in rig.nodes]
    rig.loop.run(1.0)
    rows, meter = [], Meter(rig)
    for port in new_ports(rig.topology, count):
        for watch in watches:
            watch.reset()
        began = now()
        node, connection = rig.nodes[port.node], rig.connections[port.node]
        # Whoever orders the port and whoever plugs it in act at the same moment.
        connection.send("transact", [connection.database, *node.plug_operations(connection, [port])])
        rig.driver.add_port(port)
        acked = now() - began
        up = rig.loop.until(lambda: "up" in marks.get(port.name, {}) and any(w.count for w in watches)
                            and now() - max(w.last for w in watches) > quiet, timeout)
        if not up:
            raise RuntimeError(f"{rig.driver.name}: {port.name} is not up after {timeout} s: {marks.get(port.name)}")
        last = [w.last for w in watches if w.count]
        home = watches[port.node]
        others = [w.last for w in watches if w is not home and w.count]
        rows.append({**{step: at - began for step, at in marks[port.name].items()}, "acked": acked,
                     "settled": max(last) - began,
                     "home_settled": home.last - began if home.count else None,
                     "others_settled": max(others) - began if others else None,
                     "nodes_changed": len(last), "flow_changes": sum(w.count for w in watches)})
    used = meter.stop(len(rows))
    for watch in watches:
        watch.close()
    rig.driver.unwatch()
    for connection in rig.connections:
        connection.call("monitor_cancel", ["interfaces"])
    counted = ("nodes_changed", "flow_changes")
    return {"events": len(rows), "cpu_s_per_event": used,
            "median_ms": {key: median([r[key] * 1000 for r in rows if r.get(key) is not None])
                          for key in sorted({k for r in rows for k in r} - set(counted))},
            "max_ms": {key: round(max(r[key] for r in rows) * 1000, 1) for key in ("up", "settled")},
            **{key: median([r[key] for r in rows]) for key in counted}}


def restarts(rig):
    """S4: kill -9, half a second, start: by what was killed."""
    found = {"central": _restart(rig, rig.driver.kill_central, rig.driver.start_central)}
    if rig.driver.agent_restartable:
        found["agents"] = _restart(rig, lambda: [rig.driver.kill_agent(n) for n in rig.nodes],
                                   lambda: [rig.driver.start_agent(n) for n in rig.nodes])
    return found


def _restart(rig, kill, start, timeout=120):
    watches = [FlowWatch(rig.loop, n) for n in rig.nodes]
    rig.loop.run(1.0)
    messages, full = [n.messages() for n in rig.nodes], rig.flows()
    lowest, gap, polls, done = list(full), None, 0, None
    kill()
    rig.loop.run(0.5)
    meter, began = Meter(rig), now()
    start()
    rig.driver.sync_begin()
    while done is None or now() - began < done + 2:
        rig.loop.run(0.25)  # asking costs the switches more than the restart does
        if done is None and rig.driver.sync_done():
            done = now() - began
        if now() - began > timeout:
            raise RuntimeError(f"{rig.driver.name} is not back after {timeout} s")
        counts = rig.flows()
        polls += 1
        lowest = [min(a, b) for a, b in zip(lowest, counts)]
        if any(a < b for a, b in zip(counts, full)):
            gap = (gap[0] if gap else now(), now())
    used = meter.stop()
    changes = sum(w.count for w in watches)
    for watch in watches:
        watch.close()
    after = [n.messages() for n in rig.nodes]
    return {"done_s": round(done, 2), "cpu_s": used, "flows_per_node": max(full),
            "lowest_flows_pct": round(100 * min(a / b for a, b in zip(lowest, full)), 1),
            "flows_missing_s": round(gap[1] - gap[0], 2) if gap else 0,
            "flow_changes": changes, "flow_mods": rig.driver.sent(),
            "messages_max_node": max(a - b for a, b in zip(after, messages)) - polls}
