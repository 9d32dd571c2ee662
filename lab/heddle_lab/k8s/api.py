"""Asks the API server, as admin."""

import json
import ssl
import urllib.error
import urllib.request


class Api:
    def __init__(self, place):
        self.server = place.server
        self.context = ssl.create_default_context(cafile=str(place.pki / "ca.pem"))
        self.context.load_cert_chain(place.pki / "admin.pem", place.pki / "admin.key")

    def get(self, path):
        """A JSON document or, if the server answers in words, text; None if it does not answer, or not with 200."""
        try:
            with urllib.request.urlopen(self.server + path, timeout=5, context=self.context) as answer:
                body = answer.read()
                return json.loads(body) if "json" in answer.headers.get("Content-Type", "") else body.decode()
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def ready_nodes(self):
        """Names of the nodes that are Ready and take pods."""
        found = (self.get("/api/v1/nodes") or {}).get("items", [])
        return {n["metadata"]["name"] for n in found if not n["spec"].get("taints") and any(
            c["type"] == "Ready" and c["status"] == "True" for c in n["status"].get("conditions", []))}
