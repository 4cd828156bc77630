"""From a page to its snippets: names, options and outputs checked, nothing run.

A page that breaks the syntax yields findings, each with line and fix; `Page.snippets` then holds
what could be understood, for the site to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import console, markdown
from ftguide.guide.declare.finding import SNIPPET, Finding, PageError, Place
from ftguide.guide.declare.markdown import Fence
from ftguide.guide.declare.model import Expect, Output, Snippet
from ftguide.guide.declare.options import (
    FILES,
    OPTIONS,
    OUTPUT_OPTIONS,
    SOURCE,
    Maker,
    choice,
    lines_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with its snippets."""

    path: Path
    name: str  #: relative to the repository, with /
    text: str
    snippets: tuple[Snippet, ...]
    problems: tuple[Finding, ...]


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
    paths = []
    for text in names:
        name = text if text.endswith(".md") else f"{text}.md"
        tried = [Path(name).absolute(), root / name, root / SOURCE / name]
        path = next((path.resolve() for path in tried if path.is_file()), None)
        if path is None or not path.is_relative_to(root / SOURCE):
            raise PageError(f"{text} is not a page below source/. Name one such as installing.md.")
        paths.append(path)
    return paths


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
        self.problems: list[Finding] = []

    def take(self, fence: Fence) -> None:
        """Understand a fence, or note what is wrong with it."""
        try:
            if fence.directive == "snippet":
                self._snippet(fence)
            elif fence.directive == "output":
                self._output(fence)
        except PageError as error:
            self._note(error.message, error.place or fence.place)

    def connect(self) -> None:
        """Give every snippet the snippets it uses, wherever on the page they are."""
        used: set[str] = set()
        for name, snippet in self.snippets.items():
            try:
                chain = self._used_by(snippet, (name,))
            except PageError as error:
                self._note(error.message, error.place or snippet.where)
                continue
            used |= {link.name for link in chain}
            files = [link.file for link in (*chain, snippet) if link.language == "python"]
            if len(set(files)) < len(files):
                double = max(files, key=files.count)
                fix = "Give one of them `:save: name`."
                self._note(f"two snippets would be saved as {double}. {fix}", snippet.where)
            self.snippets[name] = replace(snippet, uses=tuple(chain))
        for name, snippet in self.snippets.items():
            if snippet.expect is Expect.USED and name not in used:
                fix = "Use it, or take `:expect: used` out."
                self._note(
                    f"no snippet says `:uses: {name}`, so it never runs. {fix}", snippet.where
                )

    def _note(self, message: str, where: Place) -> None:
        """Keep what is wrong with the block that begins or stands at a place."""
        line = where.line or 1
        self.problems.append(Finding(page=self.page, line=line, rule=SNIPPET, message=message))

    def _used_by(self, snippet: Snippet, above: tuple[str, ...]) -> list[Snippet]:
        """List the snippets that a snippet uses, each once, with what those use."""
        chain: dict[str, Snippet] = {}
        for name in dict(snippet.options).get("uses", "").split():
            used = self.snippets.get(name)
            if used is None:
                raise PageError(
                    f":uses: names {name!r}, which is no snippet of this page. Correct the name.",
                    snippet.where,
                )
            if name in above:
                raise PageError(f":uses: {name!r} leads back to itself. Remove it.", snippet.where)
            chain |= {link.name: link for link in self._used_by(used, (*above, name))}
            chain[name] = replace(used, uses=(), outputs=())
        return list(chain.values())

    def _snippet(self, fence: Fence) -> None:
        options, lines, body = markdown.options_of(fence, OPTIONS)
        made = Maker(self.page, fence, options, self.root).snippet(lines, body)
        key = made.name or f"line {made.line}"
        if key in self.snippets:
            raise PageError(
                f"{made.name!r} is also the name of the snippet on line "
                f"{self.snippets[key].line}. Give each snippet of a page a name of its own.",
                made.where,
            )
        self.snippets[key] = made

    def _output(self, fence: Fence) -> None:
        options, lines, _body = markdown.options_of(fence, OUTPUT_OPTIONS)
        where = Place(self.page, fence.line)
        build = choice(options.get("build"), Build, where, "build")
        snippet = self.snippets.get(fence.argument)
        if snippet is None:
            known = ", ".join(name for name in self.snippets if " " not in name) or "none"
            raise PageError(
                f"no snippet above is called {fence.argument!r} (there: {known}). "
                "Give the output the name of its snippet.",
                where,
            )
        text = "\n".join(line.rstrip() for line in lines).strip("\n")
        output = Output(
            build=build,
            text=text,
            start=fence.start,
            end=fence.end,
            lines=lines_of(options["line"], where) if "line" in options else (),
        )
        if problem := _refused(snippet, output):
            raise PageError(problem, where)
        if snippet.language == "console":
            _same_commands(snippet, output, where)
        self.snippets[snippet.name] = replace(snippet, outputs=(*snippet.outputs, output))


def _refused(snippet: Snippet, output: Output) -> str | None:
    """Say why a snippet can have no such output; None if it can."""
    name = repr(snippet.name)
    build, lines = output.build, output.lines
    if snippet.not_run is not None:
        return f"{name} is not run, so it can have no output. Remove one of the two."
    if snippet.expect is Expect.USED:
        return f"{name} runs only where it is used. Put the output there."
    if snippet.language == "console" and (build is not None or not lines):
        return (
            "a console session holds its output itself. Put it below its command, or say which "
            "`:line:` prints something else."
        )
    if build is not None and build not in snippet.builds:
        fix = "Remove the output or change `:builds:`."
        return f"{name} does not run on the {build.words} build. {fix}"
    return _refused_line(snippet, output)


def _refused_line(snippet: Snippet, output: Output) -> str | None:
    """Say why a snippet can have no output for these lines, or has one already; None if it can."""
    name = repr(snippet.name)
    build, lines = output.build, output.lines
    if snippet.home in lines:
        fix = f"Take {snippet.home} out of `:line:`."
        return f"the output of {name} on {snippet.home} is the one without `:line:`. {fix}"
    for line in lines:
        if not snippet.covers(line):
            fix = "Remove the output or change `:since:` and `:until:`."
            return f"{name} does not run on {line}. {fix}"
    for other in snippet.outputs:
        if other.build is build and (set(other.lines) & set(lines) or other.lines == lines):
            which = "both builds" if build is None else f"the {build.words} build"
            on = "".join(f" of {line}" for line in sorted(set(other.lines) & set(lines))[:1])
            return f"{name} has an output for {which}{on} already. Remove one of them."
    return None


def _same_commands(snippet: Snippet, output: Output, where: Place) -> None:
    """Raise `PageError` where a session of another line has other commands than the snippet's."""
    here = console.commands(output.text, where, first=where.line or 1)
    if [console.asked(one) for one in here] != [
        console.asked(one) for one in console.commands(snippet.code, snippet.where)
    ]:
        raise PageError(
            f"the session of {snippet.name!r} on {' and '.join(output.lines)} has other commands than "
            "the snippet. Remove the output and run with --update, which writes it.",
            where,
        )
