"""Commands to a running Open vSwitch daemon through its control socket: ovs-appctl, without a process per command."""

import json
import os
import socket

from .settings import LabError


def appctl(directory, commands, daemon="ovs-vswitchd", timeout=10.0):
    """Sends `commands` (lists of words) to the daemon that runs in `directory`; its answers, in order.

    One JSON-RPC request (RFC 7047, 4) per command; an error answer raises LabError.
    """
    pid = (directory / f"{daemon}.pid").read_text().strip()
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(timeout)
        # By descriptor, since the path may be longer than the 107 bytes a socket address can hold.
        handle = os.open(directory, os.O_PATH)
        try:
            control.connect(f"/proc/self/fd/{handle}/{daemon}.{pid}.ctl")
        finally:
            os.close(handle)
        answers, text, decoder = [], "", json.JSONDecoder()
        for number, (method, *words) in enumerate(commands):
            control.sendall(json.dumps({"method": method, "params": words, "id": number}).encode())
            while True:
                try:
                    answer, end = decoder.raw_decode(text)
                    text = text[end:].lstrip()
                    break
                except ValueError:
                    data = control.recv(65536)
                    if not data:
                        raise LabError(f"{daemon} in {directory} closed its control socket") from None
                    text += data.decode()
            if answer.get("error"):
                raise LabError(f"{daemon}: {method}: {str(answer['error']).strip()}")
            answers.append(answer["result"])
        return answers
