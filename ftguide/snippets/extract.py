"""From a page to its snippets: names, options and outputs checked, nothing run.

A page that breaks the syntax yields problems, each naming file, line and fix; `Page.snippets` then
holds what could be understood, for the site to draw.
"""

from __future__ import annotations

import re
import shlex
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ftguide.interpreters.model import Build
from ftguide.snippets import console, markdown
from ftguide.snippets.markdown import Fence, PageError
from ftguide.snippets.model import Expect, OnGil, Output, Snippet

#: Pages, and the code in files, relative to the repository's root.
SOURCE = Path("source")
FILES = SOURCE / "snippets"

#: The options of a snippet; `site/snippets.py` gives the same to Sphinx.
OPTIONS = frozenset(
    {
        *("lang", "builds", "expect", "exit", "with", "flags", "args", "env", "timeout", "runs"),
        *("gil", "varies", "save", "file", "uses", "needs", "not-run", "source", "emphasize-lines"),
    }
)
OUTPUT_OPTIONS = frozenset({"build"})

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")
_VARIABLE = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)

LONGEST_SECONDS = 120.0
MOST_RUNS = 200
DEFAULT_RUNS = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with its snippets."""

    path: Path
    name: str  #: relative to the repository, with /
    text: str
    snippets: tuple[Snippet, ...]
    problems: tuple[str, ...]


def pages(root: Path) -> list[Path]:
    """List the pages below source/, sorted."""
    return sorted(
        path
        for path in (root / SOURCE).rglob("*.md")
        if not path.is_relative_to(root / FILES) and not path.name.startswith("local-")
    )


def chosen(names: Sequence[str], root: Path) -> list[Path]:
    """Return the pages of some names, all without names; raises `PageError` for one that is not there."""
    if not names:
        return pages(root)
    found = []
    for text in names:
        name = text if text.endswith(".md") else f"{text}.md"
        tried = [Path(name).absolute(), root / name, root / SOURCE / name]
        path = next((path.resolve() for path in tried if path.is_file()), None)
        if path is None or not path.is_relative_to(root / SOURCE):
            raise PageError(f"{text} is not a page below source/. Name one such as installing.md.")
        found.append(path)
    return found


def extract(path: Path, root: Path) -> Page:
    """Return the snippets of a page; raises `PageError` when it cannot be read."""
    text = markdown.read(path)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    reader = _Reader(name, root)
    for fence in markdown.fences(Path(name), text):
        reader.take(fence)
    reader.connect()
    return Page(
        path=path,
        name=name,
        text=text,
        snippets=tuple(reader.snippets.values()),
        problems=tuple(reader.problems),
    )


class _Reader:
    """Takes the fences of a page one by one."""

    def __init__(self, page: str, root: Path) -> None:
        self.page = page
        self.root = root
        self.snippets: dict[str, Snippet] = {}
        self.problems: list[str] = []

    def take(self, fence: Fence) -> None:
        """Understand a fence, or note what is wrong with it."""
        try:
            if fence.directive == "snippet":
                self._snippet(fence)
            elif fence.directive == "output":
                self._output(fence)
        except PageError as error:
            self.problems.append(str(error))

    def connect(self) -> None:
        """Give every snippet the snippets it uses, wherever on the page they are."""
        used: set[str] = set()
        for name, snippet in self.snippets.items():
            try:
                chain = self._used_by(snippet, (name,))
            except PageError as error:
                self.problems.append(str(error))
                continue
            used |= {one.name for one in chain}
            self.snippets[name] = replace(snippet, uses=tuple(chain))
        for snippet in self.snippets.values():
            if snippet.expect is Expect.USED and snippet.name not in used:
                self.problems.append(
                    f"{snippet.where}: no snippet says `:uses: {snippet.name}`, so it never runs. "
                    "Use it, or take `:expect: used` out."
                )

    def _used_by(self, snippet: Snippet, above: tuple[str, ...]) -> list[Snippet]:
        """List the snippets one uses, each once, with what those use."""
        found: dict[str, Snippet] = {}
        for name in dict(snippet.options).get("uses", "").split():
            used = self.snippets.get(name)
            if used is None:
                raise PageError(
                    f"{snippet.where}: :uses: names {name!r}, which is no snippet of this page. "
                    "Correct the name."
                )
            if name in above:
                raise PageError(
                    f"{snippet.where}: :uses: {name!r} leads back to itself. Remove it."
                )
            found |= {one.name: one for one in self._used_by(used, (*above, name))}
            found[name] = replace(used, uses=(), outputs=())
        return list(found.values())

    def _snippet(self, fence: Fence) -> None:
        options, lines, body = markdown.options_of(fence, OPTIONS)
        made = _Maker(self.page, fence, options, self.root).snippet(lines, body)
        key = made.name or f"line {made.line}"
        if key in self.snippets:
            raise PageError(
                f"{made.where}: {made.name!r} is also the name of the snippet on line "
                f"{self.snippets[key].line}. Give each snippet of a page a name of its own."
            )
        self.snippets[key] = made

    def _output(self, fence: Fence) -> None:
        options, lines, _body = markdown.options_of(fence, OUTPUT_OPTIONS)
        where = f"{self.page}:{fence.line}"
        snippet = self.snippets.get(fence.argument)
        if snippet is None:
            known = ", ".join(name for name in self.snippets if " " not in name) or "none"
            raise PageError(
                f"{where}: no snippet above is called {fence.argument!r} (there: {known}). "
                "Give the output the name of its snippet."
            )
        if snippet.not_run is not None:
            raise PageError(
                f"{where}: {snippet.name!r} is not run, so it can have no output. Remove one of the two."
            )
        if snippet.expect is Expect.USED:
            raise PageError(
                f"{where}: {snippet.name!r} runs only where it is used. Put the output there."
            )
        if snippet.language == "console":
            raise PageError(
                f"{where}: a console session holds its output itself. Put it below its command."
            )
        build = _choice(options.get("build"), Build, where, "build")
        if any(one.build is build for one in snippet.outputs):
            raise PageError(
                f"{where}: {snippet.name!r} has an output {_for(build)} already. Remove one of them."
            )
        if build is not None and build not in snippet.builds:
            raise PageError(
                f"{where}: {snippet.name!r} does not run on the {build.words} build. "
                "Remove the output or change `:builds:`."
            )
        output = Output(build=build, text=_text(lines), start=fence.start, end=fence.end)
        self.snippets[snippet.name] = replace(snippet, outputs=(*snippet.outputs, output))


def _for(build: Build | None) -> str:
    return "for both builds" if build is None else f"for the {build.words} build"


def _text(lines: list[str]) -> str:
    """Join lines without trailing blanks: what a page cannot show is not compared."""
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _choice(text: str | None, kind: Callable[[str], T], where: str, option: str) -> T | None:
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError as error:
        values = ", ".join(str(one) for one in kind)  # type: ignore[attr-defined]
        raise PageError(
            f"{where}: {text!r} is not a value of :{option}:. Write one of {values}."
        ) from error


class _Maker:
    """Makes a snippet of a fence and its options."""

    def __init__(self, page: str, fence: Fence, options: dict[str, str], root: Path) -> None:
        self.page = page
        self.fence = fence
        self.options = options
        self.root = root
        self.where = f"{page}:{fence.line}"

    def wrong(self, option: str, fix: str) -> PageError:
        """Return the error about an option's value."""
        return PageError(f"{self.where}: :{option}: {self.options[option]!r} {fix}")

    def snippet(self, lines: list[str], body: int) -> Snippet:
        """Return the snippet; raises `PageError`."""
        name = self.fence.argument
        not_run = self.options.get("not-run")
        if not_run is not None and len(not_run) < 10:
            raise self.wrong("not-run", "is no reason. Say in a few words why it cannot run.")
        if not NAME.fullmatch(name) and (name or not_run is None):
            raise PageError(
                f"{self.where}: {name!r} cannot be a snippet's name. "
                "Write a-name-like-this after {snippet}; it becomes the anchor."
            )
        language = self.options.get("lang", "python")
        code, source = self._code(lines)
        expect = _choice(self.options.get("expect"), Expect, self.where, "expect") or Expect.OUTPUT
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
            on_gil=_choice(self.options.get("gil"), OnGil, self.where, "gil") or OnGil.MAYBE,
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
                f"{made.where}: {made.language} is not run here. Add `:not-run: reason` and "
                "`:source: address`, or use `:lang: console` for commands that start with python."
            )
        if made.not_run is not None and made.language != "python" and not made.sources:
            raise PageError(
                f"{made.where}: commands that are not run need `:source: address` of where they are "
                "documented."
            )
        if made.expect is Expect.RACE and Build.FREE_THREADED not in made.builds:
            raise self.wrong("builds", "leaves out ft, where a race has to show. Use both or ft.")
        if made.exit is not None and made.expect in {Expect.RACE, Expect.HANG, Expect.OUTPUT}:
            raise self.wrong("exit", "goes with `:expect: error` or `:expect: exit` only.")
        if made.expect is not Expect.RACE and ({"runs", "gil"} & set(self.options)):
            option = "runs" if "runs" in self.options else "gil"
            raise self.wrong(option, "goes with `:expect: race` only.")

    def _code(self, lines: list[str]) -> tuple[str, str | None]:
        file = self.options.get("file")
        if file is None:
            if not any(line.strip() for line in lines):
                raise PageError(
                    f"{self.where}: the snippet is empty. Write code, or `:file: path`."
                )
            return "\n".join(lines).rstrip("\n") + "\n", None
        if any(line.strip() for line in lines):
            raise self.wrong("file", "and code in the block exclude each other. Remove one.")
        path = self.root / FILES / file
        if not _FILE.fullmatch(file) or not path.resolve().is_relative_to(
            (self.root / FILES).resolve()
        ):
            raise self.wrong("file", f"is not a path below {FILES}/.")
        return markdown.read(path).rstrip("\n") + "\n", file

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
