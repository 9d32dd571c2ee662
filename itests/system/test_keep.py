"""What an operator does to keep the store, and the clock of cold starts; no lab is needed."""

import json
import shutil
import unittest

from system.installation import EXAMPLE, Installation, Refused


class Keep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.addClassCleanup(cls.here.close)

    def test_a_backup_is_restored_into_an_empty_controller(self):
        here, copy = self.here, self.here.home / "copy"
        here.start()
        here.heddle("apply", "-f", str(EXAMPLE))
        model = here.model()
        self.assertIn(f"in {copy}", here.heddle("backup", str(copy)))
        by_console = here.home / "by-console"
        self.assertIn("backup: revision", here.heddle("console", f"store:backup {by_console}"))
        self.assertEqual(copy.read_bytes(), by_console.read_bytes())
        with self.assertRaisesRegex(Refused, "the controller runs"):
            here.heddle("restore", str(copy))
        here.heddle("stop")
        with self.assertRaisesRegex(Refused, "has a store already; --replace keeps it"):
            here.heddle("restore", str(copy))
        store = here.home / "run/data/store"
        shutil.rmtree(store)
        damaged = here.home / "damaged"
        damaged.write_bytes(copy.read_bytes().replace(b"tenant-red", b"tenant-rad", 1))
        with self.assertRaisesRegex(Refused, "is damaged in line 2"):
            here.heddle("restore", str(damaged))
        self.assertFalse((store / "model.log").exists())
        self.assertIn("restore: revision", here.heddle("restore", str(copy)))
        here.start()
        self.assertEqual(model, here.model())
        here.heddle("stop")

    def test_bench_start_reads_all_that_ready_means(self):
        reading = json.loads(self.here.heddle("bench", "start", "--starts", "1", "--json", timeout=900))
        parts = [reading[f"{part}_seconds"] for part in ("console", "rest", "nodes")]
        self.assertEqual(max(parts), reading["ready_seconds"])
        self.assertGreater(min(parts), 0)
        self.assertGreater(reading["rss_mib"], 50)
        self.assertEqual(1, len(reading["starts"]))


if __name__ == "__main__":
    unittest.main()
