"""The bridge, the CNI plugin and the controller on a real cluster (README.md)."""
