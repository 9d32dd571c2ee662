"""Policies and pods that make no sense or are too much: who asked is told, and nobody else notices."""

from system.installation import await_none
from .cluster import collection, having, is_ready, path, pod, policy
from .standing import Shared, figures

NOT_COMPILED = "The policy allows nothing; the pods that it selects are isolated by it."


class BadInput(Shared):
    def setUp(self):
        super().setUp()
        self.traffic = self.bystanders()
        self.plugged = 0
        self.addCleanup(self.undisturbed)

    def undisturbed(self):
        """The streams of others, counted when the test is done."""
        found = self.traffic.stop()
        figures[f"bystanders of {self._testMethodName}"] = found
        self.kept(found, self.plugged)

    def pods(self, **nodes):
        self.plugged = getattr(self, "plugged", 0) + 2 * len(nodes)
        super().pods(**nodes)

    def told(self, name, sentence):
        """An Event on the object that begins so."""
        await_none(lambda: not [e for e in self.at.events(self.name(name)) if e.startswith(sentence)] and
                   {name: self.at.events(self.name(name))}, 60, f"an Event on {name}: {sentence}")

    def condition(self, name):
        return self.at.pod(self.name(name))["metadata"].get("annotations", {}).get("heddle.dev/condition", "")

    def refused_at_once(self, annotation, value, sentence):
        """By the API server, before there is such a pod."""
        wrong = pod(self.space, "wrong", "n2", {}, {f"heddle.dev/{annotation}": value})
        status, told = self.at.ask("POST", collection(wrong), wrong)
        self.assertEqual(422, status, told)
        self.assertIn(f"The annotation heddle.dev/{annotation} is {sentence}", told["message"])

    def test_pods_with_addresses_and_annotations_that_cannot_be(self):
        self.refused_at_once("addresses", "10.244.0", 'one address of each family, with a comma between, or "auto".')
        self.refused_at_once("sticky", "maybe", '"true" or "false".')
        self.pods(holder="n1")
        taken = self.at.address(self.name("holder"))
        wishes = {
            "outside": ({"heddle.dev/addresses": "10.9.0.1"},
                        "NoAddress: 10.9.0.1 is outside the subnets [10.244.0.0/16]."),
            "second": ({"heddle.dev/addresses": taken}, f"NoAddress: {taken} is taken by {self.space}.holder."),
            "lonely": ({"heddle.dev/sticky": "true"},
                       "AnnotationNotUnderstood: The annotation heddle.dev/sticky is for pods of a StatefulSet")}
        for name, (annotations, _) in wishes.items():
            self.at.create(pod(self.space, name, "n2", {"app": name}, annotations))
        self.pods(after="n2")
        for name, (_, sentence) in wishes.items():
            self.told(name, sentence)
            await_none(lambda: self.condition(name)[:len(sentence)] != sentence, 20, f"a condition of {name}")
            self.assertFalse(is_ready(self.at.pod(self.name(name))), name)
            self.assertEqual(404, self.at.rest("GET", f"logicalports/{self.space}.{name}")[0], name)
        figures["told of pods"] = {name: self.condition(name) for name in wishes}
        # When the reason is gone so is the condition, and the pod starts.
        self.at.delete(path(pod(self.space, "holder", "n1")))
        self.at.ready(self.name("second"), timeout=240)
        self.assertEqual(taken, self.at.address(self.name("second")))
        await_none(lambda: self.condition("second"), 20, "no condition of second")

    def test_a_subnet_that_is_exhausted(self):
        self.addCleanup(self.exclude, "")
        self.exclude("10.244.0.0..10.244.200.7, 10.244.200.10..10.244.255.255")
        self.pods(first="n1", last="n2")
        self.assertEqual({"10.244.200.8", "10.244.200.9"},
                         {self.at.address(self.name(p)) for p in ("first", "last")})
        self.at.create(pod(self.space, "late", "n1", {"app": "late"}))
        self.told("late", "NoAddress: No IPv4 address is free in [10.244.0.0/16].")
        self.assertIn("No IPv4 address is free", self.condition("late"))
        freed = self.at.address(self.name("first"))
        self.at.delete(path(pod(self.space, "first", "n1")))
        self.plugged += 2
        self.at.ready(self.name("late"), timeout=240)
        self.assertEqual(freed, self.at.address(self.name("late")))
        await_none(lambda: self.condition("late"), 20, "no condition of late")

    def exclude(self, ranges):
        self.at.heddle("console", f'config:property-set --pid dev.heddle.kubernetes exclude "{ranges}"')

    def test_policies_that_choose_nobody_or_whose_lists_are_empty(self):
        self.pods(hall="n1")
        hall = self.at.address(self.name("hall"))
        never = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["hall"]},
                                      {"key": "app", "operator": "NotIn", "values": ["hall"]}]}
        self.put(policy(self.space, "of-nobody", {}, podSelector=never))
        self.put(policy(self.space, "open", {"app": "hall"}, ingress=[{}]))
        everybody = [(self.name(p), hall) for p in ("friend", "stranger", "near")]
        self.at.reached(dict.fromkeys(everybody, True))
        self.at.delete(path(policy(self.space, "open", {})))
        self.put(policy(self.space, "from-nobody", {"app": "hall"}, {"podSelector": never}))
        self.at.reached(dict.fromkeys(everybody, False))
        self.at.delete(path(policy(self.space, "from-nobody", {})))
        self.at.reached(dict.fromkeys(everybody, True))
        self.put(policy(self.space, "empty", {"app": "hall"}, ingress=[]))
        self.at.reached(dict.fromkeys(everybody, False))
        for name in ("of-nobody", "from-nobody", "empty"):
            self.assertEqual([], [e for e in self.at.events(self.name(name)) if "NotCompiled" in e])

    def test_ten_thousand_peers(self):
        self.pods(hall="n1")
        hall, numbers = self.at.address(self.name("hall")), range(9_999)
        blocks = [f"{20 + n // 62_500}.{n // 250 % 250}.{n % 250}.1/32" for n in numbers]
        friend = f"{self.at.address(self.name('friend'))}/32"
        expected = {(self.name(p), hall): p == "friend" for p in ("friend", "stranger", "near")}
        self.put(policy(self.space, "many", {"app": "hall"}, *({"ipBlock": {"cidr": b}} for b in [*blocks, friend])))
        self.at.reached(expected, timeout=180)
        figures["flows of n1 with 10,000 peers"] = self.flows("n1")
        self.assertGreater(self.flows("n1"), 10_000)
        self.assertEqual([], [e for e in self.at.events(self.name("many")) if "NotCompiled" in e])
        self.at.delete(path(policy(self.space, "many", {})))
        self.at.reached(dict.fromkeys(expected, True), timeout=180)

    def flows(self, node):
        return int(self.at.node(node, "ovs-ofctl", "-O", "OpenFlow13", "dump-aggregate", "br-int").split("flow_count=")[1])

    def test_a_policy_that_cannot_be_compiled_closes_its_subjects_and_no_others(self):
        self.pods(hall="n1", other="n2")
        hall, other = (self.at.address(self.name(p)) for p in ("hall", "other"))
        # Its own peers would be all; and of what others allow nothing is taken away.
        selectors = [{"namespaceSelector": {}}, *(having(app=f"a{n}") for n in range(9_999))]
        excepted = [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [f"{20 + n // 250}.{n % 250}.0.1/32"]}} for n in range(700)]
        for name, peers, why in (("selectors", selectors, "It has more than 1000 selectors."),
                                 ("excepted", excepted, "Its address blocks come to more than")):
            self.at.reached({(self.name("stranger"), hall): True})
            self.put(policy(self.space, name, {"app": "hall"}, *peers))
            self.told(name, f"NotCompiled: {why}")
            figures[f"told of {name}"] = said = self.at.events(self.name(name))[0]
            self.assertTrue(said.endswith(NOT_COMPILED), said)
            everybody = {(self.name(p), hall): False for p in ("friend", "stranger", "near")}
            self.at.reached({**everybody, (self.name("near"), other): True})
            self.put(policy(self.space, "let", {"app": "hall"}, having(app="friend")))
            self.at.reached({**everybody, (self.name("friend"), hall): True})
            for gone in ("let", name):
                self.at.delete(path(policy(self.space, gone, {})))
