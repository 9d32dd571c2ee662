"""Churn in small, on the cluster that all tests share; heddle bench churn is the whole of it."""

import os
import random
import unittest

from . import standing
from .churn import churn, faults_of

PODS = int(os.environ.get("HEDDLE_TEST_PODS", 60))
SEED = int(os.environ.get("HEDDLE_TEST_SEED", random.randrange(1 << 31)))


class Churn(unittest.TestCase):
    maxDiff = None

    def test_pods_and_policies_that_come_and_go_under_faults_leave_what_policy_says_and_nothing_else(self):
        print(f"seed {SEED}", flush=True)
        found = standing.figures["churn"] = churn(standing.cluster(), PODS, alive=16, seed=SEED)
        self.assertEqual([], faults_of(found), f"seed {SEED}")
        self.assertEqual(PODS, found["pods made"])
        self.assertEqual(9, len(found["faults"]))
        self.assertGreater(found["matrix"]["cells"], found["matrix"]["allowed"], "policies that forbid something")
