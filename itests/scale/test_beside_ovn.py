"""OVN in small, on Debian 13's Open vSwitch: only with ./heddle test --all, since it fetches them."""

import os
import subprocess
from pathlib import Path

from scale.drivers import heddle, ovn
from scale.sim import Programs
from scale.test_smoke import InSmall


class BesideOvn(InSmall):
    @classmethod
    def setUpClass(cls):
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "heddle/ovn-25.03"
        subprocess.run(["sh", str(Path(__file__).with_name("debian13.sh")), str(cache)], check=True,
                       stdin=subprocess.DEVNULL)
        cls.programs = Programs(cache / "bin")

    def test_ovn_runs_on_the_nodes(self):
        self.run_all(ovn.Driver, self.programs)

    def test_heddle_runs_on_the_same_nodes(self):
        self.run_all(heddle.Driver, self.programs)
