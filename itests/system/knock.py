"""knock.py serve PORT... | tcp ADDRESS PORT | udp ADDRESS PORT | hold ADDRESS PORT: what a guest is told.

tcp prints how a connection ended: connected, or the error's name. udp sends a question and prints answered, silent (after
three seconds) or the error's name. hold connects, prints connected, then sends a line each time it reads one, and prints
sent or the error's name. serve answers on both protocols until it is ended.
"""

import errno
import selectors
import socket
import sys

PATIENCE = 3


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def said(error):
    return "silent" if isinstance(error, TimeoutError) else errno.errorcode.get(error.errno, str(error))


def connected(kind, address, port):
    end = socket.socket(family(address), kind)
    end.settimeout(PATIENCE)
    end.connect((address, port))
    return end


def tcp(address, port):
    with connected(socket.SOCK_STREAM, address, port):
        return "connected"


def udp(address, port):
    with connected(socket.SOCK_DGRAM, address, port) as end:
        end.send(b"who goes there")
        end.recv(64)
        return "answered"


def hold(address, port):
    with connected(socket.SOCK_STREAM, address, port) as end:
        print("connected", flush=True)
        for line in sys.stdin:
            try:
                end.send(line.encode())
                print("answered" if end.recv(64) else "ended", flush=True)
            except OSError as error:
                print(said(error), flush=True)


def serve(ports):
    ready = selectors.DefaultSelector()
    for port in ports:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            end = socket.socket(socket.AF_INET6, kind)
            end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            end.bind(("::", port))
            if kind == socket.SOCK_STREAM:
                end.listen(64)
            ready.register(end, selectors.EVENT_READ, kind)
    print("listening", flush=True)
    while True:
        for key, _ in ready.select():
            end = key.fileobj
            try:
                if key.data == socket.SOCK_DGRAM:
                    end.sendto(*end.recvfrom(64))
                elif key.data == socket.SOCK_STREAM:
                    ready.register(end.accept()[0], selectors.EVENT_READ, None)
                elif data := end.recv(64):
                    end.send(data)
                else:
                    raise ConnectionError
            except OSError:
                if key.data is None:
                    ready.unregister(end)
                    end.close()


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "serve":
        serve([int(port) for port in rest])
    elif what == "hold":
        hold(rest[0], int(rest[1]))
    else:
        try:
            print({"tcp": tcp, "udp": udp}[what](rest[0], int(rest[1])), flush=True)
        except OSError as error:
            print(said(error), flush=True)
