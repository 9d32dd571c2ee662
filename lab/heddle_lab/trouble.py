"""What may befall a lab: daemons that die or hang, cables that are cut. Part of Lab."""

from .settings import LabError
from .switch import DAEMONS

CONTROLLER = "controller"


class Trouble:
    """The methods of a Lab that break something and mend it. Pods stay plugged, databases stay on disk."""

    def kill(self, name, only=None):
        """Kills a node's daemons by SIGKILL, or `only` "vswitchd" or "ovsdb"; they stay away until start()."""
        with self._change:
            self._node_named(name).kill_daemons(_daemons(only))

    def start(self, name):
        """Starts those daemons of a node that do not run. They come back with what the database says."""
        with self._change:
            self._node_named(name).start_daemons()
            self.warm()

    def crash(self, name, only="vswitchd"):
        """Kills a node's daemons, or `only` one, and starts them anew, as a supervisor would."""
        with self._change:
            node = self._node_named(name)
            node.kill_daemons(_daemons(only))
            node.start_daemons()
            self.warm()

    def hang(self, name, on=True):
        """Stops a node as it stands: no packet passes it, no connection ends; or lets it go on."""
        with self._change:
            self._node_named(name).hang(on)
            if not on:
                self.warm()

    def partition(self, one, other, on=True):
        """Cuts the underlay between two nodes, or between a node and the controller ("controller"); or mends it."""
        with self._change:
            ends = [e for e in (one, other) if e != CONTROLLER]
            if len(set(ends)) != len(ends) or not ends:
                raise LabError("a partition is between two nodes, or between a node and the controller")
            nodes = [self._up(end) for end in ends]
            for node in nodes:
                far = [n.address for n in nodes if n is not node] or node.controller_addresses()
                node.cut(node.cut_from | set(far) if on else node.cut_from - set(far))
            if not on:
                self.warm()

    def _node_named(self, name):
        if name not in self.nodes:
            raise LabError(f"there is no node {name}: {', '.join(self.nodes)}")
        return self.nodes[name]

    def _up(self, name):
        """A node that can be asked for something now."""
        node = self._node_named(name)
        if node.condition == "hangs":
            raise LabError(f"{name} hangs: heddle lab hang {name} off")
        if node.condition == "killed":
            raise LabError(f"{name} was killed: heddle lab start {name}")
        return node


def _daemons(only):
    if only is None:
        return list(DAEMONS)
    if only not in DAEMONS:
        raise LabError(f"there is no daemon {only}: {', '.join(DAEMONS)}")
    return [only]
