"""Where a lab lives and how its things are named. Several labs exist side by side if all three differ."""

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path


class LabError(Exception):
    """A sentence for the person who gave the command."""


@dataclass(frozen=True)
class Settings:
    """directory: state, sockets, logs; prefix: of namespaces and root devices; underlay: the nodes' network;
    ovsdb_port: where a controller named by its address alone takes the nodes' databases; pki: what `heddle pki`
    keeps, for nodes that join over TLS, or None for plain TCP.
    """

    directory: Path
    prefix: str
    underlay: ipaddress.IPv4Network
    ovsdb_port: int = 6640
    pki: Path | None = None

    @staticmethod
    def from_environment(environment=os.environ):
        directory = Path(environment.get("HEDDLE_LAB_DIR", "/run/heddle-lab"))
        prefix = environment.get("HEDDLE_LAB_PREFIX", "hd")
        # RFC 2544 set 198.18.0.0/15 aside for measuring networks: nothing real is ever there.
        underlay = environment.get("HEDDLE_LAB_UNDERLAY", "198.18.0.0/20")
        if not directory.is_absolute():
            raise LabError(f"HEDDLE_LAB_DIR must be an absolute path, not {directory}")
        # PREFIX-under and PREFIX-n999 must stay within the 15 characters of a device name.
        if not re.fullmatch(r"[a-z][a-z0-9]{0,7}", prefix):
            raise LabError(f"HEDDLE_LAB_PREFIX must be 1-8 lower-case letters and digits, not {prefix!r}")
        # The kernel's limit for the path of a unix socket is 107 bytes.
        if len(os.fsencode(directory / "lab.sock")) > 107:
            raise LabError(f"HEDDLE_LAB_DIR is too long for a unix socket: {directory}")
        try:
            network = ipaddress.IPv4Network(underlay)
        except ValueError as error:
            raise LabError(f"HEDDLE_LAB_UNDERLAY: {error}") from None
        if network.prefixlen > 22:
            raise LabError(f"HEDDLE_LAB_UNDERLAY {underlay} is too small: /22 or wider")
        port = environment.get("HEDDLE_OVSDB_PORT") or "6640"
        if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
            raise LabError(f"HEDDLE_OVSDB_PORT must be a port number, not {port!r}")
        return Settings(directory, prefix, network, int(port), Settings._pki(environment))

    @staticmethod
    def _pki(environment):
        home = environment.get("HEDDLE_HOME")
        if environment.get("HEDDLE_TLS") == "off" or not home:
            return None
        return Path(environment.get("HEDDLE_PKI") or f"{home}/pki")

    @property
    def socket(self):
        return self.directory / "lab.sock"

    @property
    def log(self):
        return self.directory / "lab.log"

    @property
    def state_file(self):
        return self.directory / "state.json"

    @property
    def bridge(self):
        """The underlay's bridge in the root namespace."""
        return f"{self.prefix}-under"

    @property
    def controller_address(self):
        """The underlay bridge's own address: where a controller on this machine is reached."""
        return str(self.underlay[1])

    def node_address(self, number):
        """Tunnel address of node `number`, from 1: the second /24 of the underlay onwards."""
        return str(self.underlay[256 + number])

    def node_device(self, number):
        return f"{self.prefix}-n{number}"

    def namespace(self, name):
        return f"{self.prefix}-{name}"

    def namespace_path(self, name):
        return Path("/run/netns") / self.namespace(name)

    def node_directory(self, name):
        return self.directory / "nodes" / name
