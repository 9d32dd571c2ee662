"""Cleaning up by exact identity: nothing else is ever touched."""

import os
import subprocess
import unittest

from heddle_lab.state import State, reap, start_time
from tests.machine import own_settings, traces


class Reaping(unittest.TestCase):
    def setUp(self):
        self.settings = own_settings()
        self.addCleanup(reap, self.settings)
        self.process = subprocess.Popen(["sleep", "600"])
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def test_a_recorded_process_is_ended(self):
        State(self.settings).add_process(self.process.pid)
        reap(self.settings)
        self.assertEqual(-15, self.process.wait(timeout=5))

    def test_a_process_that_got_a_recorded_pid_later_is_left_alone(self):
        state = State(self.settings)
        state.add("processes", [self.process.pid, start_time(self.process.pid) - 1])
        reap(self.settings)
        self.assertIsNone(self.process.poll())

    def test_a_process_inside_a_recorded_namespace_is_ended_and_the_namespace_removed(self):
        name = self.settings.namespace("x")
        State(self.settings).add("namespaces", name)
        subprocess.run(["ip", "netns", "add", name], check=True)
        guest = subprocess.Popen(["nsenter", f"--net=/run/netns/{name}", "sleep", "600"])
        self.addCleanup(guest.wait)
        self.addCleanup(guest.kill)
        while os.stat(f"/proc/{guest.pid}/ns/net").st_ino != os.stat(f"/run/netns/{name}").st_ino:
            os.sched_yield()
        reap(self.settings)
        self.assertEqual(-15, guest.wait(timeout=5))
        self.assertFalse(os.path.exists(f"/run/netns/{name}"))
        self.assertIsNone(self.process.poll())

    def test_a_strangers_file_in_the_directory_stays(self):
        State(self.settings).write()
        file = self.settings.directory / "notes"
        file.write_text("mine")
        reap(self.settings)
        self.assertEqual([file], list(self.settings.directory.iterdir()))
        file.unlink()

    def test_reaping_twice_or_without_a_lab_is_fine(self):
        State(self.settings).write()
        reap(self.settings)
        reap(self.settings)
        self.assertEqual([], traces(self.settings))
