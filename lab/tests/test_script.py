"""The script `heddle` towards REST: what it sends, what it prints, which code it ends with."""

import os
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.test_values import EXAMPLE

SCRIPT = EXAMPLE.parent.parent / "heddle"


class Recorder(BaseHTTPRequestHandler):
    """Notes every request and answers with the server's `answer`: (code, body)."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        code, text = self.server.answer
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        """Quiet."""


class Rest(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        (Path(home.name) / "etc").mkdir()
        (Path(home.name) / "etc/heddle.token").write_text("s3cret\n")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        self.server.requests, self.server.answer = [], (200, b"fine\n")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.environment = {**os.environ, "HEDDLE_HOME": home.name, "HEDDLE_REST_PORT": str(self.server.server_port)}

    def heddle(self, *arguments, **options):
        return subprocess.run([SCRIPT, *arguments], env=self.environment, capture_output=True, text=True, timeout=30,
                              **options)

    def sent(self, *arguments, **options):
        done = self.heddle(*arguments, **options)
        self.assertEqual((0, "fine\n", ""), (done.returncode, done.stdout, done.stderr))
        method, path, headers, body = self.server.requests.pop()
        self.assertEqual("Bearer s3cret", headers["Authorization"])
        return f"{method} {path}", headers, body

    def test_apply_posts_the_whole_file_as_one_transaction(self):
        line, headers, body = self.sent("apply", "-f", str(EXAMPLE))
        self.assertEqual("POST /api/v1/transactions", line)
        self.assertEqual("application/yaml", headers["Content-Type"])
        self.assertEqual(EXAMPLE.read_bytes(), body)

    def test_apply_reads_standard_input(self):
        self.assertEqual(b"kind: X\n", self.sent("apply", "-f", "-", input="kind: X\n")[2])

    def test_people_get_tables_and_programs_get_what_they_ask_for(self):
        for arguments, accept in (((), "text/plain"), (("-o", "json"), "application/json"),
                                  (("-oyaml",), "application/yaml"), (("--output=json",), "application/json")):
            with self.subTest(arguments):
                line, headers, _ = self.sent("get", "LogicalPort", "red-a", *arguments)
                self.assertEqual("GET /api/v1/LogicalPort/red-a", line)
                self.assertEqual(accept, headers["Accept"])

    def test_each_command_is_one_request(self):
        for arguments, line in ((("get", "LogicalPort"), "GET /api/v1/LogicalPort"), (("nodes",), "GET /api/v1/Node"),
                                (("delete", "LogicalPort", "p.1"), "DELETE /api/v1/LogicalPort/p.1"),
                                (("describe", "Node", "n1"), "GET /api/v1/Node/n1?view=describe"),
                                (("wait", "LogicalPort/p", "--for=Realized", "--timeout", "5"),
                                 "GET /api/v1/LogicalPort/p?wait=realized&timeout=5s")):
            with self.subTest(arguments):
                self.assertEqual(line, self.sent(*arguments)[0])

    def test_a_refusal_is_printed_and_is_a_failure(self):
        self.server.answer = (422, b"spec.mac: not a MAC address\n")
        done = self.heddle("apply", "-f", str(EXAMPLE))
        self.assertEqual((1, "", "spec.mac: not a MAC address\n"), (done.returncode, done.stdout, done.stderr))

    def test_a_controller_that_is_not_there_is_a_sentence(self):
        self.environment["HEDDLE_URL"] = "http://127.0.0.1:1"
        done = self.heddle("nodes")
        self.assertEqual(1, done.returncode)
        self.assertIn("heddle start", done.stderr)

    def test_a_name_cannot_turn_into_another_request(self):
        for name in ("", "../transactions", "a?b=c", "a/b", "a b", "-x", "a%2e"):
            with self.subTest(name):
                self.assertEqual(1, self.heddle("delete", "LogicalPort", name).returncode)
        self.assertEqual([], self.server.requests)

    def test_help_names_every_command_and_an_unknown_one_is_refused(self):
        said = self.heddle("--help").stdout
        for command in ("demo", "test", "install", "build", "start", "console", "logs", "apply", "get", "describe",
                        "delete", "wait", "nodes", "lab"):
            self.assertIn(command, said)
        self.assertEqual(1, self.heddle("nonsense").returncode)
