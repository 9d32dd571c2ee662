"""REST as its pages say it: their examples as they stand, and HTTPS where others can listen in. Controllers without a lab."""

import json
import re
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

from .installation import ROOT, Installation, Refused, await_none

# Each answer's code goes where the test can read it, whatever the example does with the answer itself.
CODES = "curl() { command curl -w '%{stderr}CODE %{http_code}\\n' \"$@\"; }\n"


def examples(page):
    """The blocks of a page that are marked as shell, in their order."""
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.M | re.S)


class Controlled(unittest.TestCase):
    """One controller for the tests of a class; nothing of it is left."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.at = Installation()
        cls.at.environment.update(cls.settings)
        cls.addClassCleanup(cls.finished)
        cls.at.start()

    @classmethod
    def finished(cls):
        left = cls.at.close()
        if left:
            raise AssertionError(f"left behind: {left}")

    def run_page(self, page):
        blocks = examples(page)
        self.assertGreater(len(blocks), 0)
        script = CODES + "set -euo pipefail\n" + "\n".join(blocks)
        address = self.at.url.removesuffix("/api/v1")
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, env={**self.at.environment, "HEDDLE_URL": address},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return "\n".join(blocks), done


class RestPage(Controlled):
    def test_its_examples_do_what_it_says(self):
        text, done = self.run_page("rest.md")
        codes = re.findall(r"^CODE (\d+)$", done.stderr, re.M)
        # What is not a 2xx stands in the comment of its line.
        self.assertEqual(re.findall(r"#.*\b([45]\d\d)\b", text), [c for c in codes if c[0] != "2"], done.stderr)
        self.assertGreater(sum(c[0] == "2" for c in codes), 12)
        self.assertIn("event: synced", done.stdout)


class CommandPage(Controlled):
    def test_its_examples_run(self):
        _, done = self.run_page("cli.md")
        self.assertIn("put     LogicalPort/red-a", done.stdout)
        self.assertIn("LogicalPort/red-c deleted", done.stdout)


class AclPage(Controlled):
    def test_its_examples_run(self):
        _, done = self.run_page("acl.md")
        self.assertIn("Nothing was changed.", done.stdout)
        self.assertIn("2 ports that the change may concern have no interface", done.stdout)
        self.assertEqual([], self.at.get("acls")["items"])


class Https(Controlled):
    settings = {"HEDDLE_REST_ADDRESS": "0.0.0.0"}

    @property
    def port(self):
        return int(self.at.environment["HEDDLE_REST_PORT"])

    def refused(self, *arguments):
        with self.assertRaises(Refused) as refused:
            self.at.heddle(*arguments)
        return str(refused.exception)

    def serial(self):
        said = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20).stdout
        return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=said[said.index("-----BEGIN"):],
                              capture_output=True, text=True, check=True).stdout

    def test_the_command_speaks_tls_where_others_can_listen_in(self):
        self.assertIn(f"ready at https://127.0.0.1:{self.port}", self.at.heddle("status"))
        self.at.heddle("apply", "-f", str(ROOT / "examples/two-tenants.yaml"))
        self.assertEqual(6, len(json.loads(self.at.heddle("get", "ports", "-o", "json"))["items"]))

    def test_plain_http_is_told_so_and_nothing_else(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/ready", timeout=20)
        self.assertEqual(400, refused.exception.code)
        self.assertIn(b"https://", refused.exception.read())

    def test_a_certificate_of_somebody_else_is_not_believed(self):
        self.at.environment["HEDDLE_CACERT"] = str(self.at.home / "run/pki/switchca/cacert.pem")
        self.addCleanup(self.at.environment.pop, "HEDDLE_CACERT")
        self.assertIn("a certificate of nobody we trust", self.refused("get", "ports"))

    def test_a_renewed_certificate_is_shown_without_a_restart(self):
        before, pid = self.serial(), self.at.pid
        self.at.heddle("pki", "renew")
        await_none(lambda: self.serial() == before, 30, "a new certificate")
        self.at.heddle("get", "ports")
        self.assertEqual(pid, self.at.pid)

    def test_without_tls_it_does_not_listen_and_says_why(self):
        self.at.heddle("stop")
        self.at.environment["HEDDLE_REST_TLS"] = "off"
        try:
            why = "address 0.0.0.0 is refused: tls = off"
            self.assertIn(why, self.refused("start"))
            self.assertIn(why, self.refused("status"))
            with socket.socket() as nobody:
                self.assertNotEqual(0, nobody.connect_ex(("127.0.0.1", self.port)))
        finally:
            del self.at.environment["HEDDLE_REST_TLS"]
            self.at.heddle("stop")
            self.at.start()
