"""The promises, one test each. Every test leaves the two tenants of the example as it found them."""

import json
import os
import random
import re

from . import standing
from .installation import EXAMPLE, Refused, await_none, changed, document
from .standing import EXAMPLE_PORTS, NODES, Promises, at, figures
from .traffic import Changes, Ping, Udp, unread

setUpModule = standing.begin

L2 = "dev.heddle.l2-switching"
RENDERER = "dev.heddle.openflow-renderer"
# Another seed is another history of the same test; it is printed with the figures.
SEED = int(os.environ.get("HEDDLE_TEST_SEED", "20240611"))
SWAPS = 5


class Tenants(Promises):
    def test_within_a_tenant_all_reach_all_and_across_none(self):
        found = at.matrix()
        figures["matrix"] = {"right": found["right"], "wrong": found["wrong"]}
        self.assertEqual((30, 0), (found["right"], found["wrong"]), found)

    def way_to_red_b(self):
        """The cookie of the one flow that leads to red-b's interface."""
        return next(c for (table, _), (c, _) in at.dump("n2").items()
                    if table == 76 and at.why(c) == {"LogicalPort/red-b"})

    def remove(self, cookie):
        at.node("n2", "ovs-ofctl", "-O", "OpenFlow13", "del-flows", "br-int", f"table=76,cookie={cookie}/-1")

    def test_one_flow_less_while_nobody_watches_is_seen_by_the_matrix_and_put_back_alone(self):
        cookie = self.way_to_red_b()
        # Traffic through that flow: the counters of lost packets must count these.
        traffic = {"udp": Udp(at, "red-a", "red-b", "10.0.0.12"), "ping": Ping(at, "red-a", "10.0.0.12")}
        self.addCleanup(at.heddle, "console", f"bundle:start {RENDERER}")
        at.heddle("console", f"bundle:stop {RENDERER}")
        self.remove(cookie)
        wrong = self.wrong()
        watches = {n: Changes(at, n) for n in NODES}
        # Nobody tells the controller; it compares when switches connect. The renderer counts from its own start.
        at.heddle("console", f"bundle:start {RENDERER}")
        self.as_before()
        sent, events = at.sent(), {n: w.stop() for n, w in watches.items()}
        lost = {kind: t.stop()["lost"] for kind, t in traffic.items()}
        figures["one flow removed while the renderer was away"] = {
            "packets lost meanwhile": lost, "cells wrong": len(wrong), "flow-mods to repair": sent,
            "changes the switches saw": events}
        # red-b's replies go out, but nothing comes in: its own requests stay without answer, too.
        self.assertEqual({("red-a", "red-b"), ("red-c", "red-b"), ("red-b", "red-a"), ("red-b", "red-c")}, set(wrong))
        self.assertGreater(lost["udp"], 500)
        self.assertGreater(lost["ping"], 20)
        self.assertEqual({"n1": 0, "n2": 1}, sent)
        self.assertEqual({"n1": 0, "n2": 1}, {n: len(e) for n, e in events.items()})
        self.assertEqual({}, self.wrong())

    def test_one_flow_less_behind_the_controllers_back_is_put_back_at_once_and_accounted_for(self):
        cookie, sent, drift = self.way_to_red_b(), at.sent(), self.drift()
        self.remove(cookie)
        await_none(lambda: self.drift()["healed"] != drift["healed"] + 1, 30, "n2 to say what was healed")
        self.as_before()
        at.barrier()
        mods = {n: at.sent()[n] - sent[n] for n in NODES}
        figures["one flow removed behind the controller's back"] = {"flow-mods": mods, "said": self.drift()}
        self.assertEqual(["placement LogicalPort/red-b: 1"], self.drift()["owners"])
        self.assertEqual({"n1": 0, "n2": 1}, mods)

    def drift(self):
        return at.get("nodes/n2")["status"]["drift"]

    def test_a_port_moved_to_the_other_tenant_is_seen_by_the_matrix(self):
        at.rest("PATCH", "logicalports/red-c", {"spec": {"switch": "tenant-blue"}})
        at.barrier()
        wrong = self.wrong()
        at.heddle("apply", "-f", str(EXAMPLE))
        self.as_before()
        figures["port in the wrong tenant"] = {"cells wrong": len(wrong)}
        self.assertIn(("red-a", "red-c"), wrong)
        # It has blue-c's addresses: what is meant for the one must not be answered by the other unnoticed.
        self.assertTrue({("blue-a", "red-c"), ("blue-a", "blue-c")} & set(wrong), wrong)
        self.assertEqual({}, self.wrong())


class Ports(Promises):
    def test_adding_and_removing_a_port_touches_its_flows_and_its_switch_only_and_loses_nothing(self):
        # The pod is there first and goes last: at every new or gone device of its namespace Open vSwitch reads the
        # routes of its tunnels anew, and now and then drops a packet of theirs, with any controller and with none.
        at.heddle("lab", "plug", "n1", "red-d", "--mac", "0a:00:00:00:00:14", "--ip", "10.0.0.14/24", "--no-wait")
        await_none(lambda: at.rest("GET", "bindings/n1--red-d")[0] != 200, 10, "the binding of red-d")
        at.barrier()
        pings = [Ping(at, pod, address) for pod in ("red-a", "blue-a") for address in ("10.0.0.12", "10.0.0.13")]
        watches = {n: Changes(at, n) for n in NODES}
        sent = [at.sent()]
        self.apply(document("LogicalPort", "red-d", {
            "switch": "tenant-red", "mac": "0a:00:00:00:00:14", "addresses": ["10.0.0.14"]}))
        at.realized("red-d")
        at.barrier()
        sent.append(at.sent())
        self.assertEqual(3, self.answered("red-d", "10.0.0.12"))
        new = changed(self.before, at.dumps())
        owners = {node: {key: at.why(cookies[-1]) for key, cookies in new[node].items()} for node in NODES}
        at.heddle("delete", "LogicalPort", "red-d")
        self.as_before()
        at.barrier()
        sent.append(at.sent())
        events = {n: len(w.stop()) for n, w in watches.items()}
        pinged = [p.stop() for p in pings]
        lost = sum(p["lost"] for p in pinged)
        at.heddle("lab", "unplug", "red-d")
        self.as_before()
        replication = {n: sum(o == {"LogicalSwitch/tenant-red"} for o in owners[n].values()) for n in NODES}
        figures["a port added and removed"] = {
            "ping packets": sum(p["sent"] for p in pinged), "ping packets lost": lost,
            "flow-mods added": {n: sent[1][n] - sent[0][n] for n in NODES},
            "flow-mods removed": {n: sent[2][n] - sent[1][n] for n in NODES},
            "flows changed": {n: len(new[n]) for n in NODES}, "of these replication": replication,
            "changes the switches saw": events}
        self.assertEqual(0, lost, pinged)
        for node in NODES:
            self.assertGreater(len(new[node]), 0)
            for key, objects in owners[node].items():
                self.assertIn(objects, [{"LogicalPort/red-d"}, {"LogicalSwitch/tenant-red"}], key)
                if objects == {"LogicalSwitch/tenant-red"}:
                    self.assertEqual(205, key[0], "only replication changes for a switch that has a port more")
            self.assertEqual(len(new[node]), sent[1][node] - sent[0][node])
            self.assertEqual(len(new[node]), sent[2][node] - sent[1][node])
            self.assertEqual(events[node], sent[2][node] - sent[0][node])

    def test_a_wrong_document_is_refused_with_field_and_sentence_and_nothing_of_it_is_done(self):
        port = {"switch": "tenant-red", "mac": "0a:00:00:00:00:77", "addresses": ["10.0.0.77"]}
        revision = at.get("ready")["revision"]
        for kind, change, field, word in (
                ("LogicalPort", {"addresses": ["10.0.0.300"]}, "spec.addresses[0]", "10.0.0.300"),
                ("LogicalPort", {"addresses": "10.0.0.7"}, "spec.addresses", "list"),
                ("LogicalPort", {"mac": "0a:00:00:00:00"}, "spec.mac", "MAC address"),
                ("LogicalPort", {"type": "vhost"}, "spec.type", "vif"),
                ("LogicalPort", {"enabled": "maybe"}, "spec.enabled", "true or false"),
                ("LogicalPort", {"colour": "blue"}, "spec.colour", "no such field"),
                ("LogicalPrt", {}, "kind", "LogicalPrt")):
            with self.subTest(kind=kind, change=change):
                with self.assertRaises(Refused) as refused:
                    self.apply(document("LogicalSwitch", "never", {}),
                               document(kind, "never", {**port, **change}))
                self.assertIn(field, str(refused.exception))
                self.assertIn(word, str(refused.exception))
                self.assertEqual(404, at.rest("GET", "logicalswitches/never")[0])
        self.assertEqual(revision, at.get("ready")["revision"])
        self.as_before()


class Console(Promises):
    def test_it_shows_the_network_the_nodes_and_the_stages(self):
        ports = at.heddle("console", "network:show LogicalPort")
        for port in EXAMPLE_PORTS:
            self.assertRegex(ports, rf"(?m)^{port} .*\byes\b")
        self.assertRegex(at.heddle("console", "network:show"), r"LogicalSwitch\s+2\b")
        nodes = at.heddle("console", "node:show")
        for node in NODES:
            self.assertRegex(nodes, rf"(?m)^{node} +198\.18\.\S+ +3\.1\.\d+ +yes +{len(self.before[node])}\b")
        self.assertEqual([(s["name"], s["feature"]) for s in at.get("stages")],
                         re.findall(r"(?m)^\d+ +(\S+) +(\S+)", at.heddle("console", "pipeline:show")))

    def test_the_cookie_of_a_flow_on_a_switch_names_the_object_behind_it(self):
        line = next(x for x in at.node("n2", "ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int").splitlines()
                    if "table=4," in x and "dl_src=0a:00:00:00:00:12" in x)
        said = at.heddle("console", "flow:why " + re.search(r"cookie=(0x[0-9a-f]+)", line)[1])
        self.assertRegex(said, r"object +LogicalPort/red-b\n")
        self.assertRegex(said, r"feature +l2\n")


class Swaps(Promises):
    """Leaving is not removing."""

    def test_l2_stopped_started_and_updated_under_traffic_loses_and_changes_nothing(self):
        watches, sent, arrivals = {n: Changes(at, n) for n in NODES}, at.sent(), self.arrivals()
        own = {s["name"] for s in at.get("stages") if s["feature"] == "l2"}
        self.assertLessEqual({"ADMIT", "ANSWER", "SWITCH", "REPLICATE"}, own)
        unread_before = unread(at, NODES)
        traffic = self.traffic()
        self.addCleanup(at.heddle, "console", f"bundle:start {L2}")  # also if what follows fails half-way
        for _ in range(SWAPS):
            at.heddle("console", f"bundle:stop {L2}")
            self.assertEqual(own, self.held())
            at.heddle("console", f"bundle:start {L2}")
            at.heddle("console", f"bundle:update {L2}")
        self.assertEqual(set(), self.held())
        swapped = self.ended(traffic)
        starved = unread(at, NODES) - unread_before
        at.barrier()
        events = {n: len(w.stop()) for n, w in watches.items()}
        mods = {n: at.sent()[n] - sent[n] for n in NODES}
        control = self.control(swapped["udp"]["sent"])
        figures["l2 swapped under traffic"] = {
            "swaps": 2 * SWAPS, "seconds": swapped["udp"]["seconds"], "flow-mods": mods,
            "changes the switches saw": events, "with swaps": swapped, "not read by a switch": starved,
            "control": control}
        self.assertEqual(2 * SWAPS, self.arrivals() - arrivals, "each swap brings l2 back once")
        self.assertEqual({"n1": 0, "n2": 0}, mods)
        self.assertEqual({"n1": 0, "n2": 0}, events)
        self.assertEqual(self.before, at.dumps())
        for kind in ("udp", "ping"):
            self.assertLessEqual(swapped[kind]["lost"], control[kind]["lost"] + starved, kind)

    def arrivals(self):
        """How often l2 has come since the controller was started first."""
        return (at.home / "run/data/log/heddle.log").read_text().count("feature l2 is here")

    def held(self):
        return set(re.findall(r"(?m)^\d+ +(\S+) +l2 +yes", at.heddle("console", "pipeline:show")))

    def traffic(self):
        return {"udp": Udp(at, "red-a", "red-b", "10.0.0.12"), "ping": Ping(at, "blue-a", "10.0.0.12")}

    def ended(self, traffic):
        return {kind: t.stop() for kind, t in traffic.items()}

    def control(self, packets):
        """The same traffic for the same time, and nothing is done."""
        traffic = self.traffic()
        traffic["udp"].wait(packets)
        return self.ended(traffic)

    def test_a_port_that_comes_while_l2_is_away_is_let_in_only_when_l2_is_back(self):
        at.heddle("console", f"bundle:stop {L2}")
        self.addCleanup(at.heddle, "console", f"bundle:start {L2}")
        sent = at.sent()
        self.apply(document("LogicalPort", "red-e", {
            "switch": "tenant-red", "mac": "0a:00:00:00:00:15", "addresses": ["10.0.0.15"]}))
        at.heddle("lab", "plug", "n2", "red-e", "--mac", "0a:00:00:00:00:15", "--ip", "10.0.0.15/24", "--no-wait")
        await_none(lambda: at.rest("GET", "bindings/n2--red-e")[0] != 200, 10, "the binding of red-e")
        at.confirmed()
        away = {"answered": self.answered("red-e", "10.0.0.12"), "others": self.answered("red-a", "10.0.0.12")}
        realized = next(c for c in at.get("logicalports/red-e")["status"]["conditions"] if c["type"] == "Realized")
        # The same is said on the interface, where a CNI plugin or a VM manager looks.
        device = next(p["device"] for p in json.loads(at.heddle("lab", "status", "-o", "json"))["pods"]
                      if p["name"] == "red-e")
        said = {"away": at.node("n2", "ovs-vsctl", "get", "Interface", device, "external_ids")}
        at.heddle("console", f"bundle:start {L2}")
        at.node("n2", "ovs-vsctl", "--timeout=10", "wait-until", "Interface", device,
                "external_ids:heddle-installed=true")
        at.realized("red-e")
        # Installed means in the tables. It is not yet enforced: the switch may drop by what it cached until it has
        # looked at all of that again, from its beginning: the first wait may end a round that began before.
        self.assertTrue(any(table == 4 and "0a:00:00:00:00:15" in match for table, match in at.dump("n2")))
        at.node("n2", "ovs-appctl", "revalidator/wait")
        at.node("n2", "ovs-appctl", "revalidator/wait")
        back = {"answered": self.answered("red-e", "10.0.0.12")}
        figures["a port while l2 is away"] = {
            "away": away, "condition": realized, "back": back, "flow-mods": {n: at.sent()[n] - sent[n] for n in NODES}}
        at.heddle("lab", "unplug", "red-e")
        at.heddle("delete", "LogicalPort", "red-e")
        self.as_before()
        self.assertEqual({"answered": 0, "others": 3}, away)
        self.assertEqual("False", realized["status"], realized)
        self.assertIn("l2 is away", realized["message"])
        self.assertIn("l2 is away", said["away"])
        self.assertEqual({"answered": 3}, back)


class Crashes(Promises):
    def test_a_controller_killed_after_random_changes_comes_back_as_it_was_and_sends_nothing(self):
        ports, pods = self.random_changes(random.Random(SEED), 50)
        model = at.model()
        realized = [n for n in (*EXAMPLE_PORTS, *ports) if self.is_realized(model[f"LogicalPort/{n}"])]
        flows = at.dumps()
        watches = {n: Changes(at, n) for n in NODES}
        pings = [Ping(at, "red-a", "10.0.0.12"), Ping(at, "blue-a", "10.0.0.12")]
        at.kill()
        self.addCleanup(at.start)
        [p.more() for p in pings]
        at.start()
        at.settled()
        at.realized(*realized)
        sent, again = at.sent(), at.model()
        at.barrier()
        later = at.sent()
        lost = [p.stop() for p in pings]
        events = {n: len(w.stop()) for n, w in watches.items()}
        figures["controller killed"] = {
            "seed": SEED, "random changes": 50, "ports left": len(ports), "pods plugged": len(pods),
            "objects": len(model), "keys": sum("key" in o["status"] for o in model.values()),
            "flows": {n: len(flows[n]) for n in NODES}, "ping packets": sum(p["sent"] for p in lost),
            "ping packets lost": sum(p["lost"] for p in lost), "flow-mods after restart": sent,
            "changes the switches saw": events}
        same = at.dumps()
        for name in pods:
            at.heddle("lab", "unplug", name)
        self.assertEqual(200, at.rest("POST", "transactions", [
            {"delete": {"kind": "LogicalPort", "name": n}} for n in ports] + [
            {"delete": {"kind": "LogicalSwitch", "name": "lot"}}])[0])
        self.as_before()
        self.assertEqual(model, again)
        self.assertEqual({"n1": 0, "n2": 0}, sent)
        self.assertEqual({"n1": 0, "n2": 0}, later)
        self.assertEqual({"n1": 0, "n2": 0}, events)
        self.assertEqual(flows, same)
        self.assertEqual(0, sum(p["lost"] for p in lost), lost)

    def is_realized(self, port):
        return any(c["type"] == "Realized" and c["status"] == "True" for c in port["status"]["conditions"])

    def random_changes(self, choose, count):
        """Adds and removes ports, some with pods; the names of the ports and of the pods that are there then."""
        self.apply(document("LogicalSwitch", "lot", {}))
        ports, pods = [], {}
        for number in range(count):
            if ports and choose.random() < 0.4:
                gone = ports.pop(choose.randrange(len(ports)))
                at.heddle("delete", "LogicalPort", gone)
                if gone in pods and choose.random() < 0.5:
                    at.heddle("lab", "unplug", gone)
                    del pods[gone]
                continue
            name, mac, ip = f"lot-{number}", f"0a:00:00:00:01:{number:02x}", f"10.0.0.{100 + number}"
            if choose.random() < 0.3:
                pods[name] = choose.choice(NODES)
                at.heddle("lab", "plug", pods[name], name, "--mac", mac, "--ip", f"{ip}/24", "--no-wait")
            self.apply(document("LogicalPort", name, {
                "switch": choose.choice(["tenant-red", "tenant-blue", "lot", "not-there"]), "mac": mac,
                "addresses": choose.choice([[ip], [ip, f"fd00::{number:x}"], []]),
                "portSecurity": choose.random() < 0.8, "enabled": choose.random() < 0.9}))
            ports.append(name)
        wanted = {f"{node}--{name}" for name, node in pods.items()}
        await_none(lambda: wanted ^ {b for b in (o["metadata"]["name"] for o in at.get("bindings")["items"])
                                     if "lot-" in b}, 20, "bindings of the plugged pods")
        at.barrier()
        return ports, pods

    def test_a_switch_that_crashed_gets_all_its_flows_back(self):
        sent = at.sent()
        at.heddle("lab", "crash", "n1")
        await_none(lambda: set(self.before["n1"]) ^ set(at.dump("n1")), 20, "the flows of n1")
        at.realized(*EXAMPLE_PORTS)
        at.barrier()
        figures["switch crashed"] = {"flows": len(self.before["n1"]),
                                     "flow-mods": {n: at.sent()[n] - sent[n] for n in NODES}}
        self.as_before()
        self.assertEqual({"n1": len(self.before["n1"]), "n2": 0}, {n: at.sent()[n] - sent[n] for n in NODES})
        self.assertEqual({}, self.wrong())
