"""The directives `{snippet}` and `{output}`: code, what it printed, and on what it was verified.

Reads the page (through `ftguide.guide.declare.extract`) and its report; runs nothing. A block whose hash is
not in the report says so on the page: edited since the last run, or never run.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.docs import depends
from ftguide.guide.declare import extract
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.finding import Finding, PageError
from ftguide.guide.declare.model import UNREPORTED, Crash, Expect, Snippet
from ftguide.guide.declare.options import FILES, OPTIONS, OUTPUT_OPTIONS
from ftguide.guide.derive import endings
from ftguide.guide.record import report
from ftguide.guide.record.report import Report, ReportError, Result
from ftguide.vocabulary import Build

logger = logging.getLogger(__name__)

#: What the first words of the line below a block say, by what the block was expected to do.
_VERIFIED = {
    Expect.OUTPUT: "Verified on",
    Expect.ERROR: "Verified to fail on",
    Expect.EXIT: "Verified on",
    Expect.HANG: "Verified to hang on",
}
_CAPTIONS = {
    None: "Output",
    Build.GIL: "Output on the GIL-enabled build",
    Build.FREE_THREADED: "Output on the free-threaded build",
}


@functools.lru_cache(maxsize=64)
def _page(path: Path, root: Path, _stamp: tuple[int, int]) -> Page:
    """Read a page; cached on size and time, as every directive of the page asks."""
    return extract.extract(path, root)


class BlockDirective(SphinxDirective):
    """What the two directives share: the page as the runner sees it, and its report."""

    has_content = True
    final_argument_whitespace = False

    @property
    def root(self) -> Path:
        """The repository: pages are in its folder source/."""
        return Path(self.env.srcdir).parent

    def warn(self, message: str) -> None:
        """Warn at the directive."""
        logger.warning(message, type="snippet", location=self.get_location())

    def page(self) -> Page | None:
        """Return the page being read, None with a warning when it cannot be understood."""
        path = Path(self.env.doc2path(self.env.docname))
        state = path.stat()
        try:
            page = _page(path, self.root, (state.st_size, state.st_mtime_ns))
        except PageError as error:
            self.warn(str(error))
            return None
        told: set[Finding] = self.env.temp_data.setdefault("snippet-problems", set())  # type: ignore[assignment]
        for problem in page.problems:
            if problem not in told:
                told.add(problem)
                self.warn(problem.text)
        return page

    def snippet(self) -> Snippet | None:
        """Return the snippet this directive names."""
        page = self.page()
        name = self.arguments[0] if self.arguments else ""
        if page is None:
            return None
        return next((snippet for snippet in page.snippets if snippet.name == name and name), None)

    def literal(self, text: str, language: str, caption: str | None, kind: str) -> nodes.Element:
        """Return a block of code or output, with a caption where it has one."""
        block = nodes.literal_block(text, text, language=language)
        self.set_source_info(block)
        lines = _numbers(self.options.get("emphasize-lines", ""))
        if lines:
            block["highlight_args"] = {"hl_lines": lines}
        box = nodes.container("", literal_block=True, classes=["literal-block-wrapper", kind])
        if caption is not None:
            box += nodes.caption(caption, "", nodes.Text(caption))
        box += block
        return box

    def status(self, snippet: Snippet) -> nodes.paragraph:
        """Return the line that says what the snippet was verified on."""
        path = report.path_of(snippet.page, self.root)
        depends.on(self.env, self.env.docname, (path,))
        try:
            known = report.read(path)
        except ReportError as error:
            self.warn(str(error))
            known = Report()
        good, words = status_of(snippet, known)
        line = nodes.paragraph("", "", classes=["snippet-status"])
        if not good:
            line["classes"].append("snippet-unverified")
        link = nodes.reference("", "", refid=anchor(snippet), internal=True)
        link += nodes.Text(words)
        line += [link, nodes.Text(".")]
        if snippet.crash is not None:
            line += known_crash(snippet.crash)
        return line


class SnippetDirective(BlockDirective):
    """Code that `nox -s snippets` runs."""

    optional_arguments = 1
    option_spec: ClassVar = dict.fromkeys(sorted(OPTIONS), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return the code, and the status unless an output follows."""
        language = self.options.get("lang", "python")
        snippet = self.snippet()
        code = "\n".join(self.content) if snippet is None else snippet.code.rstrip("\n")
        named = {"save", "file"} & set(self.options)
        caption = snippet.file if snippet is not None and named else self.options.get("save")
        box = self.literal(code, language, caption, "snippet-code")
        if "not-run" in self.options:
            return [box, self.reason()]
        if snippet is None:
            return [box]
        if snippet.source is not None:
            self.env.note_dependency(str(self.root / FILES / snippet.source))
        box["ids"].append(anchor(snippet))
        self.state.document.note_explicit_target(box)
        if snippet.expect is Expect.USED:
            return [box, self.users(snippet)]
        return [box] if snippet.outputs else [box, self.status(snippet)]

    def users(self, snippet: Snippet) -> nodes.paragraph:
        """Return the line below a block that runs only where others use it."""
        page = self.page()
        line = nodes.paragraph("", "", nodes.Text("Runs in "), classes=["snippet-status"])
        others = [
            one
            for one in (page.snippets if page is not None else ())
            if any(used.name == snippet.name for used in one.uses)
        ]
        for number, one in enumerate(others):
            line += [nodes.Text(", ")] if number else []
            line += nodes.reference("", one.name, refid=anchor(one), internal=True)
        line += nodes.Text(".")
        return line

    def reason(self) -> nodes.paragraph:
        """Return the line below a block that is not run."""
        text = self.options["not-run"].rstrip(".")
        line = nodes.paragraph("", "", nodes.Text(f"Not run here: {text}."))
        line["classes"] += ["snippet-status", "snippet-not-run"]
        source = self.options.get("source", "")
        if source.startswith("http"):
            link = nodes.reference("", "Source", refuri=source, internal=False)
            line += [nodes.Text(" "), link, nodes.Text(".")]
        elif source:
            line += [nodes.Text(" Source: "), nodes.literal("", source), nodes.Text(".")]
        return line


class OutputDirective(BlockDirective):
    """What a snippet printed, written by `nox -s snippets -- --update`."""

    required_arguments = 1
    option_spec: ClassVar = dict.fromkeys(sorted(OUTPUT_OPTIONS), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return the output, and the status below a snippet's last one."""
        build = self.options.get("build")
        known = Build(build) if build in set(Build) else None
        box = self.literal("\n".join(self.content), "text", _CAPTIONS[known], "snippet-output")
        snippet = self.snippet()
        if snippet is None or snippet.outputs[-1].build is not known:
            return [box]
        return [box, self.status(snippet)]


def known_crash(crash: Crash) -> list[nodes.Node]:
    """Return the sentence that says where the interpreter itself is known to crash, with its issues."""
    where = [line + build.suffix for line, build in crash.builds]
    line: list[nodes.Node] = [
        nodes.Text(f" Crashes of the interpreter are known on {_enumeration(where)}: ")
    ]
    for number, issue in enumerate(crash.issues):
        line += [nodes.Text(", ")] if number else []
        if issue == UNREPORTED:
            line += [nodes.Text("no issue was found upstream")]
        else:
            address = f"https://github.com/python/cpython/issues/{issue.removeprefix('gh-')}"
            line += [nodes.reference("", issue, refuri=address, internal=False)]
    return [*line, nodes.Text(".")]


def anchor(snippet: Snippet) -> str:
    """Return the permanent anchor of a snippet on its page."""
    return f"snippet-{snippet.name}"


def status_of(snippet: Snippet, known: Report) -> tuple[bool, str]:
    """Return whether a snippet is verified, and the words that say so, without a full stop."""
    block = known.blocks.get(snippet.hash)
    if block is None:
        earlier = any(stored.name == snippet.name for stored in known.blocks.values())
        return False, f"Not verified: {'edited since the last run' if earlier else 'not run yet'}"
    failed = [result for result in block.results if not result.passed]
    passed = [result for result in block.results if result.passed]
    if not passed:
        return False, f"Not verified: not as shown on {_versions(failed)}, {_date(failed)}"
    if snippet.repeated:
        verified = "Verified to race" if snippet.expect is Expect.RACE else "Verified"
        words = f"{verified}: {'; '.join(map(_runs, passed))}; {_date(passed)}"
    else:
        words = f"{_VERIFIED[snippet.expect]} {_versions(passed)}, {_date(passed)}"
    if failed:
        return True, f"{words}. Not as shown on {_versions(failed)}, {_date(failed)}"
    return True, words


def _title(result: Result) -> str:
    return result.version + result.build.suffix


def _versions(results: list[Result]) -> str:
    return _enumeration([_title(result) for result in results])


def _enumeration(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _date(results: list[Result]) -> str:
    """Return the oldest date: the one that holds for all of them."""
    return min(result.date for result in results)


def _runs(result: Result) -> str:
    return f"{result.runs} runs on {_title(result)}: {endings.words(tuple(result.endings.items()))}"


def _numbers(text: str) -> list[int]:
    """Return the line numbers of `2,5-7`; what is not a number is left out."""
    numbers: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (not last or last.isdecimal()):
            numbers += range(int(first), int(last or first) + 1)
    return numbers


def note_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let links of other pages find the snippets of this one, as MyST finds its headings."""
    known = app.env.current_document.docname
    slugs = app.env.metadata[known].setdefault("myst_slugs", {})
    for box in doctree.findall(nodes.container):
        if "snippet-code" in box["classes"]:
            for id_ in box["ids"]:
                slugs.setdefault(id_, (box.line or 0, id_, id_.removeprefix("snippet-")))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("snippet", SnippetDirective)
    app.add_directive("output", OutputDirective)
    app.connect("doctree-read", note_anchors)
