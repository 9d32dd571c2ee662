"""Many pods and many NetworkPolicies, the same for the same seed. Nothing is made here."""

import ipaddress
import random

from .cluster import pod

SPACES, APPS, TIERS = 10, 5, ("front", "middle", "back")
IMAGE = "registry.k8s.io/e2e-test-images/busybox:1.37.0-1"
PREFIX = "lot"
PORT = 4667  # UDP, of the pair; no policy of the lot names it
MOST = 2500  # pods: 250 in each of ten /24, and those of the pair and the probers behind


def spaces():
    return [f"{PREFIX}{n}" for n in range(SPACES)]


def team(space):
    return f"team{int(space.removeprefix(PREFIX)) % 3}"


def labels_of(number):
    app = number // SPACES % APPS
    return {"app": f"app{app}", "tier": TIERS[app % len(TIERS)]}


# The pair whose packets tell the verdict: one pod in each of two namespaces, under the lot's policies as all others are.
CLIENT, SERVER = (f"{PREFIX}0", "client"), (f"{PREFIX}1", "server")


def free_block(taken):
    """The first third byte of a /20 of 10.244.0.0/16 that has none of these addresses."""
    for block in range(128, 256, 16):
        if not any(ipaddress.ip_address(a) in ipaddress.ip_network(f"10.244.{block}.0/20") for a in taken):
            return block
    raise AssertionError(f"no /20 of 10.244.128.0/17 is free: {taken}")


class Pods:
    """The documents of all pods; their addresses are given, so that they can be pinged before they are there."""

    def __init__(self, count, nodes, block):
        self.nodes, self.block = nodes, block
        # In turn on the nodes, in ten namespaces of five applications; replicas have the same labels.
        self.lot = [self._pod(spaces()[n % SPACES], f"p{n}", nodes[n % len(nodes)], labels_of(n), n) for n in range(count)]
        self.pair = [self._pod(*CLIENT, nodes[-1], {**labels_of(0), "pair": "client", "role": "stranger"}, MOST),
                     self._pod(*SERVER, nodes[0], {**labels_of(1), "pair": "server"}, MOST + 1)]
        # From each of them the pods of the node before it are pinged.
        self.probers = [self._pod(f"{PREFIX}2", f"prober-{node}", node, {"prober": node}, MOST + 2 + n)
                        for n, node in enumerate(nodes)]

    def prober_of(self, pod):
        """Index of the prober that pings it: that of another node, if there is one."""
        return (self.nodes.index(pod["spec"]["nodeName"]) + 1) % len(self.nodes)

    def _pod(self, space, name, node, labels, number):
        made = pod(space, name, node, labels,
                   {"heddle.dev/addresses": f"10.244.{self.block + number // 250}.{number % 250 + 1}"})
        made["spec"].update(automountServiceAccountToken=False, enableServiceLinks=False, containers=[
            {"name": "sleep", "image": IMAGE, "command": ["sleep", "1000000000"]}])
        return made


def address_of(document):
    return document["metadata"]["annotations"]["heddle.dev/addresses"]


def name_of(document):
    return f"{document['metadata']['namespace']}/{document['metadata']['name']}"


def _policy(space, name, subjects, **spec):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": space, "name": name},
            "spec": {"podSelector": subjects, **spec}}


def _for_server(name, role):
    return _policy(SERVER[0], name, {"matchLabels": {"pair": "server"}}, policyTypes=["Ingress"], ingress=[{
        "from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"role": role}}}],
        "ports": [{"protocol": "UDP", "port": PORT}]}])


# Friends may send to the server, and the client may send wherever it likes; no policy of the lot opens that port.
PAIR_POLICIES = [_for_server("server", "friend"), _policy(
    CLIENT[0], "client", {"matchLabels": {"pair": "client"}}, policyTypes=["Egress"], egress=[{}])]
# Made last: when a stranger is let through, all that came before is known, too.
LAST_POLICY = _for_server("last", "stranger")


class Policies:
    """`count` policies, in turn in the namespaces."""

    def __init__(self, count, seed, block):
        self.random, self.block = random.Random(seed), block
        self.all = [self._policy(n) for n in range(count)]

    def _policy(self, number):
        types = self.random.choice((["Ingress"], ["Ingress"], ["Egress"], ["Ingress", "Egress"]))
        spec = {"subjects": self._subjects(), "policyTypes": types}
        if "Ingress" in types:
            spec["ingress"] = [self._rule("from") for _ in range(self.random.randrange(1, 3))]
        if "Egress" in types:
            spec["egress"] = [self._rule("to") for _ in range(self.random.randrange(1, 3))]
        return _policy(spaces()[number % SPACES], f"policy{number}", **spec)

    def _subjects(self):
        """Mostly one application; a few select a tier or the namespace."""
        what = self.random.random()
        return {} if what < 0.02 else {"matchLabels": self._tier() if what < 0.2 else self._app()}

    def _rule(self, key):
        return {key: [self._peer() for _ in range(self.random.randrange(1, 4))],
                "ports": [self._port() for _ in range(self.random.randrange(1, 3))]}

    def _peer(self):
        some, what = self.random, self.random.random()
        if what < 0.4:
            return {"podSelector": {"matchLabels": some.choice((self._app, self._tier, self._role))()}}
        if what < 0.6:
            return {"namespaceSelector": {"matchLabels": {"team": f"team{some.randrange(3)}"}}}
        if what < 0.8:
            return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": some.choice(spaces())}},
                    "podSelector": {"matchLabels": self._app()}}
        block = f"10.244.{self.block + some.randrange(16)}"
        return {"ipBlock": {"cidr": f"{block}.0/24", "except": [
            f"{block}.{8 * n}/29" for n in sorted(some.sample(range(32), some.randrange(1, 4)))]}}

    def _port(self):
        port = {"protocol": self.random.choice(("TCP", "TCP", "UDP")), "port": self.random.choice((53, 80, 443, 5432, 8080, 9090))}
        if self.random.random() < 0.1:
            port["endPort"] = port["port"] + self.random.randrange(1, 20)
        return port

    def _app(self):
        return {"app": f"app{self.random.randrange(APPS)}"}

    def _tier(self):
        return {"tier": self.random.choice(TIERS)}

    def _role(self):
        return {"role": self.random.choice(("friend", "stranger"))}
