"""heddle bench acl: TCP through stateful rules at both ends, from one node to another, beside OVN.

Each control plane has two nodes of its own: Open vSwitch with the userspace datapath in a network namespace, a veth
between them, pods in namespaces. Both stand all the time and are measured in turn. Figures are ours over OVN's. With --floor
a third pair of nodes holds eight flows made by hand: what nobody can be below who tracks at both ends.
"""

import argparse
import ctypes
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from system.installation import document

from .drivers import heddle, ovn
from .rig import Rig
from .scenario import Port, Topology
from .sim import Node, Programs, cpu, run

CLONE_NEWNET = 0x40000000
CONNECT = str(Path(__file__).with_name("connect.py"))
IPERF, SERVICE = 5201, 5202
TUNNEL = 65000  # the number that Heddle asks for
TOPOLOGY = Topology("policy", 2, ("s",), tuple(
    Port(name, "s", f"0a:58:0a:00:00:{n:02x}", f"10.0.0.{n}", node)
    for name, n, node in (("client", 16, 0), ("server", 17, 1))))


class NetworkNode(Node):
    """Both daemons in a namespace with two links: c0 to the control plane, u0 to the other node."""

    def __init__(self, programs, base, index, prefix, subnet):
        super().__init__(programs, base, index)
        self.namespace = f"{prefix}n{index}"
        self.control = f"198.19.{subnet + index}"
        self.controller = self.control + ".1"
        self.tunnel_address = f"172.31.{subnet}.{index + 1}"
        self.pods = []

    def start(self):
        inside = ("ip", "-n", self.namespace)
        run("ip", "netns", "add", self.namespace)
        run(*inside, "link", "set", "lo", "up")
        link = f"c-{self.namespace}"
        run(*inside, "link", "add", "c0", "type", "veth", "peer", "name", link, "netns", os.getpid())
        run("ip", "addr", "add", f"{self.control}.1/30", "dev", link)
        run("ip", "link", "set", link, "up")
        run(*inside, "addr", "add", f"{self.control}.2/30", "dev", "c0")
        run(*inside, "link", "set", "c0", "up")
        super().start()

    def command(self, program, *arguments):
        found = super().command(program, *arguments)
        if program not in ("ovsdb-server", "ovs-vswitchd"):
            return found
        dummies = ("--enable-dummy=override", "--disable-system")
        return ["ip", "netns", "exec", self.namespace, *(a for a in found if a not in dummies)]

    def underlay(self):
        """Behind br-phy, so that what is encapsulated never leaves the datapath's own way."""
        inside = ("ip", "-n", self.namespace)
        run(*inside, "link", "set", "u0", "up")
        self.vsctl("set", "Bridge", "br-int", "datapath_type=netdev", "--", "add-br", "br-phy", "--", "set", "Bridge",
                   "br-phy", "datapath_type=netdev", "fail-mode=standalone", "--", "add-port", "br-phy", "u0", "--",
                   "set", "Open_vSwitch", ".", "external-ids:heddle-datapath-type=netdev",
                   "external-ids:ovn-bridge-datapath-type=netdev")
        run(*inside, "addr", "add", self.tunnel_address + "/24", "dev", "br-phy")
        run(*inside, "link", "set", "br-phy", "mtu", "9000", "up")

    def pod(self, port):
        namespace = f"{self.namespace}-{port.name}"
        run("ip", "netns", "add", namespace)
        self.pods.append(namespace)
        inside = ("ip", "-n", namespace)
        run(*inside, "link", "add", "eth0", "address", port.mac, "type", "veth", "peer", "name", port.name, "netns",
            self.namespace)
        # The userspace datapath takes no packet whose checksum is still to be filled in.
        run("ip", "netns", "exec", namespace, "ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off")
        run(*inside, "addr", "add", port.ip + "/24", "dev", "eth0")
        run(*inside, "link", "set", "lo", "up")
        run(*inside, "link", "set", "eth0", "up")
        run("ip", "-n", self.namespace, "link", "set", port.name, "up")

    def appctl(self, *arguments):
        return run(*self.command("ovs-appctl", "--timeout=60", "-t", self.directory + "/vswitchd.ctl", *arguments))

    def stop(self):
        super().stop()
        for namespace in [*self.pods, self.namespace]:
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)


class PolicyRig(Rig):
    def __init__(self, driver, programs, base, prefix, subnet):
        super().__init__(driver, programs, base, TOPOLOGY)
        self.nodes = self.driver.nodes = [NetworkNode(programs, base, i, prefix, subnet) for i in range(2)]
        self.processes = []

    def start(self):
        super().start()
        a, b = self.nodes
        run("ip", "-n", a.namespace, "link", "add", "u0", "mtu", "9000", "type", "veth", "peer", "name", "u0", "mtu",
            "9000", "netns", b.namespace)
        for node in self.nodes:
            node.underlay()
        for port in TOPOLOGY.ports:
            self.nodes[port.node].pod(port)
        self.plug(TOPOLOGY.ports)
        self.driver.start()
        self.driver.load(TOPOLOGY)
        POLICY[self.driver.name](self.driver)
        self.settle(1.0)
        self.spawn("server", "iperf3", "-s", "-p", IPERF)
        assert self.spawn("server", "/usr/bin/python3", CONNECT, "serve", SERVICE).stdout.readline()
        self.client = self.spawn("client", "/usr/bin/python3", CONNECT, "connect", TOPOLOGY.ports[1].ip, SERVICE)

    def spawn(self, pod, *command):
        node = self.nodes[next(p.node for p in TOPOLOGY.ports if p.name == pod)]
        self.processes.append(subprocess.Popen(
            ["ip", "netns", "exec", f"{node.namespace}-{pod}", *map(str, command)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return self.processes[-1]

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait(10)
        super().stop()

    # Figures
    def connect(self):
        self.client.stdin.write("\n")
        self.client.stdin.flush()
        said = self.client.stdout.readline()
        if not said:
            raise RuntimeError(f"{self.driver.name}: no connection: {self.client.stderr.read()}")
        return float(said)

    def forget(self):
        """Takes what the datapaths have cached; connections are known on."""
        for node in self.nodes:
            node.appctl("revalidator/purge")

    def cached(self):
        return sum("actions:" in line for n in self.nodes for line in n.appctl("dpctl/dump-flows").splitlines())

    def measure(self, seconds, cold, connections):
        self.connect()
        firsts = []
        for _ in range(cold):
            self.forget()
            firsts.append(self.connect())
        self.forget()
        for _ in range(connections):
            self.connect()
        megaflows = self.cached()
        before = [cpu(n.switch_pid) for n in self.nodes]
        said = self.spawn("client", "iperf3", "-c", TOPOLOGY.ports[1].ip, "-p", IPERF, "-t", seconds, "-J")
        out = json.loads(said.communicate(timeout=seconds + 60)[0])
        self.processes.remove(said)
        if "sum_received" not in out.get("end", {}):
            raise RuntimeError(f"{self.driver.name}: iperf3: {out.get('error')}")
        got = out["end"]["sum_received"]
        used = sum(cpu(n.switch_pid) for n in self.nodes) - sum(before)
        return {"gbit_per_s": got["bits_per_second"] / 1e9, "cpu_s_per_gb": used / (got["bytes"] / 1e9),
                "first_packet_ms": statistics.median(firsts), "megaflows": megaflows}


class FloorRig(PolicyRig):
    """Tunnel and tracking, and nothing else: no network is looked up, no rule asked."""

    def start(self):
        super().start()
        self.driver.kill_central()  # the switches keep what they have
        for node, other in zip(self.nodes, reversed(self.nodes)):
            away = f"set_field:1->tun_id,set_field:{other.tunnel_address}->tun_dst,output:{TUNNEL}"
            flows = [("in_port=1,ip", "ct(zone=1,table=1)"), (f"in_port={TUNNEL},ip", "ct(zone=1,table=2)"),
                     ("in_port=1,arp", away), (f"in_port={TUNNEL},arp", "output:1"),
                     ("table=1,ct_state=+trk+new,ip", f"ct(commit,zone=1),{away}"),
                     ("table=1,ct_state=+trk+est,ip", away),
                     ("table=2,ct_state=+trk+new,ip", "ct(commit,zone=1),output:1"),
                     ("table=2,ct_state=+trk+est,ip", "output:1")]
            file = Path(node.directory, "floor.flows")
            file.write_text("".join(f"{match},actions={actions}\n" for match, actions in flows))
            run(*node.command("ovs-ofctl", "-O", "OpenFlow13", "replace-flows", f"unix:{node.directory}/br-int.mgmt", str(file)))


class FloorDriver(heddle.Driver):
    name = "Floor"


def policy_of_ovn(driver):
    rows = driver.nb.transact([{"op": "select", "table": "Logical_Switch_Port", "where": [], "columns": ["_uuid"]}])
    ports = [row["_uuid"] for row in rows[0]["rows"]]
    acls = [(way, priority, match, action) for way, own, end in (("to-lport", "outport", "src"),
                                                                ("from-lport", "inport", "dst"))
            for priority, match, action in (
                (1000, f"{own} == @sec && ip4", "drop"),
                (2000, f"{own} == @sec && ip4 && ip4.{end} == $friends", "allow-related"))]
    driver.nb.transact([
        {"op": "insert", "table": "Address_Set", "row": {
            "name": "friends", "addresses": ["set", [p.ip for p in TOPOLOGY.ports]]}},
        *({"op": "insert", "table": "ACL", "uuid-name": f"a{i}", "row": {
            "direction": way, "priority": priority, "match": match, "action": action}}
          for i, (way, priority, match, action) in enumerate(acls)),
        {"op": "insert", "table": "Port_Group", "row": {
            "name": "sec", "ports": ["set", ports], "acls": ["set", [["named-uuid", f"a{i}"] for i in range(len(acls))]]}}])


def policy_of_heddle(driver):
    run(heddle.ROOT / "heddle", "console", "feature:install heddle-acl", env=driver.env)

    def rule(way, priority, match, action):
        return document("Acl", f"{way}-{action}", {"appliesTo": {"portGroup": "sec"}, "direction": way,
                                                   "priority": priority, "match": match, "action": action})
    driver._put([
        document("PortGroup", "sec", {"ports": [p.name for p in TOPOLOGY.ports]}),
        document("AddressSet", "friends", {"addresses": [p.ip for p in TOPOLOGY.ports]}),
        *(rule(way, *of) for way, end in (("to", "src"), ("from", "dst"))
          for of in ((1000, "ip4", "drop"), (2000, f"ip4.{end} == $friends", "allow")))])


POLICY = {"OVN": policy_of_ovn, "Heddle": policy_of_heddle, "Floor": policy_of_heddle}
RATIOS = {"throughput_ratio": "gbit_per_s", "cpu_per_gb_ratio": "cpu_s_per_gb", "first_packet_ratio": "first_packet_ms",
          "megaflow_ratio": "megaflows"}


def ratios(median, name):
    return {ratio: round(median[name][key] / median["OVN"][key], 3) for ratio, key in RATIOS.items()}


def main(arguments):
    parser = argparse.ArgumentParser(prog="heddle bench acl")
    parser.add_argument("programs")
    parser.add_argument("--rounds", type=int, default=9, help="pairs, each ours beside OVN's")
    parser.add_argument("--seconds", type=int, default=3, help="of TCP in each")
    parser.add_argument("--cold", type=int, default=20, help="first packets in each")
    parser.add_argument("--connections", type=int, default=500, help="before cached flows are counted")
    parser.add_argument("--floor", action="store_true", help="also eight flows by hand that only track")
    parser.add_argument("--json", action="store_true", help="all figures, for programs")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # and leave nothing behind
    # All of it, the control planes too, in a network of its own: nothing of the machine's is touched.
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    run("ip", "link", "set", "lo", "up")
    programs = Programs(asked.programs)
    base, prefix = tempfile.mkdtemp(prefix="heddle-acl-"), f"ha{os.getpid() % 10000}"
    rigs = {}
    try:
        kinds = [(PolicyRig, ovn.Driver), (PolicyRig, heddle.Driver), *([(FloorRig, FloorDriver)] if asked.floor else [])]
        for i, (rig, driver) in enumerate(kinds):
            rigs[driver.name] = rig(driver, programs, f"{base}/{i}", f"{prefix}{i}", 10 * i)
            rigs[driver.name].driver.env.update(HEDDLE_OVSDB_ADDRESS="0.0.0.0", HEDDLE_OPENFLOW_ADDRESS="0.0.0.0")
            print(f"bench acl: {driver.name}", file=sys.stderr, flush=True)
            rigs[driver.name].start()
        runs = {name: [] for name in rigs}
        for number in range(asked.rounds):
            for name in sorted(rigs, reverse=number % 2 == 1):
                runs[name].append(rigs[name].measure(asked.seconds, asked.cold, asked.connections))
            print(f"bench acl: {number + 1} of {asked.rounds}", file=sys.stderr, flush=True)
    finally:
        for rig in rigs.values():
            rig.stop()
        shutil.rmtree(base, ignore_errors=True)
    median = {name: {key: statistics.median(r[key] for r in of) for key in of[0]} for name, of in runs.items()}
    found = {"ovs": programs.ovs_version(), "rounds": asked.rounds,
             **ratios(median, "Heddle"), **({"floor": ratios(median, "Floor")} if asked.floor else {}),
             "medians": median}
    print(json.dumps({**found, "runs": runs} if asked.json else found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
