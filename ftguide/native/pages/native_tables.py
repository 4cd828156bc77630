"""The tables of the native pages: C API levels, audit rules, what tools reported, what builds made.

`{native-table} NAME` draws one of them from committed data; the page is read again when it changes.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import ExpectedError, line_of
from ftguide.interpreters.model import Sanitizer
from ftguide.native.audit import capi
from ftguide.native.audit.reviews import REVIEWS, Verdict, read_reviews
from ftguide.native.audit.rules import DATA as RULES_FILE
from ftguide.native.audit.rules import REPLACEMENTS, RULES, STRONG
from ftguide.native.audit.trees import TREES, read_trees
from ftguide.native.examples import recipes
from ftguide.native.pages import recipe_tables
from ftguide.native.sanitize import store as sanitize_store
from ftguide.native.sanitize.model import CASES, Outcome, Variant
from ftguide.render.grid import Cell, Column, Heading, table

logger = logging.getLogger(__name__)

DASH = "\N{EM DASH}"


def long(title: str) -> Column:
    """Return a column of words that may break anywhere."""
    return Column(title=title, breakable=True)


def code(text: str) -> list[nodes.Node]:
    """Return a name in code."""
    return [nodes.literal("", text)] if text else []


def function_link(name: str, page: str, line: str) -> list[nodes.Node]:
    """Return a C function's name, linked to its entry on docs.python.org."""
    address = f"https://docs.python.org/{line}/c-api/{page}.html#c.{name}"
    return [nodes.reference("", "", nodes.literal("", name), refuri=address)]


def levels_table(path: Path) -> nodes.table:
    """Draw every C function with a documented level, grouped by the page that describes it."""
    levels = capi.read(path)
    newest = levels.versions[-1]
    notes = {replacement.borrowed: replacement.note for replacement in REPLACEMENTS}
    lines: list[Heading | list[Cell]] = []
    for page, functions in itertools.groupby(levels.functions, key=lambda each: each.page):
        lines.append(Heading(text=page))
        lines += [
            [
                function_link(function.name, page, line_of(newest)),
                function.levels.get(newest, DASH),
                ", ".join(line_of(v) for v in levels.versions if v in function.levels),
                function.since,
                code(STRONG.get(function.name, "")) or notes.get(function.name, ""),
            ]
            for function in functions
        ]
    counts = Counter(function.levels.get(newest) for function in levels.functions)
    summary = ", ".join(f"{counts[level]} {level}" for level in capi.LEVELS)
    caption = f"{len(levels.functions)} functions of the C API with a level in CPython {newest}: {summary}"
    return table(
        caption, [long("Function"), "Level", "Listed in", "Exists since", long("Instead")], lines
    )


def replacements_table(path: Path) -> nodes.table:
    """Draw which function gives a strong reference in place of a borrowed one."""
    levels = {
        function.name: list(function.levels.values())[-1] for function in capi.read(path).functions
    }
    lines: list[list[Cell]] = [
        [
            code(replacement.borrowed),
            levels.get(replacement.borrowed, DASH),
            code(replacement.strong) or DASH,
            levels.get(replacement.strong, DASH),
            replacement.since or DASH,
            replacement.note,
        ]
        for replacement in REPLACEMENTS
    ]
    return table(
        "Functions that return borrowed references, and what to call",
        [long("Borrowed"), "Its level", long("Strong"), "Its level", "Since", "Note"],
        lines,
    )


def rules_table(_path: Path) -> nodes.table:
    """Draw the rules of the audit."""
    lines: list[list[Cell]] = [
        [code(rule.id), str(rule.weight), rule.says] for rule in RULES.values()
    ]
    return table(f"The {len(lines)} rules of the audit", [long("Rule"), "Weight", "Says"], lines)


def reviews_table(path: Path) -> nodes.table:
    """Draw what the audit found in published packages, and what those findings were."""
    reviews = read_reviews(path)
    lines = []
    for package in reviews.packages:
        verdicts = Counter(look.verdict for look in package.looked)
        numbers = [
            package.lines,
            sum(package.counts.values()),
            len(package.looked),
            *(verdicts[verdict] for verdict in Verdict),
        ]
        top = ", ".join(f"{count} {rule}" for rule, count in list(package.counts.items())[:3])
        name = f"{package.name} {package.version}" + (f" ({package.part})" if package.part else "")
        lines.append([name, *map(str, numbers), top or DASH])
    counted = ("Lines", "Findings", "Looked at", "Real", "Guarded", "Harmless")
    columns: list[Column | str] = [
        "Source distribution",
        *(Column(title=title, numeric=True) for title in counted),
        long("Most frequent"),
    ]
    caption = f"The audit on published packages, looked at by hand on {reviews.looked_at}"
    return table(caption, columns, lines)


def looked_table(path: Path) -> nodes.table:
    """Draw every finding that was looked at, with its verdict."""
    lines: list[Heading | list[Cell]] = []
    for package in read_reviews(path).packages:
        if package.looked:
            lines.append(Heading(text=f"{package.name} {package.version}"))
        lines += [
            [code(f"{look.file}:{look.line}"), code(look.rule), look.verdict, look.why]
            for look in package.looked
        ]
    return table(
        "Every finding that was looked at", [long("Line"), long("Rule"), "Verdict", "Why"], lines
    )


def trees_table(path: Path) -> nodes.table:
    """Draw what the audit said about whole trees before and after it read functions."""
    trees = read_trees(path)
    lines: list[Heading | list[Cell]] = []
    for one in trees.distributions:
        said = [("before", one.before), ("after", one.after)]
        lines += [
            [
                f"{one.name} {one.version}, {when}",
                *(str(number) for number in (audit.files, audit.lines, audit.fix, audit.look)),
                f"{audit.seconds:.1f}",
            ]
            for when, audit in said
        ]
    counted = ("Files", "Lines", "To fix", "To look at", "Seconds")
    columns: list[Column | str] = [
        "Source distribution",
        *(Column(title=title, numeric=True) for title in counted),
    ]
    folded = ", ".join(f"{one.folded_fix} in {one.name}" for one in trees.distributions)
    caption = (
        f"Whole trees, audited on {trees.audited}: before is revision {trees.before}; seconds are of "
        f"processor time. To fix afterwards in generated and vendored code: {folded}"
    )
    return table(caption, columns, lines)


#: The columns of `sanitize_table` that count reports.
_PLANNED = {
    "TSan, before": (Sanitizer.THREAD, Variant.BEFORE),
    "TSan, before, GIL on": (Sanitizer.THREAD, Variant.BEFORE_GIL_ON),
    "TSan, after": (Sanitizer.THREAD, Variant.AFTER),
    "ASan, before": (Sanitizer.ADDRESS, Variant.BEFORE),
    "ASan, after": (Sanitizer.ADDRESS, Variant.AFTER),
}


def sanitize_table(path: Path) -> nodes.table:
    """Draw what each sanitizer reported before and after the fix."""
    summary = sanitize_store.read(path.parent)
    outcomes = {
        (outcome.job.case, outcome.job.sanitizer, outcome.job.variant): outcome
        for outcome in summary.outcomes
    }

    def counted(outcome: Outcome | None) -> str:
        if outcome is None:
            return DASH
        runs = f" in {outcome.runs} runs" if outcome.runs > 1 else ""
        return f"{outcome.reports or 'none'}{runs}"

    lines: list[list[Cell]] = []
    for case in CASES:
        first = outcomes.get((case, Sanitizer.THREAD, Variant.BEFORE))
        counts = [counted(outcomes.get((case, *planned))) for planned in _PLANNED.values()]
        lines.append([code(case), *counts, first.answer if first else DASH])
    caption = (
        f"Reports per case, {summary.recorded}: ThreadSanitizer on CPython {summary.thread_python}t "
        f"({summary.compiler}), AddressSanitizer on {summary.address_python}t"
    )
    return table(caption, [long("Case"), *_PLANNED, "What came out before"], lines)


_SUMMARY = ROOT / sanitize_store.RECORDED / sanitize_store.SUMMARY
_TABLES: dict[str, tuple[Path, Callable[[Path], nodes.table]]] = {
    "levels": (capi.DATA, levels_table),
    "replacements": (capi.DATA, replacements_table),
    "rules": (RULES_FILE, rules_table),
    "reviews": (REVIEWS, reviews_table),
    "looked": (REVIEWS, looked_table),
    "trees": (TREES, trees_table),
    "sanitize": (_SUMMARY, sanitize_table),
    "wheels": (ROOT / recipes.RECORDED, recipe_tables.wheels_table),
    "abi3t": (ROOT / recipes.RECORDED, recipe_tables.abi3t_table),
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
            return [draw(path)]
        except ExpectedError as error:
            return self._warn(str(error))

    def _warn(self, message: str) -> list[nodes.Node]:
        logger.warning(message, type="native", subtype="table", location=self.get_location())
        return []


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("native-table", NativeTable)
