"""Two builds of the acl bundle take each other's place while what rules allow and what they forbid is sent."""

import os

from . import standing
from .installation import await_none, document
from .standing import NODES, at, figures
from .swapping import Swapping, intruders, jar, removals
from .test_swap import CONNECTIONS, RATE, RED_A, RED_B, RED_C, ROUNDS, SWAPS
from .traffic import Changes, Intruder, Tcp, Udp, enlarge

# Rules beside those of the example.
RULES = 300 if os.environ.get("HEDDLE_TEST_ALL") else 40


def setUpModule():
    standing.begin()
    at.heddle("console", "feature:install heddle-acl")
    at.settled()


def rule(name, direction, priority, match, action):
    return document("Acl", name, {"appliesTo": {"portGroup": "red"}, "direction": direction, "priority": priority,
                                  "match": match, "action": action})


class Policy(Swapping):
    """red-a and red-c are on one node, red-b on the other."""

    bundle, feature, ports = "dev.heddle.acl-bundle", "acl", 0
    builds = {"other": jar("itests/swap-acl", "itests-swap-acl"), "shipped": jar("acl-bundle", "acl-bundle")}

    def crowd(self):
        allowed = "(ip4 && (udp.dst == {4000, %d} || tcp.dst == 4100))" % Intruder.HONEST
        objects = [
            document("PortGroup", "red", {"ports": ["red-a", "red-b", "red-c"]}),
            document("AddressSet", "reds", {"addresses": ["10.0.0.11", "10.0.0.12/31"]}),
            *(rule(f"{way}-rest", way, 1, "ip", "drop") for way in ("from", "to")),
            *(rule(f"{way}-allowed", way, 1000, f"{allowed} && ip4.{end} == $reds", "allow")
              for way, end in (("from", "dst"), ("to", "src"))),
            # Nobody sends what these are about.
            *(rule(f"idle-{n}", ("from", "to")[n % 2], 2 + n, f"udp.dst == {{{5000 + n}, {6000 + n}}} && ip4.src == $reds",
                   ("allow", "drop", "pass")[n % 3]) for n in range(RULES))]
        self.addCleanup(self.transact, removals(objects))
        self.transact(objects)

    def traffic(self):
        return {
            "udp": Udp(at, "red-a", "red-b", "10.0.0.12", rate=RATE),
            "tcp": Tcp(at, "red-b", "red-c", "10.0.0.13", rate=CONNECTIONS),
            # A port that no rule allows: to the other node, and to the neighbour on the same one.
            "intruder across": Intruder(at, "red-c", f"{RED_C},{RED_B}", [f"{RED_C},{RED_B}"], ["red-b"]),
            "intruder beside": Intruder(at, "red-a", f"{RED_A},{RED_C}", [f"{RED_A},{RED_C}"], ["red-c"])}

    def test_two_builds_of_acl_under_traffic_lose_nothing_open_nothing_and_send_the_difference_alone(self):
        self.assertGreater(enlarge(at, NODES), 8)
        self.swap("two builds of acl under traffic", ROUNDS, SWAPS)

    def test_a_controller_killed_while_builds_change_opens_nothing(self):
        """When it is killed one switch has begun to change; the other may have changed, or not begun."""
        self.addCleanup(self.update, "shipped")
        enlarge(at, NODES)
        other = self.flows_of("other")
        self.assertEqual(self.before, self.flows_of("shipped"))
        watch, traffic = Changes(at, NODES[0]), self.traffic()
        update = at.console(f"bundle:update {self.bundle} file:{self.builds['other']}")
        await_none(lambda: not watch.any(), 60, "the first change of a flow")
        at.kill()
        update.wait()
        at.start()
        at.settled()
        watch.stop()
        found = {name: t.stop() for name, t in traffic.items()}
        figures["killed while builds of acl changed"] = found
        self.assertIn(at.dumps(), (self.before, other), "all of one build, on every node")
        self.assertEqual(0, sum(sum(i["forbidden seen"].values()) for i in intruders(found)))
        self.assertEqual((0, 0), (found["udp"]["lost"], found["tcp"]["failed"]), found)

    def flows_of(self, build):
        self.update(build)
        at.settled()
        at.barrier()
        return at.dumps()
