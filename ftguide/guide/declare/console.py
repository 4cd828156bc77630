"""Console sessions: commands after `$ `, their output below. Pure; no shell ever sees them.

The first word of a command is python, python3, python3.14 or python3.14t, after optional NAME=value
settings; `echo $?` prints the status of the command above it. Nothing else is run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare.finding import PageError, Place

PROMPT = "$ "
_SETTING = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_PYTHON = re.compile(r"python(3(\.\d+)?(?P<t>t)?)?")
_OPERATORS = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1", "2>", "&>", "(", ")"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of a session and the output shown below it."""

    text: str
    env: tuple[tuple[str, str], ...]
    words: tuple[str, ...]  #: after the interpreter; empty for `echo $?`
    build: Build | None  #: the build its first word names; None = plain python, each in turn
    echo: bool  #: `echo $?`
    output: str


def commands(text: str, where: Place, *, first: int = 1) -> list[Command]:
    """Return the commands of a session; raises `PageError`.

    `where` names the page, and `first` the line of the session's first line, for messages.
    """
    session: list[Command] = []
    shown: list[str] = []
    for number, line in enumerate(text.splitlines(), start=first):
        if line.startswith(PROMPT):
            _close(session, shown)
            session.append(_command(line.removeprefix(PROMPT).strip(), Place(where.page, number)))
        elif not session:
            raise PageError(
                f"a console session begins with `$ command`, not with {line!r}.",
                Place(where.page, number),
            )
        else:
            shown.append(line)
    _close(session, shown)
    return session


def _close(session: list[Command], shown: list[str]) -> None:
    """Give the lines below a command to it."""
    if session:
        text = "\n".join(line.rstrip() for line in shown).strip("\n")
        session[-1] = replace(session[-1], output=text)
    shown.clear()


def _command(text: str, where: Place) -> Command:
    if text == "echo $?":
        return Command(text=text, env=(), words=(), build=None, echo=True, output="")
    try:
        # With punctuation as words of its own, so that `a|b` is seen, and quotes respected.
        marks = shlex.shlex(text, posix=True, punctuation_chars=True)
        marks.whitespace_split = True
        used = _OPERATORS.intersection(marks)
        words = shlex.split(text)
    except ValueError as error:
        raise PageError(f"{text!r} cannot be read: {error}. Close the quotes.", where) from error
    settings = []
    while words and (match := _SETTING.fullmatch(words[0])):
        settings.append((match[1], match[2]))
        words.pop(0)
    match = _PYTHON.fullmatch(words[0]) if words else None
    if match is None or used:
        what = f"{min(used)!r} is the shell's" if used else f"{text!r} does not start with python"
        raise PageError(
            f"{what}, and no shell runs here. Start with python3.14 or python3.14t, or make "
            "it `:lang: sh` with `:not-run: reason` and `:source: address`.",
            where,
        )
    named = words[0] not in {"python", "python3"}
    build = None
    if named:
        build = Build.FREE_THREADED if match["t"] else Build.GIL
    return Command(
        text=text, env=tuple(settings), words=tuple(words[1:]), build=build, echo=False, output=""
    )


def asked(command: Command) -> tuple[object, ...]:
    """Return what a command does, whatever line its interpreter's name has."""
    return command.env, command.words, command.build, command.echo


def render(session: Sequence[Command], outputs: Sequence[str], line: str | None = None) -> str:
    """Write a session with other outputs, and as another line's; ends with a newline."""
    lines = []
    for command, output in zip(session, outputs, strict=True):
        text = command.text
        if line is not None and command.build is not None:
            text = re.sub(r"(?<!\S)python3\.\d+(t?)(?!\S)", rf"python{line}\1", text, count=1)
        lines.append(f"{PROMPT}{text}")
        lines += output.splitlines()
    return "\n".join(lines) + "\n"


def builds(session: Sequence[Command], wanted: Sequence[Build]) -> tuple[Build, ...]:
    """Return the builds a session runs for: one pass if every command names its build."""
    if all(command.build is not None or command.echo for command in session):
        named = [command.build for command in session if command.build is not None]
        return (named[-1],) if named else tuple(wanted)
    return tuple(wanted)
