"""A lab of real Open vSwitch nodes in network namespaces, built on Mininet.

    from heddle_lab import Lab, attach
    from mininet.cli import CLI

    with Lab(nodes=2, standalone=True) as lab:     # a lab of this process; gone when the block ends
        lab.plug("red-a", node="n1", addresses=["10.0.0.11/24"])
        CLI(lab.net)                               # lab.net is a mininet.net.Mininet

    net = attach()                                 # the lab that `heddle lab up` runs, as a Mininet

Both need root and Debian's `mininet` for /usr/bin/python3.
"""


def __getattr__(name):
    # Mininet takes a while to import; `heddle lab exec` must not wait for it.
    if name == "Lab":
        from .lab import Lab
        return Lab
    if name == "attach":
        from .attach import attach
        return attach
    raise AttributeError(name)
