"""The tables of the native pages: C API levels, replacements, audit rules, and what tools reported.

`{native-table} NAME` draws one of them from committed data; the page is read again when it changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import msgspec
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.docs.grid import Cell, Column, Heading, Line, table
from ftguide.files import ROOT
from ftguide.interpreters.model import Sanitizer
from ftguide.native.audit import capi
from ftguide.native.audit import rules as audit_rules
from ftguide.native.audit.files import AuditError
from ftguide.native.audit.reviews import REVIEWS, Package, Verdict, read_reviews
from ftguide.native.sanitize import model as sanitize_model
from ftguide.native.sanitize import store as sanitize_store
from ftguide.native.sanitize.model import Job, SanitizeError, Variant
from ftguide.vocabulary import line_of

logger = logging.getLogger(__name__)

DASH = "\N{EM DASH}"


def code(text: str) -> list[nodes.Node]:
    """Return a name in code."""
    return [nodes.literal("", text)] if text else []


def function_link(name: str, page: str, line: str) -> list[nodes.Node]:
    """Return a C function's name, linked to its entry on docs.python.org."""
    address = f"https://docs.python.org/{line}/c-api/{page}.html#c.{name}"
    return [nodes.reference("", "", nodes.literal("", name), refuri=address)]


def levels_table(path: Path) -> list[nodes.Node]:
    """Draw every C function with a documented level, grouped by the page that describes it."""
    levels = capi.read(path)
    newest = levels.versions[-1]
    line = line_of(newest)
    strong = {replacement.borrowed: replacement for replacement in audit_rules.REPLACEMENTS}
    lines: list[Line | Heading] = []
    page = ""
    for function in levels.functions:
        if function.page != page:
            page = function.page
            lines.append(Heading(text=page))
        swap = strong.get(function.name)
        instead: Cell = (
            [*code(swap.strong)] if swap and swap.strong else (swap.note if swap else "")
        )
        listed = [v for v in levels.versions if v in function.levels]
        lines.append(
            Line(
                cells=[
                    function_link(function.name, function.page, line),
                    function.levels.get(newest, DASH),
                    ", ".join(line_of(version) for version in listed),
                    function.since or "",
                    instead,
                ]
            )
        )
    counts = Counter(function.levels.get(newest, "") for function in levels.functions)
    summary = ", ".join(f"{counts[level]} {level}" for level in capi.LEVELS)
    caption = f"{len(levels.functions)} functions of the C API with a level in CPython {newest}: {summary}"
    columns = [
        Column(title="Function", breakable=True),
        Column(title="Level"),
        Column(title="Listed in"),
        Column(title="Exists since"),
        Column(title="Instead", breakable=True),
    ]
    return [table(caption, columns, lines)]


def replacements_table(path: Path) -> list[nodes.Node]:
    """Draw which function gives a strong reference in place of a borrowed one."""
    levels = {function.name: function for function in capi.read(path).functions}
    lines: list[Line | Heading] = []
    for replacement in audit_rules.REPLACEMENTS:
        known = levels.get(replacement.borrowed)
        now = levels.get(replacement.strong)
        lines.append(
            Line(
                cells=[
                    code(replacement.borrowed),
                    list(known.levels.values())[-1] if known else DASH,
                    code(replacement.strong) or DASH,
                    list(now.levels.values())[-1] if now else DASH,
                    replacement.since or DASH,
                    replacement.note,
                ]
            )
        )
    columns = [
        Column(title="Borrowed", breakable=True),
        Column(title="Its level"),
        Column(title="Strong", breakable=True),
        Column(title="Its level"),
        Column(title="Since"),
        Column(title="Note"),
    ]
    return [table("Functions that hand out borrowed references, and what to call", columns, lines)]


def rules_table(_path: Path) -> list[nodes.Node]:
    """Draw the rules of the audit."""
    lines = [
        Line(cells=[code(rule.id), str(rule.weight), rule.says])
        for rule in audit_rules.RULES.values()
    ]
    columns = [Column(title="Rule", breakable=True), Column(title="Weight"), Column(title="Says")]
    return [table(f"The {len(lines)} rules of the audit", columns, lines)]


def reviews_table(path: Path) -> list[nodes.Node]:
    """Draw what the audit found in published packages, and what those findings were."""
    reviews = read_reviews(path)

    def line(package: Package) -> Line:
        verdicts = Counter(look.verdict for look in package.looked)
        top = ", ".join(f"{count} {rule}" for rule, count in list(package.counts.items())[:3])
        name = f"{package.name} {package.version}" + (f" ({package.part})" if package.part else "")
        numbers = [
            str(package.lines),
            str(sum(package.counts.values())),
            str(len(package.looked)),
            *(str(verdicts[verdict]) for verdict in Verdict),
        ]
        return Line(cells=[name, *numbers, top or DASH])

    columns = [
        Column(title="Source distribution"),
        Column(title="Lines", numeric=True),
        Column(title="Findings", numeric=True),
        Column(title="Looked at", numeric=True),
        Column(title="Real", numeric=True),
        Column(title="Guarded", numeric=True),
        Column(title="Harmless", numeric=True),
        Column(title="Most frequent", breakable=True),
    ]
    caption = f"The audit on published packages, looked at by hand on {reviews.looked_at}"
    return [table(caption, columns, [line(one) for one in reviews.packages])]


def looked_table(path: Path) -> list[nodes.Node]:
    """Draw every finding that was looked at, with its verdict."""
    lines: list[Line | Heading] = []
    for package in read_reviews(path).packages:
        if package.looked:
            lines.append(Heading(text=f"{package.name} {package.version}"))
        lines += [
            Line(cells=[code(f"{look.file}:{look.line}"), code(look.rule), look.verdict, look.why])
            for look in package.looked
        ]
    columns = [
        Column(title="Line", breakable=True),
        Column(title="Rule", breakable=True),
        Column(title="Verdict"),
        Column(title="Why"),
    ]
    return [table("Every finding that was looked at", columns, lines)]


def sanitize_table(path: Path) -> list[nodes.Node]:
    """Draw what each sanitizer reported before and after the fix."""
    summary = sanitize_store.read(path.parent)
    if summary is None:
        raise SanitizeError(f"{path} does not exist. `nox -s sanitize -- --record` writes it.")
    outcomes = {outcome.job: outcome for outcome in summary.outcomes}
    planned = (
        ("TSan, before", Sanitizer.THREAD, Variant.BEFORE),
        ("TSan, before, GIL on", Sanitizer.THREAD, Variant.BEFORE_GIL_ON),
        ("TSan, after", Sanitizer.THREAD, Variant.AFTER),
        ("ASan, before", Sanitizer.ADDRESS, Variant.BEFORE),
        ("ASan, after", Sanitizer.ADDRESS, Variant.AFTER),
    )

    def cell(case: str, sanitizer: Sanitizer, variant: Variant) -> str:
        outcome = outcomes.get(Job(case=case, sanitizer=sanitizer, variant=variant))
        if outcome is None:
            return DASH
        runs = f" in {outcome.runs} runs" if outcome.runs > 1 else ""
        return f"{outcome.reports or 'none'}{runs}"

    def printed(case: str) -> str:
        job = Job(case=case, sanitizer=Sanitizer.THREAD, variant=Variant.BEFORE)
        return outcomes[job].answer if job in outcomes else DASH

    lines = [
        Line(
            cells=[
                code(case),
                *(cell(case, sanitizer, variant) for _, sanitizer, variant in planned),
                printed(case),
            ]
        )
        for case in sanitize_model.CASES
    ]
    columns = [
        Column(title="Case", breakable=True),
        *(Column(title=title) for title, _, _ in planned),
        Column(title="What came out before"),
    ]
    caption = (
        f"Reports per case, {summary.recorded}: ThreadSanitizer on CPython {summary.thread_python}t "
        f"({summary.compiler}), AddressSanitizer on {summary.address_python}t"
    )
    return [table(caption, columns, lines)]


_SUMMARY = ROOT / sanitize_store.RECORDED / sanitize_store.SUMMARY
_TABLES: dict[str, tuple[Path, Callable[[Path], list[nodes.Node]]]] = {
    "levels": (capi.DATA, levels_table),
    "replacements": (capi.DATA, replacements_table),
    "rules": (Path(audit_rules.__file__), rules_table),
    "reviews": (REVIEWS, reviews_table),
    "looked": (REVIEWS, looked_table),
    "sanitize": (_SUMMARY, sanitize_table),
}


class NativeTable(SphinxDirective):
    """Draw one of the tables by name."""

    required_arguments = 1
    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """Return the table; what cannot be read is a warning at the directive."""
        name = self.arguments[0]
        if name not in _TABLES:
            return self._warn(f"native-table {name!r}: there are {', '.join(sorted(_TABLES))}")
        path, draw = _TABLES[name]
        self.env.note_dependency(str(path))
        try:
            return draw(path)
        except (AuditError, SanitizeError, msgspec.DecodeError) as error:
            return self._warn(str(error))

    def _warn(self, message: str) -> list[nodes.Node]:
        logger.warning(message, type="native", subtype="table", location=self.get_location())
        return []


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("native-table", NativeTable)
