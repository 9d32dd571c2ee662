"""Speaks to the lab's daemon, and starts it."""

import fcntl
import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from .settings import LabError
from .state import State


@contextmanager
def alone(settings):
    """Holds the lab's directory, made if need be, so that no two `up` or `down` run at once."""
    settings.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    handle = os.open(settings.directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        settings.directory.mkdir(mode=0o755, parents=True, exist_ok=True)  # a `down` may just have removed it
        yield
    finally:
        os.close(handle)


def start(settings):
    """Starts the daemon unless it runs; returns when it takes requests."""
    with alone(settings):
        if State(settings).owner_alive() and settings.socket.exists():
            return
        read, write = os.pipe()
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        with open(settings.log, "ab") as log:
            subprocess.Popen([sys.executable, "-m", "heddle_lab.daemon", str(write)], stdin=subprocess.DEVNULL,
                             stdout=log, stderr=log, start_new_session=True, pass_fds=(write,), cwd="/",
                             env=environment)
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        if said != "ready":
            raise LabError(said or f"the lab's daemon did not start: see {settings.log}")


def ask(settings, do, say=lambda text: None, **values):
    """Puts one request to the daemon; its result. LabError with the daemon's sentence if it refuses."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(settings.socket))
        except (FileNotFoundError, ConnectionRefusedError):
            if settings.state_file.exists():
                raise LabError("the lab's daemon is gone; `heddle lab down` removes what it left") from None
            raise LabError("no lab is running: heddle lab up --nodes N") from None
        connection.sendall(json.dumps({"do": do, **values}).encode() + b"\n")
        with connection.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                answer = json.loads(line)
                if "say" in answer:
                    say(answer["say"])
                elif "error" in answer:
                    raise LabError(answer["error"])
                else:
                    return answer["result"]
    raise LabError("the lab's daemon ended in the middle of the request")
