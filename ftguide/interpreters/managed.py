"""Interpreters that uv downloads and manages."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from packaging.version import Version

from ftguide.interpreters.discover import Candidate, Say
from ftguide.interpreters.model import Route
from ftguide.interpreters.tools import ToolError, ask_uv

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
    fast = {**environ, "UV_HTTP_RETRIES": "0", "UV_HTTP_CONNECT_TIMEOUT": "2"}
    say(f"asking uv for both builds of {line}")
    try:
        _install(line, fast)
    except ToolError as error:
        say(f"uv brought nothing: {error.reason}")
        return []
    gil, ft = _find(line, fast, "--show-version")
    if gil and ft and gil != ft:
        # One build was here already, in an older version: ask for the newer one of both.
        line = max(gil, ft, key=Version)
        with contextlib.suppress(ToolError):
            _install(line, fast)
    return [
        Candidate(path=path, route=Route.UV, detail="downloaded by uv")
        for path in _find(line, fast)
        if path
    ]


def _install(version: str, environ: Mapping[str, str]) -> None:
    """Install both builds; raises `ToolError`."""
    flags = ["--no-bin"] + (["--no-registry"] if os.name == "nt" else [])
    words = ("python", "install", *flags, version, f"{version}t")
    ask_uv(*words, environ=environ, seconds=_INSTALL_SECONDS)


def _find(version: str, environ: Mapping[str, str], *options: str) -> tuple[str, str]:
    """Return the paths (or what the options ask for) of both managed builds, empty without one."""

    def find(request: str) -> str:
        words = (
            *("python", "find", "--managed-python", "--system", "--no-project"),
            *("--no-python-downloads", *options, request),
        )
        try:
            return ask_uv(*words, environ=environ, seconds=_FIND_SECONDS).strip()
        except ToolError:
            return ""

    return find(version), find(f"{version}t")
