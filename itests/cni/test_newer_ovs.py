"""The same cluster with Debian 13's Open vSwitch."""

from . import test_cluster


class ClusterOfOvs35(test_cluster.Cluster):
    OVS = "3.5"


def load_tests(loader, _tests, _pattern):
    # Not Cluster itself again, which this module also knows.
    return loader.loadTestsFromTestCase(ClusterOfOvs35)
