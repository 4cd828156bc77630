"""The directives `{snippet}` and `{output}`: code, what it printed, and on what it was verified.

Reads the page (through `ftguide.guide.declare.extract`) and its report; runs nothing. A block whose hash is
not in the report says so on the page: edited since the last run, or never run.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.ground.files import UnreadableError
from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import extract
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.finding import Finding, PageError
from ftguide.guide.declare.model import LINES, UNREPORTED, Crash, Expect, Snippet
from ftguide.guide.declare.options import FILES, OPTIONS, OUTPUT_OPTIONS
from ftguide.guide.derive import endings
from ftguide.guide.record import report
from ftguide.guide.record.report import Block, Report, Result
from ftguide.render import depends
from ftguide.render.words import enumeration

logger = logging.getLogger(__name__)

#: What the first words of the line below a block say, by what the block was expected to do.
_VERIFIED = {
    Expect.OUTPUT: "Verified on",
    Expect.ERROR: "Verified to fail on",
    Expect.EXIT: "Verified on",
    Expect.HANG: "Verified to hang on",
}
_ISSUES = "https://github.com/python/cpython/issues"
#: So many characters of a line fit twice beside each other into the column of a page.
_NARROW = 40
#: So many of a block's users are named; a helper of a whole page has twenty.
_NAMED = 3
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
        except UnreadableError as error:
            self.warn(str(error))
            known = Report()
        good, words = status_of(snippet, known)
        line = nodes.paragraph("", "", classes=["snippet-status"])
        if not good:
            line["classes"].append("snippet-unverified")
        link = nodes.reference("", words, refid=anchor(snippet), internal=True)
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
        links = [
            nodes.reference("", user.name, refid=anchor(user), internal=True)
            for user in (page.snippets if page is not None else ())
            if any(used.name == snippet.name for used in user.uses)
        ]
        more = [nodes.Text(f" and {len(links) - _NAMED} others")] if len(links) > _NAMED else []
        words = [nodes.Text("Runs in "), *_listed(links[:_NAMED]), *more, nodes.Text(".")]
        return nodes.paragraph("", "", *words, classes=["snippet-status"])

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
        lines = tuple(self.options.get("line", "").split())
        snippet = self.snippet()
        text = "\n".join(self.content)
        caption = _CAPTIONS[known]
        if snippet is not None:
            caption += on_lines(snippet, known, lines)
        session = snippet is not None and snippet.language == "console"
        box = self.literal(
            text or "(nothing)", "console" if session else "text", caption, "snippet-output"
        )
        if snippet is None or not snippet.outputs:
            return [box]
        last = snippet.outputs[-1]
        if (last.build, set(last.lines)) != (known, set(lines)):
            return [box]
        return [box, self.status(snippet)]


def on_lines(snippet: Snippet, build: Build | None, lines: Sequence[str]) -> str:
    """Return what follows the caption of an output, where another line has one of its own."""
    if not lines:
        others = {
            line
            for output in snippet.outputs
            if build is None or output.build in {build, None}
            for line in output.lines
        }
        if not others:
            return ""
        lines = [line for line in LINES if snippet.covers(line) and line not in others]
    return f"{' on' if build is None else ' of'} {enumeration(lines)}"


def set_side_by_side(_app: Sphinx, doctree: nodes.document) -> None:
    """Put outputs that follow each other, and are narrow, beside each other where there is room."""
    for first in filter(_is_output, list(doctree.findall(nodes.container))):
        parent = first.parent
        at = parent.index(first)
        if at and _is_output(parent[at - 1]):
            continue
        group = list(itertools.takewhile(_is_output, parent[at:]))
        if len(group) < 2 or any(len(line) > _NARROW for box in group for line in _lines(box)):
            continue
        grid = nodes.container("", *group, classes=["snippet-outputs"])
        parent[at : at + len(group)] = [grid]


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "snippet-output" in node["classes"]


def _lines(box: nodes.Node) -> list[str]:
    return [
        line for block in box.findall(nodes.literal_block) for line in block.astext().splitlines()
    ]


def known_crash(crash: Crash) -> list[nodes.Node]:
    """Return the sentence that says where the interpreter itself is known to crash, with its issues."""
    where = enumeration([line + build.suffix for line, build in crash.builds])
    issues: list[nodes.Node] = [
        nodes.Text("no issue was found upstream")
        if issue == UNREPORTED
        else nodes.reference("", issue, refuri=f"{_ISSUES}/{issue.removeprefix('gh-')}")
        for issue in crash.issues
    ]
    words = nodes.Text(f" Crashes of the interpreter are known on {where}: ")
    return [words, *_listed(issues), nodes.Text(".")]


def _listed(items: Sequence[nodes.Node]) -> list[nodes.Node]:
    """Put commas between nodes."""
    return [node for item in items for node in (nodes.Text(", "), item)][1:]


def anchor(snippet: Snippet) -> str:
    """Return the permanent anchor of a snippet on its page."""
    return f"snippet-{snippet.name}"


def status_of(snippet: Snippet, known: Report) -> tuple[bool, str]:
    """Return whether a snippet is verified, and the words that say so, without a full stop."""
    block = known.blocks.get(snippet.hash)
    if block is None:
        earlier = any(stored.name == snippet.name for stored in known.blocks.values())
        return False, f"Not verified: {'edited since the last run' if earlier else 'not run yet'}"
    results = report.in_order(block.results)
    failed = [result for result in results if not result.passed]
    passed = [result for result in results if result.passed]
    if not results:
        return False, f"Not verified{_without(snippet, block)}"
    if not passed:
        return False, f"Not verified: not as shown on {_tried(failed)}{_without(snippet, block)}"
    if snippet.repeated:
        verified = "Verified to race" if snippet.expect is Expect.RACE else "Verified"
        words = f"{verified}: {'; '.join(map(_runs, passed))}; {_date(passed)}"
    else:
        words = f"{_VERIFIED[snippet.expect]} {_tried(passed)}"
    if failed:
        words += f". Not as shown on {_tried(failed)}"
    return True, words + _without(snippet, block)


def _without(snippet: Snippet, block: Block) -> str:
    """Say where a snippet does not run, and why."""
    parts = []
    if snippet.since is not None and snippet.since == snippet.until:
        parts.append(f"For {snippet.since} only")
    elif snippet.since is not None and snippet.until is not None:
        parts.append(f"For {snippet.since} to {snippet.until} only")
    elif snippet.since is not None:
        parts.append(f"For {snippet.since} and newer")
    elif snippet.until is not None:
        parts.append(f"For {snippet.until} and older")
    by_packages: dict[tuple[str, ...], list[str]] = {}
    for title, packages in block.lacking.items():
        by_packages.setdefault(tuple(packages), []).append(title)
    for packages, titles in by_packages.items():
        parts.append(f"Not run on {enumeration(titles)}: no wheel of {enumeration(packages)}")
    return "".join(f". {part}" for part in parts)


def _tried(results: list[Result]) -> str:
    return f"{enumeration([result.title for result in results])}, {_date(results)}"


def _date(results: list[Result]) -> str:
    """Return the oldest date: the one that holds for all of them."""
    return min(result.date for result in results)


def _runs(result: Result) -> str:
    counts = endings.words(tuple(result.endings.items()))
    return f"{result.runs} runs on {result.title}: {counts}"


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
    app.connect("doctree-read", set_side_by_side)
