"""Connections to the API server that stay: what is timed is the request, not a handshake before it."""

import http.client
import json
import socket
import threading
import time
from urllib.parse import urlsplit

from heddle_lab.k8s.api import Api
from .cluster import PATCH, collection, is_ready


class Connection:
    """One connection, one request at a time. Each answer that is not 2xx is an error."""

    def __init__(self, at, timeout=60):
        server = urlsplit(at.place.server)
        self.link = http.client.HTTPSConnection(server.hostname, server.port, timeout=timeout, context=Api(at.place).context)
        self.link.connect()

    def close(self):
        self.link.close()

    def open(self, method, path, body=None, kind="application/json"):
        self.link.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
        answer = self.link.getresponse()
        if answer.status // 100 != 2:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.read()[:400]!r}")
        return answer

    def ask(self, method, path, body=None, kind="application/json"):
        return json.loads(self.open(method, path, body, kind).read())

    def create(self, document):
        return self.ask("POST", collection(document), document)

    def label(self, space, name, **labels):
        return self.ask("PATCH", f"/api/v1/namespaces/{space}/pods/{name}", {"metadata": {"labels": labels}}, PATCH)


class Pods:
    """What a watch tells of these pods: when each got its node, and when it was ready."""

    def __init__(self, at, names):
        self.names, self.assigned, self.ready, self.failure = set(names), {}, {}, None
        self._changed = threading.Condition()
        self._closed = False
        self.connection = Connection(at, timeout=3600)
        self.stream = self.connection.open("GET", "/api/v1/pods?watch=1&resourceVersion=0")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            for line in self.stream:
                self._told(json.loads(line), time.time())
            raise ConnectionError("the API server ended the watch of pods")
        except Exception as failure:  # told by await_ready, on the thread that waits
            with self._changed:
                self.failure = failure
                self._changed.notify_all()

    def _told(self, event, now):
        pod = event["object"]
        name = f"{pod['metadata'].get('namespace')}/{pod['metadata'].get('name')}"
        if name not in self.names:
            return
        with self._changed:
            if pod.get("spec", {}).get("nodeName"):
                self.assigned.setdefault(name, now)
                if is_ready(pod):
                    self.ready.setdefault(name, now)
            self._changed.notify_all()

    def await_(self, condition, timeout, what):
        """Waits until condition(), which is asked after each event."""
        with self._changed:
            self._changed.wait_for(lambda: self.failure or condition(), timeout)
            if not condition():
                raise AssertionError(f"{what}: not within {timeout} s: {self.failure or ''}")

    def close(self):
        self.connection.link.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread, which holds what close() would wait for
        self._thread.join(20)
        self.connection.close()
