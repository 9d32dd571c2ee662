#!/usr/bin/env python3
"""Three ways to lay out "members of a group may be reached from a set of addresses on a port", on one Open vSwitch.

slots     what acl does: a port's groups and an address's sets are numbers in four registers each
classes   a number for each set of groups that occurs, and for each set of sets; a rule asks for all that hold its own
members   a conjunction over the members and the addresses themselves, in each rule

Counts flows, flow-mods of four changes (the difference of two whole sets of flows), megaflows after 4,000 connections of 200
clients, and measures the processor time of ovs-vswitchd per first packet: the median of seven rounds, layouts in turn. Prints JSON.
Dummy datapath, no root. HEDDLE_OVS_PATH and HEDDLE_OVS_SCHEMA choose another Open vSwitch.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

LOCAL, CLIENTS, CONNECTIONS, ROUNDS = 10, 200, 4000, 7


class Model:
    """`groups` by port number: the group every member is in, and others; `sets` by address likewise."""

    def __init__(self, rules, members, addresses, kinds):
        # Label sets that occur: members differ in `kinds` ways, so do addresses.
        self.ports = {n: frozenset({1, *([100 + n % kinds] if n % kinds else [])}) for n in range(1, members + 1)}
        self.addresses = {n: frozenset({1, *([100 + n % kinds] if n % kinds else [])}) for n in range(1, addresses + 1)}
        self.rules = list(range(1, rules + 1))

    @property
    def local(self):
        return [n for n in self.ports if n <= LOCAL or n > 1_000_000]


def address(n):
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def slots(m):
    """Table 0 writes a receiver's groups, table 1 a sender's sets, table 2 has the rules."""
    for n in m.local:
        groups = sorted(m.ports[n])
        yield f"table=0,priority=1,dl_dst={mac(n)}", ",".join(
            [f"set_field:{groups[0]}->reg0", *(f"set_field:{g}->reg1" for g in groups[1:]), "goto_table:1"])
    for n, sets in m.addresses.items():
        listed = sorted(sets)
        yield f"table=1,priority=1,ip,nw_src={address(n)}", ",".join(
            [f"set_field:{listed[0]}->reg4", *(f"set_field:{s}->reg5" for s in listed[1:]), "goto_table:2"])
    for r in m.rules:
        for slot in ("reg0=0x1/0xffff", "reg0=0x10000/0xffff0000", "reg1=0x1/0xffff", "reg1=0x10000/0xffff0000"):
            yield f"table=2,priority=5,tcp,tp_dst={1000 + r},{slot}", f"conjunction({r},1/2)"
        for slot in ("reg4=0x1/0xffff", "reg4=0x10000/0xffff0000", "reg5=0x1/0xffff", "reg5=0x10000/0xffff0000"):
            yield f"table=2,priority=5,tcp,{slot}", f"conjunction({','.join([str(r), '2/2'])})"
        yield f"table=2,priority=5,ip,conj_id={r}", "output:1"


def classes(m):
    known, senders = numbers(m.ports), numbers(m.addresses)
    for n in m.local:
        yield f"table=0,priority=1,dl_dst={mac(n)}", f"set_field:{known[m.ports[n]]}->reg0,goto_table:1"
    for n, sets in m.addresses.items():
        yield f"table=1,priority=1,ip,nw_src={address(n)}", f"set_field:{senders[sets]}->reg4,goto_table:2"
    for r in m.rules:
        for groups, number in known.items():
            if 1 in groups:
                yield f"table=2,priority=5,tcp,tp_dst={1000 + r},reg0={number}", f"conjunction({r},1/2)"
        for sets, number in senders.items():
            if 1 in sets:
                yield f"table=2,priority=5,tcp,reg4={number}", f"conjunction({r},2/2)"
        yield f"table=2,priority=5,ip,conj_id={r}", "output:1"


def members(m):
    yield "table=0,priority=1", "goto_table:2"
    for r in m.rules:
        for n in m.local:
            yield f"table=2,priority=5,tcp,tp_dst={1000 + r},dl_dst={mac(n)}", f"conjunction({r},1/2)"
        for n, sets in m.addresses.items():
            if 1 in sets:
                yield f"table=2,priority=5,tcp,nw_src={address(n)}", f"conjunction({r},2/2)"
        yield f"table=2,priority=5,ip,conj_id={r}", "output:1"


def numbers(of):
    found = {}
    for groups in of.values():
        found.setdefault(groups, len(found) + 1)
    return found


def mac(n):
    return f"0a:00:00:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"


def flows(layout, model):
    """By match: clauses of several rules for one match are one flow."""
    found = {}
    for match, actions in layout(model):
        found[match] = f"{found[match]},{actions}" if match in found and "conjunction" in actions else actions
    return found


def changes(layout, new):
    """Flow-mods of each change on this node, as the difference of what is there before and after it."""
    def cost(change):
        model = new()
        before = flows(layout, model)
        change(model)
        after = flows(layout, model)
        return sum(before.get(k) != after.get(k) for k in {*before, *after})

    far = 10_000
    return {
        "an address more in the set": cost(lambda m: m.addresses.update({far: frozenset({1})})),
        "a rule more": cost(lambda m: m.rules.append(len(m.rules) + 1)),
        "a member more, here": cost(lambda m: m.ports.update({1_000_001: frozenset({1})})),
        "a member more, elsewhere": cost(lambda m: m.ports.update({far: frozenset({1})})),
        "a member more, elsewhere, of labels nobody had": cost(lambda m: m.ports.update({far: frozenset({1, 999})})),
        "an address more, in sets no other is in": cost(lambda m: m.addresses.update({far: frozenset({1, 999})}))}


class Switch:
    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="layouts"))
        self.environment = {**os.environ, **{k: str(self.directory) for k in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR")},
                            "PATH": ":".join(filter(None, (os.environ.get("HEDDLE_OVS_PATH"), os.environ["PATH"], "/usr/sbin")))}
        schema = os.environ.get("HEDDLE_OVS_SCHEMA", "/usr/share/openvswitch/vswitch.ovsschema")
        self.socket = f"unix:{self.directory}/db.sock"
        self.run("ovsdb-tool", "create", f"{self.directory}/conf.db", schema)
        self.daemons = [self.start("ovsdb-server", f"--remote=p{self.socket}", f"{self.directory}/conf.db")]
        self.run("ovs-vsctl", "--retry", "--no-wait", f"--db={self.socket}", "init")
        self.daemons.append(self.start("ovs-vswitchd", "--enable-dummy=override", f"--unixctl={self.directory}/v.ctl",
                                       self.socket))
        self.run("ovs-vsctl", "--timeout=20", f"--db={self.socket}", "add-br", "br", "--", "set", "bridge", "br",
                 "datapath_type=dummy", "fail-mode=secure", "protocols=OpenFlow13",
                 *(w for p in (1, 2) for w in ("--", "add-port", "br", f"p{p}", "--", "set", "interface", f"p{p}",
                                               "type=dummy", f"ofport_request={p}")))

    def start(self, *command):
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)

    def run(self, *command, text=None):
        return subprocess.run(command, env=self.environment, input=text, capture_output=True, text=True, check=True,
                              timeout=300).stdout

    def appctl(self, *command):
        return self.run("ovs-appctl", "--timeout=60", "-t", f"{self.directory}/v.ctl", *command)

    def load(self, all_flows):
        bridge = f"unix:{self.directory}/br.mgmt"
        self.run("ovs-ofctl", "-O", "OpenFlow13", "--bundle", "replace-flows", bridge, "-",
                 text="\n".join(f"{match},actions={actions}" for match, actions in all_flows.items()))

    def cpu(self):
        """Seconds that ovs-vswitchd has computed."""
        fields = Path(f"/proc/{self.daemons[1].pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def first_packets(self, rules):
        """Processor time per first packet in microseconds, and the megaflows there are then."""
        self.appctl("revalidator/purge")
        packets = [
            f"in_port(2),eth(src=0a:ff:00:00:00:01,dst={mac(1 + n % LOCAL)}),eth_type(0x0800),"
            f"ipv4(src={address(1 + n % CLIENTS)},dst=10.255.0.1,proto=6,tos=0,ttl=64,frag=no),"
            f"tcp(src={20_000 + n},dst={1001 + n % rules}),tcp_flags(syn)" for n in range(CONNECTIONS)]
        before = self.cpu()
        for first in range(0, CONNECTIONS, 100):
            # Each batch finds an empty cache: every packet of it is a first packet.
            self.appctl("revalidator/purge")
            self.appctl("netdev-dummy/receive", "p2", *packets[first:first + 100])
        spent = (self.cpu() - before) / CONNECTIONS * 1e6
        self.appctl("revalidator/purge")
        for first in range(0, CONNECTIONS, 100):
            self.appctl("netdev-dummy/receive", "p2", *packets[first:first + 100])
        cached = len(re.findall(r"^.*eth_type", self.appctl("dpctl/dump-flows"), re.M))
        return spent, cached

    def close(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait(timeout=20)
        subprocess.run(["rm", "-rf", str(self.directory)], check=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rules", type=int, default=20)
    options.add_argument("--members", type=int, default=1000)
    options.add_argument("--addresses", type=int, default=1000)
    options.add_argument("--kinds", type=int, default=8, help="how many label sets occur")
    given = options.parse_args()
    layouts = {"slots": slots, "classes": classes, "members": members}

    def new():
        return Model(given.rules, given.members, given.addresses, given.kinds)

    found = {name: {"flows": len(flows(layout, new())), "flow-mods": changes(layout, new)} for name, layout in layouts.items()}
    switch = Switch()
    try:
        version = switch.run("ovs-vswitchd", "--version").split("\n")[0].rsplit(" ", 1)[1]
        spent, cached = {name: [] for name in layouts}, {}
        for _ in range(ROUNDS):
            for name, layout in layouts.items():
                switch.load(flows(layout, new()))
                time_each, cached[name] = switch.first_packets(given.rules)
                spent[name].append(time_each)
        for name in layouts:
            found[name] |= {"megaflows": cached[name], "cpu_us_per_first_packet": round(statistics.median(spent[name]), 1)}
    finally:
        switch.close()
    print(json.dumps({"ovs": version, **vars(given), "local members": LOCAL, "clients": CLIENTS,
                      "connections": CONNECTIONS, "layouts": found}, indent=2))


if __name__ == "__main__":
    main()
