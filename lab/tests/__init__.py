"""Tests of the lab: as root, with Open vSwitch and Mininet installed. Run: heddle test, or python3 -m tests in lab/."""
