"""Tests of the CNI plugin with real Open vSwitch and real namespaces; python3 -m cni, with lab and itests on the path."""
