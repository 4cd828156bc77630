"""The programs of the machine that this project asks for something: compilers, apt, cargo, uv.

They are trusted but not to end: a download or somebody's build may hang. A tool that fails is an
error with the tool's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import uv

from ftguide.ground.process import Ending, Limits, run, without

#: What a question without a download or a compilation may take.
ASK_SECONDS = 20.0
TAIL_LINES = 6


class ToolError(Exception):
    """A tool did not do what it was asked; `words` is what it printed, or why it printed nothing."""

    def __init__(self, words: str) -> None:
        """Keep the words."""
        super().__init__(words)
        self.words = words

    def tail(self, lines: int = TAIL_LINES) -> str:
        """Return the last lines."""
        return "\n".join(self.words.splitlines()[-lines:])

    @property
    def reason(self) -> str:
        """The last line, which says most for the tools we use."""
        return self.tail(1).strip()


def ask(
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    seconds: float = ASK_SECONDS,
    request: str = "",
) -> str:
    """Run a tool in the current folder, `request` its standard input; return what it printed.

    Raises `ToolError` when it cannot be started, fails, or takes longer than `seconds`.
    """
    limits = Limits(seconds=seconds)
    try:
        ended = run(
            command, folder=Path(), environ=environ, limits=limits, request=request.encode()
        )
    except OSError as error:
        raise ToolError(f"{command[0]}: {error.strerror or error}") from error
    output = ended.output.decode(errors="replace")
    if ended.succeeded:
        return output
    if ended.ending is Ending.HANG:
        raise ToolError(f"stopped after {seconds:.0f} s")
    errors = ended.errors.decode(errors="replace")
    raise ToolError((output + errors).strip() or f"{command[0]} {ended.words}, without a word")


def ask_uv(
    *arguments: str, environ: Mapping[str, str], seconds: float, virtual_env: Path | None = None
) -> str:
    """Run uv as if `virtual_env` were activated, never that of the caller.

    Raises `ToolError` as `ask` does.
    """
    try:
        program = uv.find_uv_bin()
    except OSError as error:  # its own UvNotFound is one
        raise ToolError(str(error)) from error
    own = {**without(environ, "VIRTUAL_ENV"), "UV_NO_PROGRESS": "1"}
    if virtual_env is not None:
        own["VIRTUAL_ENV"] = str(virtual_env)
    return ask([program, *arguments], environ=own, seconds=seconds)
