"""The controller's ends of the wires to workers: lines out, Python literals in."""

from __future__ import annotations

import ast
import contextlib
import socket
import subprocess
import time
from typing import Any

#: A token of 32 characters and the number of a worker have fewer.
_LONGEST_GREETING = 64


class Worker:
    """One worker loop's end of the wire."""

    def __init__(self, wire: socket.socket, process: subprocess.Popen[bytes]) -> None:
        self.wire = wire
        self.process = process
        self._buffer = b""

    def send(self, line: str) -> None:
        """Send a command."""
        # A dead worker is noticed, with its reason, when it does not answer.
        with contextlib.suppress(OSError):
            self.wire.sendall(line.encode() + b"\n")

    def receive(self) -> Any | None:
        """Return an answer, None when there is not a whole one yet; EOFError when there never will be.

        ValueError or SyntaxError for what is no Python literal.
        """
        data = self.wire.recv(65536)
        if not data:
            raise EOFError
        self._buffer += data
        line, newline, rest = self._buffer.partition(b"\n")
        if not newline:
            return None
        self._buffer = rest
        return ast.literal_eval(line.decode())


def accepted(server: socket.socket, token: str, workers: int) -> list[socket.socket]:
    """Return the wires of workers that call back with a token, in the order of their numbers.

    TimeoutError when one of them does not call while the server waits.
    """
    wires: dict[str, socket.socket] = {}
    while len(wires) < workers:
        wire, _ = server.accept()
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            greeting = _greeting(wire, server.gettimeout())
        except OSError:  # anyone else on this machine may knock, say nothing, and hang up
            greeting = ""
        if greeting.startswith(token):
            wire.settimeout(None)
            wires[greeting] = wire
        else:
            wire.close()
    return [wires[name] for name in sorted(wires)]


def _greeting(wire: socket.socket, patience: float | None) -> str:
    """Return the line that a caller begins with; what comes after it, an answer, is left on the wire.

    TimeoutError when it is not whole after some seconds, None being for ever.
    """
    end = None if patience is None else time.monotonic() + patience
    said = b""
    while not said.endswith(b"\n") and len(said) < _LONGEST_GREETING:
        wire.settimeout(None if end is None else max(0.001, end - time.monotonic()))
        one = wire.recv(1)
        if not one:
            break
        said += one
    return said.decode(errors="replace").strip()
