"""The options of a snippet: their names, what they may say, which go together. Pure but for `:file:`.

Every error names page, line, option and value, and says what to write instead.
"""

from __future__ import annotations

import re
import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ftguide.guide.declare import console, markdown
from ftguide.guide.declare.finding import PageError, Place
from ftguide.guide.declare.markdown import Fence
from ftguide.guide.declare.model import Crash, Expect, OnGil, Snippet
from ftguide.vocabulary import Build, build_of

#: Pages, and the code in files, relative to the repository's root.
SOURCE = Path("source")
FILES = SOURCE / "snippets"

#: The options of a snippet; `guide/pages/snippets.py` gives the same to Sphinx.
OPTIONS = frozenset(
    {
        *("lang", "builds", "expect", "exit", "with", "flags", "args", "env", "timeout", "runs"),
        *(
            "race",
            "crash",
            "gil",
            "varies",
            "save",
            "file",
            "uses",
            "needs",
            "not-run",
            "source",
            "emphasize-lines",
        ),
    }
)
OUTPUT_OPTIONS = frozenset({"build"})

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")
#: What a race may be about: never a signal, which is the interpreter's fault and not the program's.
_KIND = re.compile(r"wrong-result|hang|(?!SIG)[A-Z]\w*")
_CRASH = re.compile(
    r"(?P<issues>unreported|gh-\d+(?: gh-\d+)*) on (?P<lines>\d+\.\d+t?(?: \d+\.\d+t?)*)"
)
_MAY_CRASH = frozenset({Expect.RACE, Expect.OUTPUT, Expect.EXIT})
_VARIABLE = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)

LONGEST_SECONDS = 120.0
MOST_RUNS = 200
DEFAULT_RUNS = 10

T = TypeVar("T")


def choice(text: str | None, kind: Callable[[str], T], where: Place, option: str) -> T | None:
    """Return an option's value as one of an enumeration, None where it is not given.

    Raises `PageError` for a value that is none of it.
    """
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError as error:
        values = ", ".join(str(value) for value in kind)  # type: ignore[attr-defined]
        raise PageError(
            f"{text!r} is not a value of :{option}:. Write one of {values}.", where
        ) from error


class Maker:
    """Makes a snippet of a fence and its options."""

    def __init__(self, page: str, fence: Fence, options: dict[str, str], root: Path) -> None:
        self.page = page
        self.fence = fence
        self.options = options
        self.root = root
        self.where = Place(page, fence.line)

    def wrong(self, option: str, fix: str) -> PageError:
        """Return the error about an option's value."""
        return PageError(f":{option}: {self.options[option]!r} {fix}", self.where)

    def snippet(self, lines: list[str], body: int) -> Snippet:
        """Return the snippet; raises `PageError`."""
        name = self.fence.argument
        not_run = self.options.get("not-run")
        if not_run is not None and len(not_run) < 10:
            raise self.wrong("not-run", "is no reason. Say in a few words why it cannot run.")
        if not NAME.fullmatch(name) and (name or not_run is None):
            raise PageError(
                f"{name!r} cannot be a snippet's name. "
                "Write a-name-like-this after {snippet}; it becomes the anchor.",
                self.where,
            )
        language = self.options.get("lang", "python")
        code, source = self._code(lines)
        expect = self._expect()
        crash = self._crash()
        made = Snippet(
            page=self.page,
            line=self.fence.line,
            name=name,
            language=language,
            code=code,
            file=self._file(name, source),
            source=source,
            start=self.fence.start,
            end=self.fence.end,
            body=body,
            builds=self._builds(),
            expect=expect,
            exit=self._exit(),
            runner=self._runner(),
            flags=self._words("flags"),
            args=self._words("args"),
            env=self._env(),
            timeout=self._number("timeout", 30.0, LONGEST_SECONDS),
            runs=int(self._number("runs", DEFAULT_RUNS if expect is Expect.RACE else 1, MOST_RUNS)),
            shows=tuple(self.options.get("race", "").split()),
            crash=crash,
            on_gil=choice(self.options.get("gil"), OnGil, self.where, "gil") or OnGil.MAYBE,
            varies=self._varies(),
            packages=self._packages(),
            not_run=not_run,
            sources=self._sources(),
            options=tuple(
                sorted((k, v) for k, v in self.options.items() if k != "emphasize-lines")
            ),
        )
        self._agree(made)
        return made

    def _agree(self, made: Snippet) -> None:
        """Refuse options that say nothing together."""
        if made.not_run is None and made.language == "console":
            console.commands(made.code, made.where, first=made.body + 1)
        elif made.not_run is None and made.language != "python":
            raise PageError(
                f"{made.language} is not run here. Add `:not-run: reason` and `:source: address`, "
                "or use `:lang: console` for commands that start with python.",
                self.where,
            )
        if made.not_run is not None and made.language != "python" and not made.sources:
            raise PageError(
                "commands that are not run need `:source: address` of where they are documented.",
                self.where,
            )
        if made.expect is Expect.RACE and Build.FREE_THREADED not in made.builds:
            raise self.wrong("builds", "leaves out ft, where a race has to show. Use both or ft.")
        if made.crash is not None and made.expect not in _MAY_CRASH:
            raise self.wrong(
                "crash", "goes with `:race:`, `:expect: output` or `:expect: exit` only."
            )
        if made.exit is not None and made.expect in {Expect.RACE, Expect.HANG, Expect.OUTPUT}:
            raise self.wrong("exit", "goes with `:expect: error` or `:expect: exit` only.")
        if made.expect is not Expect.RACE and "gil" in self.options:
            raise self.wrong("gil", "goes with `:race:` only.")
        if made.expect is not Expect.RACE and made.crash is None and "runs" in self.options:
            raise self.wrong("runs", "goes with `:race:` or `:crash:` only.")

    def _code(self, lines: list[str]) -> tuple[str, str | None]:
        file = self.options.get("file")
        if file is None:
            if not any(line.strip() for line in lines):
                raise PageError("the snippet is empty. Write code, or `:file: path`.", self.where)
            return "\n".join(lines).rstrip("\n") + "\n", None
        if any(line.strip() for line in lines):
            raise self.wrong("file", "and code in the block exclude each other. Remove one.")
        path = self.root / FILES / file
        if not _FILE.fullmatch(file) or not path.resolve().is_relative_to(
            (self.root / FILES).resolve()
        ):
            raise self.wrong("file", f"is not a path below {FILES}/.")
        try:
            return markdown.read(path).rstrip("\n") + "\n", file
        except PageError as error:
            raise self.wrong("file", f"cannot be read: {error}") from error

    def _file(self, name: str, source: str | None) -> str:
        saved = self.options.get("save")
        if saved is not None:
            if not _FILE.fullmatch(saved) or ".." in saved:
                raise self.wrong("save", "is not a file name. Write one such as two_threads.py.")
            return saved
        if source is not None:
            return source.rpartition("/")[2]
        stem = name.replace("-", "_")
        return f"test_{stem}.py" if self._runner() != "script" else f"{stem}.py"

    def _builds(self) -> tuple[Build, ...]:
        text = self.options.get("builds", "both")
        if text == "both":
            return tuple(Build)
        if text in set(Build):
            return (Build(text),)
        raise self.wrong("builds", "is not one of both, gil, ft.")

    def _expect(self) -> Expect:
        text = self.options.get("expect")
        kinds = self.options.get("race")
        if kinds is not None:
            if text is not None:
                raise self.wrong("expect", "and `:race:` exclude each other. Remove one.")
            if not kinds.split() or not all(map(_KIND.fullmatch, kinds.split())):
                raise self.wrong(
                    "race",
                    "is not what the race shows. Write wrong-result, hang, or the name of an "
                    "exception such as ValueError; a signal goes into `:crash:`.",
                )
            return Expect.RACE
        if text == Expect.RACE:
            raise self.wrong(
                "expect", "does not say what the race shows. Write `:race: wrong-result` instead."
            )
        return choice(text, Expect, self.where, "expect") or Expect.OUTPUT

    def _crash(self) -> Crash | None:
        text = self.options.get("crash")
        if text is None:
            return None
        match = _CRASH.fullmatch(text)
        if match is None:
            raise self.wrong(
                "crash",
                "does not name issues and builds. Write `gh-120321 on 3.13t 3.14t`, or "
                "`unreported on 3.14t` where a search upstream found no issue.",
            )
        return Crash(
            issues=tuple(match["issues"].split()),
            builds=tuple(map(build_of, match["lines"].split())),
        )

    def _exit(self) -> int | str | None:
        text = self.options.get("exit")
        if text is None:
            return None
        if text.isdecimal() and int(text) < 256:
            return int(text)
        if text in signal.Signals.__members__:
            return text
        raise self.wrong("exit", "is neither a status from 0 to 255 nor a signal such as SIGSEGV.")

    def _runner(self) -> str:
        text = self.options.get("with", "script")
        if text not in {"script", "pytest", "unittest"}:
            raise self.wrong("with", "is not one of script, pytest, unittest.")
        return text

    def _packages(self) -> tuple[str, ...]:
        implied = ("pytest",) if self._runner() == "pytest" else ()
        return tuple(dict.fromkeys((*implied, *self._words("needs"))))

    def _words(self, option: str) -> tuple[str, ...]:
        try:
            return tuple(shlex.split(self.options.get(option, "")))
        except ValueError as error:
            raise self.wrong(option, f"cannot be split: {error}. Close the quotes.") from error

    def _env(self) -> tuple[tuple[str, str], ...]:
        words = self._words("env")
        if not all(map(_VARIABLE.fullmatch, words)):
            raise self.wrong("env", "is not NAME=value, with blanks between several.")
        return tuple((name, value) for name, _, value in (word.partition("=") for word in words))

    def _sources(self) -> str | None:
        text = self.options.get("source")
        if text is None or text.startswith(("https://", "http://")):
            return text
        if _FILE.fullmatch(text) and (self.root / text).is_file():
            return text
        raise self.wrong("source", "is neither an https address nor a file of this repository.")

    def _number(self, option: str, default: float, most: float) -> float:
        text = self.options.get(option)
        if text is None:
            return default
        if not re.fullmatch(r"\d+(\.\d+)?", text) or not 0 < float(text) <= most:
            raise self.wrong(option, f"is not a number above 0 and up to {most:g}.")
        return float(text)

    def _varies(self) -> str | None:
        text = self.options.get("varies")
        if text is None:
            return None
        try:
            empty = re.compile(text).fullmatch("") is not None
        except re.error as error:
            raise self.wrong("varies", f"is not a regular expression: {error}.") from error
        if empty:
            raise self.wrong("varies", "matches nothing at all, so it would match everywhere.")
        return text
