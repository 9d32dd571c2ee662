"""Traffic that goes on while something is done to the network, and an exact count of what was lost."""

import json
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .installation import await_none, finish

UDP = ["/usr/bin/python3", str(Path(__file__).with_name("udp.py"))]


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

    def stop(self):
        """The events, as the switch wrote them."""
        self._sync()
        self.installation.node(self.node, "ovs-appctl", "-t", str(self.control), "exit")
        self.process.wait(timeout=10)
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        return re.findall(r"event=(?:ADDED|DELETED|MODIFIED|ABBREV).*", text)
