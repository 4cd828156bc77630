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

from ftguide.ground.vocabulary import Build, build_of
from ftguide.guide.declare import console, markdown
from ftguide.guide.declare.finding import PageError, Place
from ftguide.guide.declare.markdown import Fence
from ftguide.guide.declare.model import Crash, Expect, OnGil, Runner, Snippet, line_order

#: Pages, and the code in files, relative to the repository's root.
SOURCE = Path("source")
FILES = SOURCE / "snippets"

#: The options of a snippet; `guide/pages/snippets.py` gives the same to Sphinx.
OPTIONS = frozenset(
    {
        *("lang", "builds", "expect", "exit", "with", "flags", "args", "env", "timeout", "runs"),
        *("race", "crash", "gil", "varies", "save", "file", "uses", "needs", "not-run", "source"),
        *("since", "until", "emphasize-lines"),
    }
)
OUTPUT_OPTIONS = frozenset({"build", "line"})

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")
_CRASH = re.compile(
    r"(?P<issues>unreported|gh-\d+(?: gh-\d+)*) on (?P<lines>\d+\.\d+t?(?: \d+\.\d+t?)*)"
)
#: What a race may be about: never a signal, which is the interpreter's fault and not the program's.
_KIND = r"(?:wrong-result|hang|(?!SIG)[A-Z]\w*)"
_LINE = r"3\.(?:1[3-9]|[2-9]\d)"
_NO_LINE = (
    "is not a line that has both builds. Write one such as 3.14, without the patch and the t."
)
#: The form of an option's value, and what follows one that has another.
_FORMS = {
    "not-run": (r"(?s:.{10,})", "is no reason. Say in a few words why it cannot run."),
    "builds": ("both|gil|ft", "is not one of both, gil, ft."),
    "with": ("script|pytest|unittest", "is not one of script, pytest, unittest."),
    "exit": (
        f"1?[0-9]?[0-9]|2[0-4][0-9]|25[0-5]|{'|'.join(signal.Signals.__members__)}",
        "is neither a status from 0 to 255 nor a signal such as SIGSEGV.",
    ),
    "race": (
        rf"{_KIND}(?:\s+{_KIND})*",
        (
            "is not what the race shows. Write wrong-result, hang, or the name of an exception "
            "such as ValueError; a signal goes into `:crash:`."
        ),
    ),
    "crash": (
        _CRASH.pattern,
        (
            "does not name issues and builds. Write `gh-120321 on 3.13t 3.14t`, or `unreported on "
            "3.14t` where a search upstream found no issue."
        ),
    ),
    "since": (_LINE, _NO_LINE),
    "until": (_LINE, _NO_LINE),
    "save": (
        rf"(?!.*\.\.){_FILE.pattern}",
        "is not a file name. Write one such as two_threads.py.",
    ),
}
_MAY_CRASH = frozenset({Expect.RACE, Expect.OUTPUT, Expect.EXIT})
_WITHOUT_STATUS = frozenset({Expect.RACE, Expect.HANG, Expect.OUTPUT})
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


def lines_of(text: str, where: Place) -> tuple[str, ...]:
    """Return the lines of an output's `:line:`, in order; raises `PageError`."""
    lines = tuple(text.split())
    for line in lines or ("",):
        if not re.fullmatch(_LINE, line):
            raise PageError(f":line: {line!r} {_NO_LINE}", where)
    return tuple(sorted(set(lines), key=line_order))


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
        for option, (form, fix) in _FORMS.items():
            if option in self.options and not re.fullmatch(form, self.options[option]):
                raise self.wrong(option, fix)
        if not NAME.fullmatch(name) and (name or not_run is None):
            raise PageError(
                f"{name!r} cannot be a snippet's name. "
                "Write a-name-like-this after {snippet}; it becomes the anchor.",
                self.where,
            )
        code, source = self._code(lines)
        expect = self._expect()
        runner = Runner(self.options.get("with", Runner.SCRIPT))
        builds = self.options.get("builds", "both")
        status = self.options.get("exit")
        implied = ("pytest",) if runner is Runner.PYTEST else ()
        made = Snippet(
            page=self.page,
            line=self.fence.line,
            name=name,
            language=self.options.get("lang", "python"),
            code=code,
            file=self._file(name, source, runner),
            source=source,
            start=self.fence.start,
            end=self.fence.end,
            body=body,
            builds=tuple(Build) if builds == "both" else (Build(builds),),
            expect=expect,
            exit=int(status) if status and status.isdecimal() else status,
            runner=runner,
            flags=self._words("flags"),
            args=self._words("args"),
            env=self._env(),
            timeout=self._number("timeout", 30.0, LONGEST_SECONDS),
            runs=int(self._number("runs", DEFAULT_RUNS if expect is Expect.RACE else 1, MOST_RUNS)),
            shows=tuple(self.options.get("race", "").split()),
            crash=self._crash(),
            on_gil=choice(self.options.get("gil"), OnGil, self.where, "gil") or OnGil.MAYBE,
            varies=self._varies(),
            packages=tuple(dict.fromkeys((*implied, *self._words("needs")))),
            since=self.options.get("since"),
            until=self.options.get("until"),
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
        race = made.expect is Expect.RACE
        for refused, option, fix in (
            (
                race and Build.FREE_THREADED not in made.builds,
                *("builds", "leaves out ft, where a race has to show. Use both or ft."),
            ),
            (
                made.crash is not None and made.expect not in _MAY_CRASH,
                *("crash", "goes with `:race:`, `:expect: output` or `:expect: exit` only."),
            ),
            (
                made.exit is not None and made.expect in _WITHOUT_STATUS,
                *("exit", "goes with `:expect: error` or `:expect: exit` only."),
            ),
            (
                made.since is not None and not made.covers(made.since),
                *(
                    "since",
                    f"is after `:until: {made.until}`: no line is left. Correct one of them.",
                ),
            ),
            (
                made.not_run is not None or made.expect is Expect.USED,
                *("since", "goes with a snippet that runs. Give it to the ones that use this."),
            ),
            (
                made.not_run is not None or made.expect is Expect.USED,
                *("until", "goes with a snippet that runs. Give it to the ones that use this."),
            ),
            (not race, "gil", "goes with `:race:` only."),
            (not race and made.crash is None, "runs", "goes with `:race:` or `:crash:` only."),
        ):
            if refused and option in self.options:
                raise self.wrong(option, fix)

    def _code(self, lines: list[str]) -> tuple[str, str | None]:
        """Return the code, and the file below source/snippets/ that it comes from."""
        file = self.options.get("file")
        written = any(line.strip() for line in lines)
        if file is None:
            if not written:
                raise PageError("the snippet is empty. Write code, or `:file: path`.", self.where)
            return "\n".join(lines).rstrip("\n") + "\n", None
        if written:
            raise self.wrong("file", "and code in the block exclude each other. Remove one.")
        folder = self.root / FILES
        inside = (folder / file).resolve().is_relative_to(folder.resolve())
        if not _FILE.fullmatch(file) or not inside:
            raise self.wrong("file", f"is not a path below {FILES}/.")
        try:
            return markdown.read(folder / file).rstrip("\n") + "\n", file
        except PageError as error:
            raise self.wrong("file", f"cannot be read: {error}") from error

    def _file(self, name: str, source: str | None, runner: Runner) -> str:
        """Return the name that the code is saved under."""
        stem = name.replace("-", "_")
        usual = f"{stem}.py" if runner is Runner.SCRIPT else f"test_{stem}.py"
        return self.options.get("save", usual if source is None else source.rpartition("/")[2])

    def _expect(self) -> Expect:
        text = self.options.get("expect")
        if "race" in self.options:
            if text is not None:
                raise self.wrong("expect", "and `:race:` exclude each other. Remove one.")
            return Expect.RACE
        if text == Expect.RACE:
            raise self.wrong(
                "expect", "does not say what the race shows. Write `:race: wrong-result` instead."
            )
        return choice(text, Expect, self.where, "expect") or Expect.OUTPUT

    def _crash(self) -> Crash | None:
        match = _CRASH.fullmatch(self.options.get("crash", ""))
        if match is None:
            return None
        builds = tuple(map(build_of, match["lines"].split()))
        return Crash(issues=tuple(match["issues"].split()), builds=builds)

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
