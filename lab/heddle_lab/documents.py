"""Reads Heddle documents for what the lab needs of them: the vif ports, their addresses and their place."""

import ipaddress
import re
from dataclasses import dataclass

import yaml

from .settings import LabError

NODE_LABEL = "lab.heddle.dev/node"
_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Port:
    """A LogicalPort a pod can stand for. addresses: with prefix length; node: wanted node or None."""

    name: str
    switch: str
    mac: str
    addresses: tuple
    node: str


def name_ok(name):
    """Raises LabError unless `name` may name a pod: it becomes a namespace, a file and a word of the CLI."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or re.fullmatch(r"n\d+|under|outside|controller", name):
        raise LabError(f"{name!r} cannot name a pod: lower-case letters, digits, '-' and '.', at most 63, "
                       "and not the name of a part of the lab")
    return name


def mac_ok(mac):
    if not isinstance(mac, str) or not re.fullmatch(r"([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", mac):
        raise LabError(f"{mac!r} is not a MAC address (a number in YAML? quote it)")
    return mac.lower()


def address_ok(text, subnets=()):
    """`text` as ADDRESS/LENGTH; without a length, that of the subnet it lies in, else /24 or /64."""
    try:
        if "/" in str(text):
            return str(ipaddress.ip_interface(text))
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise LabError(str(error)) from None
    for subnet in subnets:
        if address.version == subnet.version and address in subnet:
            return f"{address}/{subnet.prefixlen}"
    return f"{address}/{24 if address.version == 4 else 64}"


def read(path):
    """The documents of a YAML file, in order."""
    try:
        with open(path, encoding="utf-8") as file:
            found = [d for d in yaml.safe_load_all(file) if d is not None]
    except (OSError, yaml.YAMLError) as error:
        raise LabError(f"{path}: {error}") from None
    for document in found:
        if not isinstance(document, dict) or not isinstance(document.get("metadata"), dict):
            raise LabError(f"{path}: a document is not an object with metadata")
    return found


def ports(documents):
    """The vif ports among `documents`, in order, with prefix lengths taken from their switches' subnets."""
    subnets = {}
    for document in documents:
        if document.get("kind") == "LogicalSwitch":
            spec = document.get("spec") or {}
            subnets[document["metadata"].get("name")] = [
                ipaddress.ip_network(s, strict=False) for s in spec.get("subnets") or []]
    found = []
    for document in documents:
        spec = document.get("spec") or {}
        if document.get("kind") != "LogicalPort" or spec.get("type", "vif") != "vif":
            continue
        meta, switch = document["metadata"], spec.get("switch")
        fixed = [a for a in spec.get("addresses") or [] if a != "auto"]
        found.append(Port(
            name_ok(meta.get("name")), switch, mac_ok(spec["mac"]) if spec.get("mac") else None,
            tuple(address_ok(a, subnets.get(switch, ())) for a in fixed),
            (meta.get("labels") or {}).get(NODE_LABEL)))
    return found
