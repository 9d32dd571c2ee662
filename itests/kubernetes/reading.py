"""What NetworkPolicies say, read from the text of the API as naively as can be. No code of the bridge's is used."""

import ipaddress


def allows(source, target, port, policies, namespaces):
    """Whether TCP from one pod to another gets through; pods and policies as the API shows them, labels by namespace."""
    return (_direction(source, target, "Egress", "egress", "to", port, policies, namespaces) and
            _direction(target, source, "Ingress", "ingress", "from", port, policies, namespaces))


def _direction(subject, peer, kind, rules, key, port, policies, namespaces):
    mine = [p for p in policies if p["metadata"]["namespace"] == subject["metadata"]["namespace"]
            and kind in p["spec"]["policyTypes"] and _chosen(p["spec"]["podSelector"], subject["metadata"].get("labels"))]
    if not mine:
        return True  # not isolated
    return any(_rule(r, p, peer, key, port, namespaces) for p in mine for r in p["spec"].get(rules) or [])


def _rule(rule, policy, peer, key, port, namespaces):
    ports, peers = rule.get("ports"), rule.get(key)
    return (not ports or any(p.get("protocol", "TCP") == "TCP" and p.get("port", port) == port for p in ports)) and (
        not peers or any(_peer(p, policy, peer, namespaces) for p in peers))


def _peer(choice, policy, pod, namespaces):
    if "ipBlock" in choice:
        block, address = choice["ipBlock"], ipaddress.ip_address(pod["status"]["podIP"])
        return address in ipaddress.ip_network(block["cidr"]) and not any(
            address in ipaddress.ip_network(e) for e in block.get("except", ()))
    space = pod["metadata"]["namespace"]
    there = (_chosen(choice["namespaceSelector"], namespaces[space]) if "namespaceSelector" in choice
             else space == policy["metadata"]["namespace"])
    return there and _chosen(choice.get("podSelector") or {}, pod["metadata"].get("labels"))


def _chosen(selector, labels):
    if selector.get("matchExpressions"):
        raise ValueError(f"not read here: {selector}")
    return all((labels or {}).get(k) == v for k, v in (selector.get("matchLabels") or {}).items())
