"""Interpreters that uv downloads and manages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ftguide.interpreters import tools
from ftguide.interpreters.discover import Candidate, Say
from ftguide.interpreters.model import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where uv's downloads come from; without a route to one of them uv is not even started.
HOSTS = ("https://github.com", "https://releases.astral.sh")

_INSTALL_SECONDS = 600.0
_FIND_SECONDS = 20.0


def download(line: str, *, say: Say, environ: Mapping[str, str]) -> list[Candidate]:
    """Have uv install both builds of a line, in one version; return what it then manages.

    Says one line and returns nothing when uv cannot. Nothing is put on PATH.
    """
    command = _Uv(environ)
    say(f"asking uv for both builds of {line}")
    if reason := command.install(line, f"{line}t"):
        say(f"uv brought nothing: {reason}")
        return []
    versions = [command.find(request, "--show-version") for request in (line, f"{line}t")]
    if versions[0] != versions[1] and all(versions):
        # One build was here already, in an older version: ask for the newer one of both.
        newest = max(versions, key=_sortable)
        command.install(newest, f"{newest}t")
        line = newest
    paths = [command.find(request) for request in (line, f"{line}t")]
    return [
        Candidate(path=path, route=Route.UV, detail="downloaded by uv") for path in paths if path
    ]


def _sortable(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else -1 for part in version.split("."))


class _Uv:
    """The uv of the tools' environment, in an environment that fails fast."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {**environ, "UV_HTTP_RETRIES": "0", "UV_HTTP_CONNECT_TIMEOUT": "2"}

    def install(self, *requests: str) -> str:
        """Install interpreters; return why that failed, empty when it did not."""
        flags = ["--no-bin"] + (["--no-registry"] if os.name == "nt" else [])
        words = ("python", "install", *flags, *requests)
        try:
            tools.ask_uv(*words, environ=self._environ, seconds=_INSTALL_SECONDS)
        except tools.ToolError as error:
            return error.reason
        return ""

    def find(self, request: str, *options: str) -> str:
        """Return the path (or what the options ask for) of a managed interpreter, or nothing."""
        words = (
            *("python", "find", "--managed-python", "--system", "--no-project"),
            *("--no-python-downloads", *options, request),
        )
        try:
            return tools.ask_uv(*words, environ=self._environ, seconds=_FIND_SECONDS).strip()
        except tools.ToolError:
            return ""
