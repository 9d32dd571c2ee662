"""What users read while something is not as they asked for."""

import re

from system.installation import await_none
from .cluster import path, policy
from .standing import Shared, figures

NODE = "n2"
NOT_ENFORCED = "NotEnforced: The policy is not enforced everywhere yet:"


class Said(Shared):
    def setUp(self):
        super().setUp()
        self.pods(hall=NODE, near=NODE, web="n1")
        self.hall = self.at.address(self.name("hall"))
        self.stranger = (self.name("near"), self.hall)
        self.at.reached({self.stranger: True})

    def event(self, name, pattern):
        """The Event on a policy or pod that matches, and none before it is there."""
        found = []
        await_none(lambda: found.extend(e for e in self.at.events(self.name(name)) if re.search(pattern, e)) or
                   not found and {name: self.at.events(self.name(name))}, 90, f"an Event on {name}: {pattern}")
        return found[0]

    def test_a_policy_is_not_enforced_on_a_node_that_the_controller_does_not_reach(self):
        self.addCleanup(self.at.heddle, "lab", "partition", NODE, "controller", "off")
        self.put(policy(self.space, "before", {"app": "web"}))
        self.at.reached({(self.name("near"), self.at.address(self.name("web"))): False})
        self.at.heddle("lab", "partition", NODE, "controller")
        await_none(lambda: self.at.get(f"nodes/{NODE}")["status"]["connected"], 120, "the node to be away")
        self.put(policy(self.space, "hall", {"app": "hall"}))
        figures["policy, node away"] = self.event(
            "hall", rf"^{NOT_ENFORCED} {NODE} is not connected and has not confirmed revision")
        # It is so; and what was enforced before still is, and nothing is said of it.
        self.assertEqual("connected", self.at.knock(*self.stranger))
        self.assertNotEqual("connected", self.at.knock(self.name("near"), self.at.address(self.name("web"))))
        self.assertEqual([], self.at.events(self.name("before")))
        self.at.heddle("lab", "partition", NODE, "controller", "off")
        self.at.reached({self.stranger: False}, timeout=120)
        self.event("hall", "^Settled: ")

    def test_a_policy_waits_for_a_node_that_hangs(self):
        self.addCleanup(self.at.heddle, "lab", "hang", NODE, "off")
        self.at.heddle("lab", "hang", NODE)
        self.put(policy(self.space, "hall", {"app": "hall"}))
        figures["policy, node hangs"] = self.event(
            "hall", rf"^{NOT_ENFORCED} {NODE} (has not confirmed revision|is not connected and has not)")
        self.at.heddle("lab", "hang", NODE, "off")
        self.at.reached({self.stranger: False}, timeout=120)
        self.event("hall", "^Settled: ")

    def test_a_pod_on_a_node_without_a_switch_is_not_connected(self):
        self.addCleanup(self.at.heddle, "lab", "start", NODE)
        self.at.heddle("lab", "kill", NODE)
        figures["pod, node dead"] = self.event("hall", rf"^NotConnected: The pod is not connected yet: {NODE} is not connected")
        self.at.heddle("lab", "start", NODE)
        self.at.reached({self.stranger: True}, timeout=120)
        self.event("hall", "^Settled: ")

    def test_why_names_the_policy_of_a_flow_with_namespace_and_rule(self):
        self.put(policy(self.space, "hall", {"app": "hall"}, {"podSelector": {"matchLabels": {"app": "web"}}}))
        self.at.reached({self.stranger: False, (self.name("web"), self.hall): True})
        said = {}
        for name in (n["metadata"]["name"] for n in self.at.get("acls")["items"]):
            if name.startswith(f"{self.space}.hall."):
                cookies = {c for (_, _), (c, _) in self.at.dump(NODE).items() if f"Acl/{name}" in self.at.why(c)}
                self.assertTrue(cookies, name)
                said[name] = self.at.heddle("why", cookies.pop())
        figures["why"] = said
        for rule in ("ingress-isolated", "ingress-0"):
            sentence = f"NetworkPolicy {self.space}/hall {rule}"
            self.assertTrue([t for n, t in said.items() if f".{rule}." in n and sentence in t], said)
        self.at.delete(path(policy(self.space, "hall", {})))
