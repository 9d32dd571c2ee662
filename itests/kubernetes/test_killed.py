"""Controller, kubelet, containerd, API server and etcd killed by SIGKILL while pods come and go."""

from concurrent.futures import ThreadPoolExecutor

from system.installation import await_none
from .cluster import having, path, pod, policy
from .standing import ComingAndGoing, Shared, figures


class Killed(Shared):
    def test_the_controller(self):
        self.through("controller", self.at.kill, self.at.start)

    def test_kubelet(self):
        self.through("kubelet", lambda: self.kill("kubelet"), self.at.mend)

    def test_containerd(self):
        self.through("containerd", lambda: self.kill("containerd"), self.at.mend)

    def test_the_api_server(self):
        self.through("API server", lambda: self.at.kill_program("control", "kube-apiserver"), self.at.mend)

    def test_etcd(self):
        self.through("etcd", lambda: self.at.kill_program("control", "etcd"), self.at.mend)

    def kill(self, program):
        for node in ("n1", "n2"):
            self.at.kill_program(node, program)

    def through(self, what, kill, mend):
        """Pods that run keep their traffic, and what was asked for meanwhile is done afterwards."""
        traffic = self.traffic()
        changing = ComingAndGoing(self.at, self.space)
        self.addCleanup(changing.end)
        changing.more(2)
        with ThreadPoolExecutor(1) as someone:
            early = self.asked_for()
            next(early)  # just before: whoever is killed may have heard of it and not have done it
            kill()
            # With the API server away somebody asks until it answers.
            later = someone.submit(lambda: list(early))
            changed_at = changing.count
            mend()
            later.result(timeout=240)
        self.done()
        changing.more(2)
        self.assertGreater(changing.count, changed_at)
        found = {**changing.stop(), **traffic.stop()}
        figures[f"{what} killed"] = found
        self.assertEqual(0, found["delivered to isolated ones"])
        self.kept(found, 2 * found["pods came and went"] + 3)
        self.bites()

    def traffic(self):
        """And who is to change: guest and fallen, leaving, and the policy of hall."""
        self.pods(hall="n1", guest="n2", fallen="n1", leaving="n2")
        self.put(policy(self.space, "hall", {"app": "hall"}, having(ticket="yes")))
        self.label("fallen", ticket="yes")
        self.hall = self.at.address(self.name("hall"))
        self.at.reached({(self.name("fallen"), self.hall): True, (self.name("guest"), self.hall): False})
        self.port_of_leaving = f"logicalports/{self.space}.leaving"
        self.assertEqual(200, self.at.rest("GET", self.port_of_leaving)[0])
        return self.bystanders(also=[ComingAndGoing.ADDRESS])

    def asked_for(self):
        """The requests, the first of each kind before the first pause."""
        late = pod(self.space, "late", "n1", {"app": "late", "ticket": "yes"})
        self.at.create(late)
        self.at.delete(path(pod(self.space, "leaving", "n2")))
        yield
        self.label("guest", ticket="yes")
        self.label("fallen", ticket=None)
        self.at.create(pod(self.space, "latest", "n2", {"app": "latest"}))
        self.at.patch(path(policy(self.space, "hall", {})), {"spec": {"ingress": [
            {"from": [having(ticket="yes"), having(app="latest")]}]}})
        yield

    def done(self):
        self.at.ready(self.name("late"), self.name("latest"), timeout=240)
        self.at.gone(self.name("leaving"))
        self.at.reached({(self.name(who), self.hall): who != "fallen" for who in ("late", "latest", "guest", "fallen")})
        await_none(lambda: self.at.rest("GET", self.port_of_leaving)[0] != 404, 60, "no port of a pod that is gone")

    def bites(self):
        """Without the policy what was forbidden is delivered, so that it would have been seen."""
        before = self.at.delivered(self.name("web"))
        self.at.delete(path(policy(self.space, "web", {})))
        self.at.reached({(self.name("stranger"), self.at.address(self.name("web"))): True})
        self.at.knock(self.name("stranger"), self.at.address(self.name("web")), 4666, how="udp")
        await_none(lambda: self.at.delivered(self.name("web")) == before, 20, "a packet of a stranger")
