"""Traffic that goes on while something is done to the network, and an exact count of what was lost."""

import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .installation import await_none, finish

UDP, TCP, INTRUDER = (["/usr/bin/python3", str(Path(__file__).with_name(f"{name}.py"))]
                      for name in ("udp", "tcp", "intruder"))
PIDFD_GETFD = 438  # pidfd_getfd(2)


class Ping:
    """ping every 10 ms. It runs when three packets were answered; what was lost are numbers between the third answer
    and the last one that were not answered.
    """

    def __init__(self, installation, pod, address, interval=0.01):
        self.log = tempfile.TemporaryFile("w+")
        self.process = installation.popen(pod, "ping", "-n", "-i", str(interval), address, stdout=self.log,
                                          stderr=subprocess.STDOUT)
        self.more()
        self.first = sorted(set(self._answered()))[2]

    def _answered(self):
        self.log.seek(0)
        return [int(n) for n in re.findall(r"bytes from .*icmp_seq=(\d+)", self.log.read())]

    def more(self):
        """Waits for answers to three more packets."""
        seen = len(set(self._answered()))
        await_none(lambda: len(set(self._answered())) < seen + 3, 10, "answers to a ping")

    def stop(self):
        """Ends it after three more answers, which show that it still works, and counts."""
        self.more()
        finish(self.process, signal.SIGINT)
        answered = self._answered()
        self.log.close()
        # A number beyond 65,535 would wrap: ten minutes at this rate.
        last = max(answered)
        missing = sorted(set(range(self.first, last + 1)) - set(answered))
        return {"sent": last, "lost": len(missing), "first lost": missing[:10],
                "duplicates": len(answered) - len(set(answered))}


class Udp:
    """Numbered UDP packets from one pod to another, 1,000 a second. They run when the first has arrived."""

    def __init__(self, installation, sender, receiver, address, port=4000, rate=1000):
        self.receiver = installation.popen(receiver, *UDP, "receive", str(port),
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                           start_new_session=True)
        assert "listening" in self.receiver.stderr.readline()
        self.sender = installation.popen(sender, *UDP, "send", address, str(port), str(rate),
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                         start_new_session=True)
        assert "sending" in self.sender.stderr.readline()
        assert "receiving" in self.receiver.stderr.readline()
        self.rate, self.began = rate, time.monotonic()

    def wait(self, packets):
        """Returns when as many packets should have been sent. The one wait here for time itself."""
        time.sleep(max(0, self.began + packets / self.rate - time.monotonic()))

    def stop(self):
        """Ends both; what was sent, received and lost."""
        sent = json.loads(finish(self.sender))
        try:
            said = self.receiver.communicate(timeout=2)[0]
        except subprocess.TimeoutExpired:
            said = finish(self.receiver)  # the last packet was lost, too
        found = json.loads(said)
        return {**sent, **found, "lost": sent["sent"] - found["first"] - found["received"]}


def started(installation, name, command, word):
    """A program of this directory in a pod, once it has said `word`."""
    process = installation.popen(name, *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 start_new_session=True)
    said = process.stderr.readline()
    assert word in said, said + process.stderr.read()
    return process


class Tcp:
    """New TCP connections from one pod to another at an even rate."""

    def __init__(self, installation, sender, receiver, address, port=4100, rate=50):
        self.server = started(installation, receiver, [*TCP, "serve", str(port)], "listening")
        self.client = started(installation, sender, [*TCP, "connect", address, str(port), str(rate)], "connecting")

    def stop(self):
        counts = json.loads(finish(self.client))
        finish(self.server)
        return counts


class Intruder:
    """Sends `forbidden` frames, to a port of their own, with an honest one between, and counts what pods see of both."""

    FORBIDDEN, HONEST = 4666, 4667

    def __init__(self, installation, sender, honest, forbidden, watchers, rate=200):
        ports = [str(self.FORBIDDEN), str(self.HONEST)]
        self.watchers = {pod: started(installation, pod, [*INTRUDER, "watch", *ports], "watching") for pod in watchers}
        frames = [f"{honest},{self.HONEST}", *(f"{f},{self.FORBIDDEN}" for f in forbidden)]
        self.sender = started(installation, sender, [*INTRUDER, "send", str(rate), *frames], "sending")
        self.forbidden = len(forbidden) / len(frames)

    def stop(self):
        sent = json.loads(finish(self.sender))["sent"]
        seen = {pod: json.loads(finish(w)) for pod, w in self.watchers.items()}
        return {"forbidden sent": round(sent * self.forbidden),
                **{word: {pod: counts[str(port)] for pod, counts in seen.items()}
                   for word, port in (("forbidden seen", self.FORBIDDEN), ("honest seen", self.HONEST))}}


def enlarge(installation, nodes, size=32 << 20):
    """Gives the queues in which the kernel keeps packets for the switches of these nodes more room, so that a machine
    with other work loses none there. Only these sockets: the machine's own settings stay. How many they are.
    """
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    found = 0
    for node in nodes:
        pid = int((installation.lab.node_directory(node) / "ovs-vswitchd.pid").read_text())
        process = os.pidfd_open(pid)
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if not os.readlink(link).startswith("socket:"):
                continue
            copy = syscall(PIDFD_GETFD, process, int(link.name), 0)
            if copy < 0:
                raise OSError(ctypes.get_errno(), f"descriptor {link.name} of the switch of {node}")
            with socket.socket(fileno=copy) as queue:
                if queue.family == socket.AF_PACKET:
                    queue.setsockopt(socket.SOL_SOCKET, 33, size)  # SO_RCVBUFFORCE
                    found += 1
        os.close(process)
    return found


def dropped(installation, nodes):
    """What the switches themselves say they lost or dropped, by node and counter: of packets that were read, not those
    that a flow drops.
    """
    found = {}
    for node in nodes:
        lost = re.search(r"lost:(\d+)", installation.node(node, "ovs-appctl", "dpctl/show"))
        counters = {"lost": int(lost[1])}
        for line in installation.node(node, "ovs-appctl", "coverage/show").splitlines():
            counter = re.match(r"(datapath_drop_\w+|drop_action_\w+) .*total: (\d+)", line)
            if counter and counter[1] != "drop_action_of_pipeline":
                counters[counter[1]] = int(counter[2])
        found[node] = counters
    return found


def unread(installation, nodes):
    """How many packets the kernel has thrown away since the switches of these nodes opened their ports, because a
    switch did not come to read them: its queue for the port was full (ss(8), the d of skmem). No flow saw them. On a
    machine that has time for its switches there are none.
    """
    return sum(int(dropped) for node in nodes
               for dropped in re.findall(r",d(\d+)\)", installation.node(node, "ss", "-0", "-a", "-m")))


class Changes:
    """What a node's br-int itself says was added, changed or removed: the switch's word, not the controller's."""

    def __init__(self, installation, node):
        self.installation, self.node = installation, node
        self.log = tempfile.TemporaryFile("w+")
        self.control = installation.lab.directory / f"watch-{node}.ctl"
        self.process = installation.popen(node, "ovs-ofctl", f"--unixctl={self.control}", "-O", "OpenFlow13",
                                          "monitor", "br-int", "watch:!initial", stdout=self.log,
                                          stderr=subprocess.STDOUT)
        await_none(lambda: not self.control.exists(), 10, "ovs-ofctl monitor")
        self._sync()

    def _sync(self):
        """Returns when the switch has answered a barrier on this connection: what it said before is in the log."""
        self.installation.node(self.node, "ovs-appctl", "-t", str(self.control), "ofctl/barrier")

    def any(self):
        """Whether the switch has said anything yet."""
        self.log.seek(0)
        return "event=" in self.log.read()

    def stop(self):
        """The events, as the switch wrote them."""
        self._sync()
        self.installation.node(self.node, "ovs-appctl", "-t", str(self.control), "exit")
        self.process.wait(timeout=10)
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        return re.findall(r"event=(?:ADDED|DELETED|MODIFIED|ABBREV).*", text)
