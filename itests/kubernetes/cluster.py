"""A cluster of real parts whose pods Heddle connects, and its administrator's ways to speak to it."""

import base64
import ctypes
import http.client
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from heddle_lab.k8s import leftovers
from heddle_lab.k8s.api import Api
from heddle_lab.k8s.cluster import Cluster as Parts
from heddle_lab.k8s.place import Place
from system.installation import ROOT, Installation, await_none
from system.traffic import PIDFD_GETFD
from tests.cluster import left

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.56"
KNOCK = ["/usr/bin/python3", str(ROOT / "itests/system/knock.py")]
PATCH = "application/merge-patch+json"
_syscall = ctypes.CDLL(None, use_errno=True).syscall


class Away(Exception):
    """The API server does not answer."""


class Cluster(Installation):
    """Pods are called NAMESPACE/NAME wherever the name of a node or a pod of the lab is expected."""

    def __init__(self, **environment):
        super().__init__()
        self.place = Place.from_environment(self.lab, {})
        self.account = self.home / "bridge.kubeconfig"
        self.environment.update(environment, HEDDLE_KUBECONFIG=str(self.account))

    def up(self, nodes):
        self.nodes = [f"n{n + 1}" for n in range(nodes)]
        self.heddle("k8s", "up", "--nodes", str(nodes), timeout=1800)
        self.kubectl("apply", "-f", str(ROOT / "k8s-bridge/deploy"))
        self._make_account()
        self.start()
        self.heddle("console", "feature:install heddle-acl heddle-kubernetes")
        # Of a node that has not joined nothing is asked, so everything is realized there.
        await_none(lambda: set(self.nodes) - self._joined(), 60, "the nodes")
        # Before that a pod's start is refused, and tried again after pauses that grow.
        await_none(lambda: [n for n in self.nodes if not self._has_host(n)], 60, "the nodes' own interfaces")

    def _joined(self):
        return {n["metadata"]["name"] for n in self.get("nodes")["items"] if n["status"]["connected"]}

    def _has_host(self, node):
        status, port = self.rest("GET", f"logicalports/host.{node}")
        return status == 200 and any(c["type"] == "Realized" and c["status"] for c in port["status"]["conditions"])

    def _make_account(self):
        token = []
        await_none(lambda: token.extend(self._token()) or not token, 30, "the account's token")
        cluster = json.loads(self.place.kubeconfig.read_text())["clusters"]
        self.account.touch(mode=0o600)
        self.account.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "clusters": cluster, "current-context": "it",
            "users": [{"name": "bridge", "user": {"token": token[0]}}],
            "contexts": [{"name": "it", "context": {"cluster": cluster[0]["name"], "user": "bridge"}}]}))

    def _token(self):
        data = self.one("/api/v1/namespaces/heddle-system/secrets/heddle-bridge-token").get("data") or {}
        return [base64.b64decode(data["token"]).decode()] if "token" in data else []

    def down(self):
        """Ends all and says what is left behind of it, which should be nothing."""
        try:
            leftovers.remove(self.place)
        finally:
            found = self.close()
        return found + left(self.lab)

    def kubectl(self, *arguments, **options):
        return self.heddle("k8s", "kubectl", *arguments, **options)

    # The API
    def ask(self, method, path, body=None, kind="application/json", timeout=20):
        """The status and the answer; Away if nobody answers."""
        request = urllib.request.Request(
            self.place.server + path, None if body is None else json.dumps(body).encode(), method=method,
            headers={"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=Api(self.place).context) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            said = refusal.read()
            if refusal.code >= 500 or refusal.code == 429:  # its database is away, or it is still starting
                raise Away(f"{method} {path}: {refusal.code} {said[:200]!r}") from None
            return refusal.code, json.loads(said) if said.startswith(b"{") else {"message": said.decode(errors="replace")}
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as silence:
            raise Away(f"{method} {path}: {silence}") from None

    def one(self, path):
        status, tree = self.ask("GET", path)
        if status == 404:
            return {}
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {tree}")
        return tree

    def create(self, document):
        """Asks until the API server answers; what is there already is there."""
        return self._until_answered("POST", collection(document), document, ok=(200, 201, 409))

    def patch(self, path, change):
        return self._until_answered("PATCH", path, change, PATCH)

    def delete(self, path, grace=0):
        return self._until_answered("DELETE", path, {"gracePeriodSeconds": grace}, ok=(200, 202, 404))

    def _until_answered(self, method, path, body, kind="application/json", ok=(200,), patience=180):
        deadline = time.monotonic() + patience
        while True:
            try:
                status, tree = self.ask(method, path, body, kind)
                # A namespace that is new has no service account for a moment.
                if status in ok:
                    return tree
                if status != 403 or "serviceaccount" not in tree.get("message", ""):
                    raise AssertionError(f"{method} {path}: {status} {tree.get('message')}")
                said = tree
            except Away as silence:
                said = silence
            if time.monotonic() > deadline:
                raise AssertionError(f"{method} {path}: not answered within {patience} s: {said}")
            time.sleep(0.1)

    def pod(self, name):
        space, name = name.split("/")
        return self.one(f"/api/v1/namespaces/{space}/pods/{name}")

    def address(self, name):
        return self.pod(name)["status"]["podIP"]

    def ready(self, *names, timeout=120):
        """Waits until these pods run and are ready."""
        def missing():
            try:
                return [n for n in names if not is_ready(self.pod(n))]
            except Away as silence:
                return [str(silence)]
        try:
            await_none(missing, timeout, "ready pods")
        except AssertionError as late:
            raise AssertionError(f"{late} {[self._described(n) for n in missing()]}") from None

    def _described(self, name):
        """What is known of a pod that is not as it should be."""
        return {"pod": self.pod(name).get("status"), "events": self.events(name, "")[-6:],
                "port": self.rest("GET", f"logicalports/{name.replace('/', '.')}")}

    def gone(self, *names, timeout=120):
        def there():
            try:
                return [n for n in names if self.pod(n)]
            except Away as silence:
                return [str(silence)]
        await_none(there, timeout, "pods gone")

    def events(self, name, source="heddle"):
        """REASON: MESSAGE of the Events on an object NAMESPACE/NAME that `source` wrote, or all if it is empty."""
        space, name = name.split("/")
        found = self.one(f"/api/v1/namespaces/{space}/events?fieldSelector=involvedObject.name%3D{name}")["items"]
        return [f"{e['reason']}: {e['message']}" for e in sorted(found, key=lambda e: e["metadata"]["creationTimestamp"])
                if source in (e.get("source") or {}).get("component", "")]

    # In pods
    def process_of(self, name):
        """A process of the pod as the machine counts them."""
        statuses = self.pod(name)["status"].get("containerStatuses") or []
        number = statuses[0]["containerID"].rpartition("/")[2]
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if number in Path(f"/proc/{pid}/cgroup").read_text():
                    return int(pid)
            except OSError:
                continue
        raise AssertionError(f"no process of {name} ({number})")

    def popen(self, name, *command, **options):
        if "/" not in name:
            return super().popen(name, *command, **options)
        return subprocess.Popen(["nsenter", f"--net=/proc/{self.process_of(name)}/ns/net", "--", *command],
                                **{"stdin": subprocess.DEVNULL, **options})

    def knock(self, name, address, port=8080, how="tcp"):
        """How a connection ended: connected, silent, or the error's name."""
        with self.popen(name, *KNOCK, how, address, str(port), stdout=subprocess.PIPE, text=True) as process:
            return process.communicate(timeout=30)[0].strip()

    def reached(self, pairs, timeout=60):
        """Waits until each (pod, address) connects, or does not, as the pairs say: {(pod, address): bool}."""
        await_none(lambda: {pair: told for pair, told in ((p, self.knock(*p)) for p in pairs)
                            if (told == "connected") != pairs[pair]}, timeout, "who connects")

    def delivered(self, name):
        """UDP packets that came through to the pod, to ports where nobody listens, since it has a network (snmp(7))."""
        lines = [line.split() for line in Path(f"/proc/{self.process_of(name)}/net/snmp").read_text().splitlines()]
        heads, values = (line for line in lines if line[0] == "Udp:")
        return int(values[heads.index("NoPorts")])

    # Programs
    def holder(self, where):
        return Parts(self.place).holder(where)

    def break_watches(self):
        """Ends the controller's connections to the API server, as what stands between them may, once there are any."""
        await_none(lambda: not self._broken(), 120, "connections of the controller to the API server")

    def _broken(self):
        process, found = os.pidfd_open(self.pid), 0
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            if not readlink(link).startswith("socket:"):
                continue
            copy = _syscall(PIDFD_GETFD, process, int(link.name), 0)
            if copy < 0:
                continue  # closed just now
            with socket.socket(fileno=copy) as one:
                try:
                    if one.family in (socket.AF_INET, socket.AF_INET6) and one.getpeername()[1] == 6443:
                        one.shutdown(socket.SHUT_RDWR)
                        found += 1
                except OSError:
                    pass  # it listens, or is not of that kind
        os.close(process)
        return found

    def kill_program(self, where, program):
        self.heddle("k8s", "kill", where, program)

    def mend(self):
        """Starts what was killed of the cluster."""
        self.heddle("k8s", "up", timeout=300)


def readlink(link):
    try:
        return os.readlink(link)
    except OSError:
        return ""  # closed just now


def is_ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", []))


def collection(document):
    group = document["apiVersion"]
    plural = {"NetworkPolicy": "networkpolicies"}.get(document["kind"], document["kind"].lower() + "s")
    space = document["metadata"].get("namespace")
    return f"/{'apis' if '/' in group else 'api'}/{group}/{f'namespaces/{space}/' if space else ''}{plural}"


def path(document):
    return f"{collection(document)}/{document['metadata']['name']}"


def namespace(name, **labels):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def pod(space, name, node, labels=None, annotations=None):
    """Serves HTTP on 8080; its kubelet asks it whether it is ready, through the node's own port."""
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"namespace": space, "name": name, "labels": labels or {}, "annotations": annotations or {}},
            "spec": {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [{
                "name": "agnhost", "image": IMAGE, "args": ["netexec", "--http-port=8080"],
                "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1,
                                   "timeoutSeconds": 5}}]}}


def policy(space, name, subject, *peers, **spec):
    """Pods with the labels `subject` are connected to by `peers` alone; no peer: by nobody."""
    ingress = [{"from": list(peers)}] if peers else []
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": space, "name": name},
            "spec": {"podSelector": {"matchLabels": subject}, "policyTypes": ["Ingress"], "ingress": ingress, **spec}}


def having(**labels):
    return {"podSelector": {"matchLabels": labels}}
