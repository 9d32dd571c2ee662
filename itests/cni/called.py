"""The plugin called as a container runtime calls it, on a node of a lab, and what is there afterwards."""

import base64
import hashlib
import json
import os
import subprocess
from pathlib import Path

from heddle_lab.state import remove_namespace

BINARY = Path(__file__).resolve().parents[2] / "k8s-bridge/cni/target/heddle-cni"


class CniError(Exception):
    """What the plugin printed instead of a result."""

    def __init__(self, printed):
        super().__init__(f"{printed.get('code')}: {printed.get('msg')} ({printed.get('details')})")
        self.code, self.sentence, self.details = printed["code"], printed["msg"], printed.get("details", "")


def link_of(container, ifname="eth0"):
    """The name of the end in the switch, worked out apart from the plugin."""
    digest = hashlib.sha256(f"{container}\0{ifname}".encode()).digest()
    return "hd" + base64.b32encode(digest).decode().lower()[:13]


class Runtime:
    """A container runtime's part, on one node (an OvsNode): namespaces, the configuration, the calls."""

    def __init__(self, node, **configuration):
        self.node = node
        self.settings = node.params["settings"]
        self.configuration = {"cniVersion": "1.1.0", "name": "pods", "type": "heddle-cni",
                              "ovsdb": f"unix:{node.directory}/db.sock", "timeoutSeconds": 20, **configuration}
        self.namespaces = []

    def namespace(self, pod):
        """A namespace for a pod; its path. IPv6 is off in it, as a lab's are, until somebody turns it on."""
        name = self.settings.namespace(f"{self.node.name}-{pod}-{len(self.namespaces)}")
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.namespaces.append(name)
        return f"/run/netns/{name}"

    def close(self):
        for name in self.namespaces:
            remove_namespace(name)

    def _arguments(self, verb, pod, container, netns, ifname):
        args = f"IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME={pod}"
        return {"CNI_COMMAND": verb, "CNI_CONTAINERID": container or f"{pod}-sandbox", "CNI_NETNS": netns,
                "CNI_IFNAME": ifname, "CNI_ARGS": args, "CNI_PATH": "/opt/cni/bin"}

    def begin(self, verb, pod="", container=None, netns="", ifname="eth0", raw=None, environment=None, **more):
        """Starts a call and gives it its input."""
        variables = {**os.environ, **self._arguments(verb, pod, container, netns, ifname), **(environment or {})}
        process = subprocess.Popen(["nsenter", f"--net={self.node.params['path']}", str(BINARY)], env=variables,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # GC and others may add keys that are no words: more is {"key": value}.
        text = raw if raw is not None else json.dumps({**self.configuration, **more.get("keys", {})}).encode()
        try:
            process.stdin.write(text)
        except BrokenPipeError:
            pass  # it did not want all of it
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.stdin = None
        return process

    @staticmethod
    def end(process, timeout=60):
        """The result of a call; CniError if it failed."""
        out, err = process.communicate(timeout=timeout)
        if process.returncode:
            try:
                raise CniError(json.loads(out))
            except ValueError:
                raise AssertionError(f"exit code {process.returncode}, and no error in JSON: {out} {err}") from None
        return json.loads(out) if out else None

    def call(self, verb, *arguments, **options):
        return self.end(self.begin(verb, *arguments, **options))

    def host(self, *arguments):
        """heddle-cni host; (exit code, what it said)."""
        done = subprocess.run(["nsenter", f"--net={self.node.params['path']}", str(BINARY), "host",
                               f"--ovsdb=unix:{self.node.directory}/db.sock", *arguments],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, (done.stdout + done.stderr).strip()

    # What is there
    def links(self):
        """Devices of the node that bear a name of the plugin's."""
        text = self.node.sh("ip -o link show")
        return sorted(w for w in (line.split()[1].split("@")[0].rstrip(":") for line in text.splitlines())
                      if w.startswith("hd") and len(w) == 15)

    def rows(self):
        """Names of interfaces in the database that bear one."""
        text = self.node.ovs("ovs-vsctl", "--bare", "--columns=name", "list", "Interface")
        return sorted(w for w in text.split() if w.startswith("hd") and len(w) == 15)

    def ports(self):
        text = self.node.ovs("ovs-vsctl", "list-ports", "br-int")
        return sorted(w for w in text.split() if w.startswith("hd") and len(w) == 15)

    def answer(self, link, **ids):
        """The controller's part, where there is none: waits for the row, then says this on it (- stands as _)."""
        self.node.wait_until(20, "Interface", link, otherwise=lambda: f"no interface {link}")
        self.node.ovs("ovs-vsctl", "--no-wait", "set", "Interface", link,
                      *(f'external_ids:heddle-{key.replace("_", "-")}="{value}"' for key, value in ids.items()))


def inside(netns, script):
    """What a shell in a namespace prints."""
    done = subprocess.run(["nsenter", f"--net={netns}", "sh", "-ec", script], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{script}: {done.stdout}{done.stderr}")
    return done.stdout


def facts(netns, device="eth0"):
    """What the kernel says of a device: mac, mtu, up, addresses (with their flags), default routes."""
    link = json.loads(inside(netns, f"ip -j link show {device}"))[0]
    addresses = json.loads(inside(netns, f"ip -j addr show {device}"))[0]["addr_info"]
    routes = [r for f in "46" for r in json.loads(inside(netns, f"ip -j -{f} route show default") or "[]")]
    return {"mac": link["address"], "mtu": link["mtu"], "up": "UP" in link["flags"],
            "addresses": sorted(f"{a['local']}/{a['prefixlen']}" for a in addresses if a["scope"] == "global"),
            "tentative": [a["local"] for a in addresses if a.get("tentative")],
            "default": sorted(r["gateway"] for r in routes)}
