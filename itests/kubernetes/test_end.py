"""The last test: what the cluster and its tests leave on the machine."""

import unittest

from . import standing


class End(unittest.TestCase):
    def test_nothing_is_left_of_the_cluster(self):
        standing.cluster()
        self.assertEqual([], standing.end())
