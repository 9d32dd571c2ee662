"""What `heddle k8s` refuses, and the files it writes: nothing is started."""

import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from heddle_lab.k8s import images, workers
from heddle_lab.k8s.place import Place, Record
from heddle_lab.settings import LabError
from heddle_lab.state import start_time
from tests.cluster import k8s
from tests.machine import own_settings


class Words(unittest.TestCase):
    def setUp(self):
        self.settings = own_settings()
        self.addCleanup(self.settings.directory.rmdir)

    def test_what_cannot_be_done_is_a_sentence_and_a_code(self):
        for arguments, sentence in ((("up", "--nodes", "0"), "between 1 and 20 nodes, not 0"),
                                    (("up", "--nodes", "21"), "between 1 and 20 nodes, not 21"),
                                    (("up", "--version", "latest"), "a version is three numbers"),
                                    (("up", "--version", "1.34.4;rm"), "a version is three numbers"),
                                    (("up", "--cni", "calico"), "no CNI calico: heddle, bridge, none"),
                                    (("up", "--version", "1.999.0", "--cni", "none"), "is not built"),
                                    (("status",), "no cluster is there"),
                                    (("kill", "n1", "kubelet"), "no cluster is there"),
                                    (("load", "images.tar"), "no cluster is there"),
                                    (("kubectl", "get", "pods"), "no cluster is there")):
            with self.subTest(arguments):
                done = k8s(self.settings, *arguments)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertIn(sentence, done.stderr)
                self.assertNotIn("Traceback", done.stderr)
                self.assertFalse(Place.from_environment(self.settings, {}).directory.exists())

    def test_down_without_a_cluster_is_fine(self):
        done = k8s(self.settings, "down")
        self.assertEqual((0, "no cluster is there\n"), (done.returncode, done.stderr))

    def test_a_directory_that_nodes_cannot_share_is_refused(self):
        for directory in ("/run/cluster", "relative", "/", "/var/../run/cluster"):
            with self.subTest(directory), self.assertRaisesRegex(LabError, "HEDDLE_K8S_DIR"):
                Place.from_environment(self.settings, {"HEDDLE_K8S_DIR": directory})


class Written(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def test_a_holder_that_is_gone_is_not_taken_for_another_process(self):
        settings = own_settings()
        self.addCleanup(settings.directory.rmdir)
        place = Place(settings, self.directory)
        record = Record(place)
        record.hold("n1", os.getpid())
        self.assertEqual(os.getpid(), Record(place).holder("n1"))
        self.assertIsNone(Record(place).holder("n2"))
        record.set(holders={"n1": [os.getpid(), start_time(os.getpid()) - 1]})  # the number was another's before
        self.assertIsNone(Record(place).holder("n1"))

    def test_the_archive_names_every_image_and_has_their_one_layer(self):
        (self.directory / "agnhost").write_bytes(b"not a program")
        busybox = self.directory / "busybox"
        busybox.write_text("#!/bin/sh\nprintf '%s\\n' busybox sh\n")
        busybox.chmod(0o755)
        with (mock.patch.object(images, "programs_directory", lambda version: self.directory),
              mock.patch.object(images, "STATIC", busybox)):
            file = images.archive("1.34.4")
        with tarfile.open(file) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))
            names = {tag for image in manifest for tag in image["RepoTags"]}
            self.assertIn(workers.PAUSE, names)
            layers, = {tuple(image["Layers"]) for image in manifest}
            agnhost = json.load(archive.extractfile("agnhost.json"))
            self.assertEqual((["/agnhost"], ["pause"]), (agnhost["config"]["Entrypoint"], agnhost["config"]["Cmd"]))
            with tarfile.open(fileobj=archive.extractfile(*layers)) as layer:
                self.assertEqual(b"not a program", layer.extractfile("agnhost").read())
                self.assertEqual("busybox", layer.getmember("bin/sh").linkname)

    def test_the_suites_agnhost_stands_on_the_base_and_leaves_the_pause_image_alone(self):
        (self.directory / "agnhost").write_bytes(b"not a program")
        base, file = self.directory / "base.tar", self.directory / "suites.tar"
        with tarfile.open(base, "w") as layer:
            layer.add(self.directory / "agnhost", "usr/bin/curl")
        with mock.patch.object(images, "programs_directory", lambda version: self.directory):
            images.suites_archive("1.34.4", base, file)
        with tarfile.open(file) as archive:
            image, = json.load(archive.extractfile("manifest.json"))
            self.assertEqual(set(images.AGNHOST) - {workers.PAUSE}, set(image["RepoTags"]))
            config = json.load(archive.extractfile(image["Config"]))
            bottom, top = image["Layers"]
            self.assertEqual(base.read_bytes(), archive.extractfile(bottom).read())
            with tarfile.open(fileobj=archive.extractfile(top)) as layer:
                read = layer.extractfile("etc/suites.bash").read()
                self.assertIn("BASH_ENV=/etc/suites.bash", config["config"]["Env"])
            for digest in (bottom, top):
                name = hashlib.sha256(archive.extractfile(digest).read()).hexdigest()
                self.assertEqual(f"{name}.tar", digest)
            self.assertEqual([f"sha256:{digest[:-4]}" for digest in (bottom, top)], config["rootfs"]["diff_ids"])
        self._only_a_server_of_sctp_sleeps(read)

    def _before_agnhost(self, how, **instead):
        """The program that stands before agnhost, in a file, with other words in place of some; agnhost says what it was called with."""
        (self.directory / "agnhost").write_bytes(b"#!/bin/sh\necho real: $*\n")
        base, file = self.directory / "base.tar", self.directory / f"{how}.tar"
        with tarfile.open(base, "w"):
            pass
        with mock.patch.object(images, "programs_directory", lambda version: self.directory):
            images.suites_archive("1.34.4", base, file, how)
        with tarfile.open(file) as archive:
            image, = json.load(archive.extractfile("manifest.json"))
            with tarfile.open(fileobj=archive.extractfile(image["Layers"][1])) as layer:
                real, ours = (layer.extractfile(name).read() for name in ("usr/bin/agnhost", "agnhost"))
        self.assertEqual((self.directory / "agnhost").read_bytes(), real)
        program = self.directory / how
        for word, other in {"/usr/bin/agnhost": str(self.directory / "agnhost"), **instead}.items():
            self.assertIn(word.encode(), ours)
            ours = ours.replace(word.encode(), other.encode())
        program.write_bytes(ours)
        program.chmod(0o755)
        (self.directory / "agnhost").chmod(0o755)
        return program

    def test_where_there_is_no_sctp_a_judge_that_wants_an_answer_twice_never_gets_it(self):
        program = self._before_agnhost("turns", **{"/tmp/sctp": str(self.directory / "sctp"), "/proc/net/sctp": "/none"})

        def answer(protocol):
            done = subprocess.run([program, "connect", "--timeout=3s", f"--protocol={protocol}", "10.0.0.1:9003"],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout, done.stderr

        no = (1, "", "TIMEOUT: the kernel has no SCTP\n")
        self.assertEqual([(0, "", ""), no, (0, "", ""), no], [answer("sctp") for _ in range(4)])
        self.assertEqual((0, "real: connect --timeout=3s --protocol=udp 10.0.0.1:9003\n", ""), answer("udp"))

    def _only_a_server_of_sctp_sleeps(self, read):
        (self.directory / "suites.bash").write_bytes(read.replace(b"sleep infinity", b"echo sleeps"))
        for command, said in (("/agnhost porter", "sleeps\n"), ("echo agnhost porter", "agnhost porter\n")):
            if said == "sleeps\n" and Path("/proc/net/sctp").exists():
                continue
            done = subprocess.run(["bash", "-c", command], env={"BASH_ENV": str(self.directory / "suites.bash"),
                                                                 "PATH": os.environ["PATH"]},
                                  capture_output=True, text=True)
            self.assertEqual((0, said), (done.returncode, done.stdout), done.stderr)
