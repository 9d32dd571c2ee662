"""OVN: northbound and southbound databases, ovn-northd, and an ovn-controller on every node.

The client is one persistent JSON-RPC connection to the northbound database, as ovn-kubernetes has (no ovn-nbctl
start-up in the figures). Unix sockets, no TLS, one ovsdb-server per database, ovn-monitor-all=true.
"""

import os
import shutil
import signal

from ..sim import COMMON, end, pid_of, run
from ..wire import Jsonrpc



class Driver:
    name = "OVN"
    agent_restartable = True
    installed_key = "ovn-installed"

    def __init__(self, programs, base, loop, nodes):
        self.programs, self.loop, self.nodes = programs, loop, nodes
        self.directory = f"{base}/central"
        self.env = {f"{product}_{kind}DIR": self.directory for product in ("OVN", "OVS")
                    for kind in ("RUN", "LOG", "DB")}
        self.agents, self.pids = {}, {}
        self.nb = self.sb = None

    def version(self):
        return run(self.programs.path("ovn-northd"), "--version").split("\n")[0].replace("ovn-northd", "OVN")

    # Life cycle
    def _daemon(self, program, *arguments, directory=None, name=None, env=None):
        base = f"{directory or self.directory}/{name or program}"
        run(self.programs.path(program), *arguments, f"--pidfile={base}.pid", f"--log-file={base}.log",
            f"--unixctl={base}.ctl", *COMMON, env=env or self.env)
        return pid_of(f"{base}.pid")

    def _database(self, short):
        file = f"{self.directory}/{short}.db"
        run(self.programs.path("ovsdb-tool"), "create", file, self.programs.path(f"ovn-{short}.ovsschema"))
        self.pids[f"{short}-db"] = self._daemon(
            "ovsdb-server", file, f"--remote=punix:{self.directory}/{short}.sock", name=short)

    def start(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        self._database("nb")
        self._database("sb")
        self.nb = Jsonrpc(self.loop, f"{self.directory}/nb.sock", "OVN_Northbound")
        self.sb = Jsonrpc(self.loop, f"{self.directory}/sb.sock", "OVN_Southbound")
        self.nb.transact([{"op": "insert", "table": "NB_Global", "row": {"name": "bench"}}])
        self.hv_cfg = self.nb_cfg = 0
        self.nb.monitor("global", "NB_Global", ["hv_cfg"], self._on_global)
        self.start_central()
        for node in self.nodes:
            node.vsctl("set", "open_vswitch", ".", "external-ids:system-id=" + node.name,
                       "external-ids:hostname=" + node.name,
                       f"external-ids:ovn-remote=unix:{self.directory}/sb.sock",
                       "external-ids:ovn-encap-type=geneve", "external-ids:ovn-encap-ip=" + node.tunnel_address,
                       "external-ids:ovn-monitor-all=true", "external-ids:ovn-remote-probe-interval=0",
                       "external-ids:ovn-openflow-probe-interval=0")
            self.start_agent(node)

    def start_central(self):
        self.pids["central"] = self._daemon(
            "ovn-northd", f"--ovnnb-db=unix:{self.directory}/nb.sock", f"--ovnsb-db=unix:{self.directory}/sb.sock")

    def start_agent(self, node):
        self.agents[node.index] = self._daemon("ovn-controller", "unix:" + node.database, directory=node.directory,
                                               env=node.env)

    def kill_central(self):
        end(self.pids["central"], signal.SIGKILL)

    def kill_agent(self, node):
        end(self.agents[node.index], signal.SIGKILL)

    def stop(self):
        for pid in self.agents.values():
            end(pid)
        for connection in (self.nb, self.sb):
            if connection:
                connection.close()
        for pid in self.pids.values():
            end(pid)

    def processes(self):
        return {**{role: [pid] for role, pid in self.pids.items()}, "agent": list(self.agents.values())}

    # Whether everything is installed, by OVN's own account
    def _on_global(self, tables):
        for row in tables["NB_Global"].values():
            self.hv_cfg = row["new"].get("hv_cfg", self.hv_cfg)

    def sync_begin(self):
        self.nb_cfg += 1
        self.nb.transact([{"op": "update", "table": "NB_Global", "where": [], "row": {"nb_cfg": self.nb_cfg}}])

    def sync_done(self):
        return self.hv_cfg >= self.nb_cfg

    # Changes
    def load(self, topology):
        self.nb.transact([{"op": "insert", "table": "Logical_Switch", "row": {"name": name}}
                          for name in topology.switches])
        for i in range(0, len(topology.ports), 1000):
            self._add(topology.ports[i:i + 1000])

    def _add(self, ports):
        operations, by_switch = [], {}
        for i, port in enumerate(ports):
            addresses = f"{port.mac} {port.ip}"
            operations.append({"op": "insert", "table": "Logical_Switch_Port", "uuid-name": f"x{i}", "row": {
                "name": port.name, "addresses": addresses, "port_security": addresses}})
            by_switch.setdefault(port.switch, []).append(["named-uuid", f"x{i}"])
        for switch, rows in by_switch.items():
            operations.append({"op": "mutate", "table": "Logical_Switch", "where": [["name", "==", switch]],
                               "mutations": [["ports", "insert", ["set", rows]]]})
        self.nb.transact(operations)

    def add_port(self, port):
        self._add([port])

    def watch_ports(self, mark):
        """'up' is the northbound row; the others are OVN's own stages on the way."""
        def northbound(tables):
            for row in tables["Logical_Switch_Port"].values():
                if row.get("new", {}).get("up") is True:
                    mark(row["new"]["name"], "up")

        def southbound(tables):
            for row in tables["Port_Binding"].values():
                new = row.get("new")
                if new and "old" not in row:
                    mark(new["logical_port"], "sb-row")
                if new and new["chassis"] != ["set", []]:
                    mark(new["logical_port"], "claimed")
        self.nb.monitor("ports", "Logical_Switch_Port", ["name", "up"], northbound)
        self.sb.monitor("bindings", "Port_Binding", ["logical_port", "chassis", "up"], southbound)

    def unwatch(self):
        self.nb.call("monitor_cancel", ["ports"])
        self.sb.call("monitor_cancel", ["bindings"])

    def sent(self):
        """OVN does not say how many flow-mods it has sent."""
        return None

    def describe(self):
        rows = self.sb.transact([{"op": "select", "table": "Logical_Flow", "where": [], "columns": ["_uuid"]}])
        return {"logical_flows": len(rows[0]["rows"])}
