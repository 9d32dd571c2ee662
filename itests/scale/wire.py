"""One select() loop, and what the harness itself speaks on it: OVSDB, HTTP, OpenFlow."""

import json
import os
import selectors
import socket
import struct
import subprocess
import time


class Loop:
    def __init__(self):
        self.selector = selectors.DefaultSelector()

    def add(self, file, callback):
        self.selector.register(file, selectors.EVENT_READ, callback)

    def remove(self, file):
        self.selector.unregister(file)

    def run(self, seconds):
        self.until(lambda: False, seconds)

    def until(self, predicate, timeout, step=0.02):
        """Runs until predicate() or the timeout; whether it held."""
        stop = time.monotonic() + timeout
        while not predicate():
            left = stop - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self.selector.select(min(left, step)):
                key.data()
        return True


class Jsonrpc:
    """A client of one database, over a unix socket (RFC 7047)."""

    def __init__(self, loop, path, database):
        self.loop, self.database = loop, database
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.text, self.number, self.replies, self.updates = "", 0, {}, {}
        self.decoder = json.JSONDecoder()
        loop.add(self.socket, self._read)

    def close(self):
        self.loop.remove(self.socket)
        self.socket.close()

    def _send(self, message):
        self.socket.sendall(json.dumps(message).encode())

    def _read(self):
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise RuntimeError("OVSDB closed the connection")
        self.text += chunk.decode()
        while self.text.endswith("}"):  # else a long message whose end is still to come
            try:
                message, end = self.decoder.raw_decode(self.text)
            except ValueError:
                return
            self.text = self.text[end:].lstrip()
            if message.get("method") == "echo":
                self._send({"id": message["id"], "result": message["params"], "error": None})
            elif message.get("method") == "update":
                self.updates[message["params"][0]](message["params"][1])
            else:
                self.replies[message["id"]] = message

    def send(self, method, params):
        """Sends, and does not wait: the reply stays in `replies`."""
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        return self.number

    def call(self, method, params):
        number = self.send(method, params)
        if not self.loop.until(lambda: number in self.replies, 300):
            raise RuntimeError(f"OVSDB: no reply to {method}")
        reply = self.replies.pop(number)
        if reply.get("error"):
            raise RuntimeError(f"OVSDB: {reply['error']}")
        return reply["result"]

    def transact(self, operations):
        results = self.call("transact", [self.database, *operations])
        for result in results:
            if result and result.get("error"):
                raise RuntimeError(f"OVSDB: {result['error']} {result.get('details')}")
        return results

    def monitor(self, name, table, columns, callback):
        """callback(table updates) for every later insert or change."""
        self.updates[name] = callback
        self.call("monitor", [self.database, name, {table: {"columns": columns, "select": {"initial": False}}}])


class Http:
    """One persistent connection of HTTP/1.1, one request at a time; connects anew when the server has left."""

    def __init__(self, loop, address, token):
        self.loop, self.address, self.token = loop, address, token
        self.socket, self.data, self.reply, self.waiting = None, b"", None, False
        self.then = None

    def send(self, method, path, tree=None, then=None):
        """Sends, and does not wait: `reply` becomes (status, tree) when the answer is here, and then(reply) is called."""
        body = b"" if tree is None else json.dumps(tree).encode()
        head = (f"{method} {path} HTTP/1.1\r\nHost: {self.address[0]}\r\nAuthorization: Bearer {self.token}\r\n"
                f"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        if self.socket is None:
            self.socket = socket.create_connection(self.address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.loop.add(self.socket, self._read)
        self.reply, self.data, self.waiting, self.then = None, b"", True, then
        self.socket.sendall(head.encode() + body)

    def call(self, method, path, tree=None, timeout=120):
        self.send(method, path, tree)
        if not self.loop.until(lambda: self.reply is not None, timeout):
            raise RuntimeError(f"{method} {path}: no answer")
        status, answer = self.reply
        if not 200 <= status < 300:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def _read(self):
        try:
            chunk = self.socket.recv(1 << 20)
        except ConnectionResetError:
            chunk = b""
        if not chunk:  # between requests it may: it was idle, or its process was killed
            self.close()
            if self.waiting:
                self._answered(0, "the connection was closed")
            return
        self.data += chunk
        head, found, body = self.data.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.decode().split("\r\n")
        length = next(int(x.split(":")[1]) for x in lines[1:] if x.lower().startswith("content-length:"))
        if len(body) >= length:
            self._answered(int(lines[0].split()[1]), json.loads(body[:length] or b"null"))

    def _answered(self, status, tree):
        self.waiting, self.reply = False, (status, tree)
        if self.then:
            self.then(self.reply)

    def close(self):
        if self.socket is not None:
            self.loop.remove(self.socket)
            self.socket.close()
            self.socket = None


class FlowWatch:
    """Counts the changes of one bridge's flow tables as the switch tells them, and when the last one was."""

    def __init__(self, loop, node):
        self.loop = loop
        self.last, self.count = 0.0, 0
        self.process = subprocess.Popen(
            node.command("ovs-ofctl", "-O", "OpenFlow13", "monitor", "unix:" + node.management, "watch:!initial"),
            env={**os.environ, **node.env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        os.set_blocking(self.process.stderr.fileno(), False)
        loop.add(self.process.stderr, self._read)

    def _read(self):
        data = self.process.stderr.read(1 << 20)
        if data == b"":
            raise RuntimeError(f"ovs-ofctl monitor ended (exit {self.process.wait()})")
        events = (data or b"").count(b" event=")
        if events:
            self.count += events
            self.last = time.monotonic()

    def reset(self):
        self.last, self.count = 0.0, 0

    def close(self):
        self.loop.remove(self.process.stderr)
        self.process.kill()
        self.process.communicate()


class OpenFlow:
    """Just enough OpenFlow 1.3 to ask a bridge how many flows it has."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(120)
        self.socket.connect(path)
        self.socket.sendall(struct.pack("!BBHI", 4, 0, 8, 1))

    def _receive(self, size):
        data = b""
        while len(data) < size:
            chunk = self.socket.recv(size - len(data))
            if not chunk:
                raise RuntimeError("OpenFlow connection closed")
            data += chunk
        return data

    def flow_count(self):
        body = struct.pack("!HHI", 2, 0, 0) + struct.pack(
            "!B3xII4xQQHHI", 0xff, 0xffffffff, 0xffffffff, 0, 0, 1, 4, 0)
        self.socket.sendall(struct.pack("!BBHI", 4, 18, 8 + len(body), 7) + body)
        while True:
            _, kind, length, xid = struct.unpack("!BBHI", self._receive(8))
            data = self._receive(length - 8)
            if kind == 2:
                self.socket.sendall(struct.pack("!BBHI", 4, 3, length, xid) + data)
            elif kind == 19 and xid == 7:
                return struct.unpack("!I", data[24:28])[0]
            elif kind == 1:
                raise RuntimeError(f"OpenFlow error {data[:4].hex()}")

    def close(self):
        self.socket.close()
