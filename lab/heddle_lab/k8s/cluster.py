"""`up` and `status` of a cluster."""

import fcntl
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .. import client
from ..settings import LabError
from ..state import start_time
from . import certificates, control, images, network, workers
from .api import Api
from .holder import Holder
from .place import CONTAINERD, PROGRAMS, VERSION, Record, containerd_directory, programs_directory, version_ok

MOST_NODES = 20


class Cluster:
    """The cluster of a Place. `say` gets a line for each step."""

    def __init__(self, place, say=lambda text: None):
        self.place, self.say = place, say
        self.record = Record(place)
        self._noting = threading.Lock()
        self._began = time.monotonic()

    def up(self, count=None, version=None, cni=None, controller=None):
        """Makes a cluster of `count` nodes, or what is missing of it; returns when pods can be scheduled.

        What is not given is as in the cluster that is there; else 2 nodes, VERSION and "heddle". With `cni` "none" nodes
        do not become Ready, and the wait ends when all have registered.
        """
        there = self.record.data
        count = len(there["nodes"]) or 2 if count is None else count
        version, cni = version_ok(version or there["version"] or VERSION), cni or there["cni"] or "heddle"
        if not 1 <= count <= MOST_NODES:
            raise LabError(f"between 1 and {MOST_NODES} nodes, not {count}")
        network.check_name(cni)
        self._check_programs(version)
        network.check(cni)
        with self._alone():
            self._agree(count, version, cni)
            nodes = self._lab(count, cni, controller)
            with ThreadPoolExecutor(max_workers=len(nodes) + 1) as pool:
                plane = pool.submit(self._control, version)
                ready = [pool.submit(self._node, name, number, address, version, cni, nodes)
                         for name, (number, address) in nodes.items()]
                for step in [plane, *ready]:
                    step.result()
                for name, (_, address) in nodes.items():
                    workers.start_kubelet(self.place, self.holder(name), version, address)
            self._tell("kubelets run")
            self._await_nodes(set(nodes), cni)
            self.record.set(owner=None)
        self._tell(f"up: Kubernetes {version}, {len(nodes)} nodes")

    def holder(self, name):
        """The holder of a node, or of the control plane."""
        net = None if name == control.NAME else self.place.settings.namespace_path(name)
        return Holder(self.place, self.record, name, net)

    def programs(self):
        """{place: {program: it runs}}."""
        if not self.record.exists():
            raise LabError("no cluster is there: heddle k8s up --nodes N")
        parts = {control.NAME: ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")}
        parts.update({name: ("containerd", "kubelet") for name in self.record.data["nodes"]})
        return {place: {p: self.holder(place).runs(p) for p in programs} for place, programs in parts.items()}

    def kill(self, where, program):
        """Ends a program by SIGKILL; what it started goes on. `up` starts it again."""
        programs = self.programs()
        if program not in programs.get(where, {}):
            raise LabError(f"there is no {program} of {where}: " + "; ".join(
                f"{place}: {', '.join(names)}" for place, names in programs.items()))
        if not programs[where][program]:
            raise LabError(f"{program} of {where} does not run: heddle k8s up starts it")
        holder = self.holder(where)
        holder.run("kill", "-9", str(holder.inner(program)))
        self._await(10, f"the end of {program}", holder, None, lambda: not holder.runs(program))

    def load(self, archive):
        """Imports a docker-archive on each node; a name that is there already means the new image from then on."""
        if not self.record.data["nodes"]:
            raise LabError("no cluster is there: heddle k8s up --nodes N")
        if not os.path.isfile(archive):
            raise LabError(f"there is no file {archive}")
        for name in self.record.data["nodes"]:
            with open(archive, "rb") as file:
                self.holder(name).run("ctr", "-n", "k8s.io", "images", "import", "-", stdin=file)
            self._tell(f"{name}: has the images of {archive}")

    @contextmanager
    def _alone(self):
        self.place.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        handle = os.open(self.place.directory, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self.record = Record(self.place)
            yield
        finally:
            os.close(handle)

    def _check_programs(self, version):
        for name in PROGRAMS:
            if not os.access(programs_directory(version) / name, os.X_OK):
                raise LabError(f"{name} {version} is not built: use the script heddle, which builds it")
        for name in ("containerd", "containerd-shim-runc-v2", "ctr"):
            if not os.access(containerd_directory() / name, os.X_OK):
                raise LabError(f"{name} {CONTAINERD} is not built: use the script heddle, which builds it")
        for name in ("etcd", "runc", "busybox", "openssl"):
            if not shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/bin"):
                raise LabError(f"{name} is missing: apt-get install etcd-server runc busybox-static openssl")

    def _agree(self, count, version, cni):
        there = self.record.data
        if there["version"] and (there["version"], there["cni"]) != (version, cni):
            raise LabError(f"a cluster of Kubernetes {there['version']} with CNI {there['cni']} is there: heddle k8s down")
        if len(there["nodes"]) > count:
            raise LabError(f"{len(there['nodes'])} nodes are there, and none is taken away: heddle k8s down")
        made_lab = there["made_lab"] or not self.place.settings.state_file.exists()
        self.record.set(version=version, cni=cni, made_lab=made_lab, nodes=[f"n{n + 1}" for n in range(count)],
                        owner=[os.getpid(), start_time(os.getpid())])

    def _lab(self, count, cni, controller):
        """Nodes with Open vSwitch 3.5: {name: (number, address)}."""
        settings = self.place.settings
        client.start(settings)
        # Without Heddle's plugin nobody needs a controller; a lab that was there keeps its own.
        alone = cni != "heddle" and self.record.data["made_lab"] and not controller
        status = client.ask(settings, "up", self.say, nodes=count, ovs="3.5", controller=controller, standalone=alone)
        self._tell(f"{count} nodes with Open vSwitch")
        return {f"n{n + 1}": (n + 1, next(s["address"] for s in status["nodes"] if s["name"] == f"n{n + 1}"))
                for n in range(count)}

    def _control(self, version):
        place, holder = self.place, self.holder(control.NAME)
        certificates.make(place)
        holder.raise_up(self._noting)
        holder.start("etcd", *control.etcd(place))
        holder.start("kube-apiserver", *control.apiserver(place, version))
        api = Api(place)
        self._await(60, "the API server", holder, "kube-apiserver", lambda: api.get("/readyz") == "ok")
        holder.start("kube-controller-manager", *control.controller_manager(place, version))
        holder.start("kube-scheduler", *control.scheduler(place, version))
        self._tell(f"API server answers at {place.server}")

    def _node(self, name, number, address, version, cni, nodes):
        place, holder = self.place, self.holder(name)
        holder.raise_up(self._noting)
        workers.configure(place, name, address)
        network.configure(place, cni, name, number)
        workers.start_containerd(place, holder)
        self._await(30, "containerd", holder, "containerd", lambda: self._succeeds(holder, "ctr", "version"))
        with self._noting:  # one at a time: it may have to be made
            archive = images.archive(version)
        holder.run("ctr", "-n", "k8s.io", "images", "import", str(archive))
        network.start(place, cni, holder, nodes)
        self._await(60, "the authority", self.holder(control.NAME), None, (place.pki / "admin.kubeconfig").exists)
        certificates.node(place, name, address)
        self._tell(f"{name}: containerd runs and has its images")

    def _await_nodes(self, names, cni):
        api, first = Api(self.place), self.holder(sorted(names)[0])
        if cni == "none":
            self._await(60, "registration of the nodes", first, "kubelet", lambda: names <= {
                n["metadata"]["name"] for n in (api.get("/api/v1/nodes") or {}).get("items", [])})
            return
        self._await(90, "Ready of the nodes", first, "kubelet", lambda: names <= api.ready_nodes())
        self._await(30, "the default service account", self.holder(control.NAME), "kube-controller-manager",
                    lambda: api.get("/api/v1/namespaces/default/serviceaccounts/default"))

    def _await(self, seconds, what, holder, program, condition):
        """Polls, for none of these programs can be waited for; gives up when the program has ended."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = program and not holder.runs(program)
            if ended or time.monotonic() > deadline:
                why = f"{program} has ended" if ended else f"not within {seconds} s"
                raise LabError(f"waiting for {what}: {why}{f'; see {holder.log(program)}' if program else ''}")
            time.sleep(0.2)

    @staticmethod
    def _succeeds(holder, *command):
        try:
            holder.run(*command)
            return True
        except LabError:
            return False

    def _tell(self, text):
        self.say(f"k8s: {text} ({time.monotonic() - self._began:.0f} s)")
