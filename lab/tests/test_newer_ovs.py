"""The same nodes with Debian 13's Open vSwitch."""

from tests import test_nodes


class TwoNodesOfOvs35(test_nodes.TwoNodes):
    OVS = "3.5"


def load_tests(loader, _tests, _pattern):
    # Not TwoNodes itself again, which this module also knows.
    return loader.loadTestsFromTestCase(TwoNodesOfOvs35)
