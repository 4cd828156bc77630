"""Draws the templates of the outcome pages, and has what they call beside the words: links and titles."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

from ftguide.ground.vocabulary import Build, line_of
from ftguide.outcomes.declare.catalogue import Declared, Family
from ftguide.outcomes.derive import grades
from ftguide.outcomes.derive.board import Board
from ftguide.outcomes.derive.coverage import Coverage
from ftguide.outcomes.derive.grades import Cell, Grade, Seen, Verdict
from ftguide.outcomes.pages import words
from ftguide.outcomes.pages.data import Laboratory
from ftguide.render.templates import Templates
from ftguide.statistics.proportions import rate

#: Where the pages of families live, relative to the root of the site.
BASE = "thread-safety"
_CODE = re.compile(r"`([^`]+)`")
_RANK = {grade: rank for rank, grade in enumerate(Grade)}


def title(test: Declared) -> str:
    """Return a test's title: the object and the operation."""
    return f"{test.on}: {test.operation}"


def link_slug(slug: str, text: str) -> addnodes.pending_xref:
    """Return a link to a test; where it leads nowhere it stays text."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="outcome",
        reftype="ref",
        reftarget=slug,
        refexplicit=True,
        optional=True,
    )


def link(test: Declared) -> addnodes.pending_xref:
    """Return a link to a test by its title."""
    return link_slug(test.slug, title(test))


def outside(address: str, text: str) -> nodes.reference:
    """Return a link out of the site."""
    return nodes.reference("", text, refuri=address)


def page(target: str) -> addnodes.pending_xref:
    """Return a link to a page of the guide, or to a heading of it, such as `porting/cookbook#pattern-lock`.

    Its text is the title there: Sphinx and MyST put it in for a link without text of its own.
    """
    name, _, anchor = target.partition("#")
    made = addnodes.pending_xref(
        "",
        nodes.inline("", target),
        refdomain="doc" if anchor else "std",
        reftype="myst" if anchor else "doc",
        reftarget=name if anchor else f"/{name}",
        refexplicit=False,
        refwarn=True,
    )
    if anchor:
        made["reftargetid"] = anchor
    return made


def prose(text: str) -> list[nodes.Node]:
    """Return a text in which `code` stands between backquotes."""
    parts = _CODE.split(" ".join(text.split()))
    return [
        nodes.literal("", part) if number % 2 else nodes.Text(part)
        for number, part in enumerate(parts)
        if part
    ]


def most_processes(cells: dict[str, Cell]) -> int:
    """Return the number of processes of the interpreter that has most."""
    return max(len(cell.observation.processes) for cell in cells.values())


_draw = Templates(
    Path(__file__).parent / "templates",
    {
        "DASH": "\N{EM DASH}",
        "link": link,
        "link_slug": lambda slug: link_slug(slug, slug),
        "most_processes": most_processes,
        "outside": outside,
        "page": page,
        "prose": prose,
        "words": words,
    },
).draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An outcome over all interpreters."""

    name: str
    grade: Grade
    meaning: str
    cells: dict[str, Seen]


def rows(cells: dict[str, Cell]) -> list[Row]:
    """Return the outcomes of a test, the acceptable ones first, with those that were not seen."""
    made: dict[str, Row] = {}
    for seen in (seen for cell in cells.values() for seen in cell.seen):
        if seen.name not in made:
            made[seen.name] = Row(
                name=seen.name,
                grade=seen.grade,
                meaning=seen.meaning,
                cells={
                    name: _look(cell, seen.name, ending=seen.ending) for name, cell in cells.items()
                },
            )
    # A pattern that no interpreter showed as such says nothing beside what some showed of it.
    shown = {row.meaning for row in made.values() if _was_seen(row)}
    kept = [row for row in made.values() if _was_seen(row) or row.meaning not in shown]
    return sorted(kept, key=lambda row: _RANK[row.grade])


def _was_seen(row: Row) -> bool:
    return any(seen.rate.count for seen in row.cells.values())


def _look(cell: Cell, outcome: str, *, ending: bool) -> Seen:
    """Return an outcome of a cell: the interval of one that was seen has been derived already."""
    for seen in cell.seen:
        if (seen.name, seen.ending) == (outcome, ending):
            return seen
    return grades.look(cell.test, outcome, cell.observation.processes, ending=ending)


def seen_of(cell: Cell, outcome: str) -> Seen | None:
    """Return an outcome by its spelling; None for what the test neither saw nor declares.

    A declared pattern such as `*twice` stands for all outcomes that it grades: those that fit it, and none
    of the patterns before it. `SIG*` stands for every signal, whether the test declares it or not.
    """
    for seen in cell.seen:
        if seen.name == outcome:
            return seen
    declared = any(one.pattern == outcome for one in cell.test.outcomes)
    ending = grades.is_ending(outcome)
    if not declared and not ending:
        return None
    look = _look(cell, outcome, ending=ending)
    graded = [
        one.name
        for one in cell.seen
        if (
            _pattern(cell.test, one.name) == outcome
            if declared
            else one.ending and fnmatch.fnmatchcase(one.name, outcome)
        )
    ]
    if not graded:
        return look
    processes = cell.observation.processes
    if ending:
        counts = [(int(ran.ending in graded), 1) for ran in processes]
    else:
        counts = [
            (sum(ran.counts.get(name, 0) for name in graded), ran.samples)
            for ran in processes
            if ran.samples
        ]
    return replace(look, rate=rate(counts))


def _pattern(test: Declared, name: str) -> str | None:
    """Return the pattern that grades an outcome."""
    fitting = (one.pattern for one in test.outcomes if fnmatch.fnmatchcase(name, one.pattern))
    return next(fitting, None)


def interpreter_of(board: Board, asked: str) -> str:
    """Return the interpreter of a line such as 3.14t, or of a version; what was asked where there is none."""
    if asked in board.interpreters:
        return asked
    for name in reversed(board.interpreters):
        subject = next(
            cell.observation.subject for (_, at), cell in board.cells.items() if at == name
        )
        forced = subject.gil and subject.build is Build.FREE_THREADED
        spelled = f"{line_of(subject.version)}{subject.build.suffix}{'-gil-on' if forced else ''}"
        if spelled == asked:
            return name
    return asked


def missing() -> list[nodes.Node]:
    """Say that nothing was observed."""
    return _draw("outcome.missing")


def legend() -> list[nodes.Node]:
    """Draw what verdicts mean."""
    return _draw("outcome.legend")


def provenance(found: Laboratory) -> list[nodes.Node]:
    """Say where the numbers come from."""
    board = found.board
    assert board is not None
    where = "this machine" if found.local else board.machine
    text = (
        f"{words.count(board.samples)} samples of {len({slug for slug, _ in board.cells})} tests on "
        f"{len(board.interpreters)} interpreters, seen on {where} in {len(board.runs)} "
        f"{'run' if len(board.runs) == 1 else 'runs'}."
    )
    return [nodes.paragraph("", text, classes=["bench-provenance"])]


def grid(found: Laboratory) -> list[nodes.Node]:
    """Draw every test on every interpreter."""
    drawn = _draw("outcome.grid", found.board, found.catalogue.families)
    for table in drawn:
        if isinstance(table, nodes.Element):
            table["classes"].append("outcome-grid")
    return drawn


def totals(found: Laboratory) -> list[nodes.Node]:
    """Draw how many cells have which verdict."""
    board = found.board
    assert board is not None
    counted: dict[str, Counter[object]] = {name: Counter() for name in board.interpreters}
    for (_, name), cell in board.cells.items():
        counted[name][cell.verdict] += 1
        counted[name]["samples"] += cell.samples
    return _draw("outcome.totals", board, list(Verdict), counted)


def changes(found: Laboratory) -> list[nodes.Node]:
    """Draw the verdicts that changed."""
    assert found.board is not None
    if not found.board.changes:
        return [nodes.paragraph("", "No verdict has changed between two observations so far.")]
    return _draw("outcome.changes", found.board.changes)


def covered(of: Coverage) -> list[nodes.Node]:
    """Draw which modules have tests."""
    return _draw("outcome.covered", of)


def issues(found: Laboratory) -> list[nodes.Node]:
    """Draw what crashed or stood still, and where."""
    board = found.board
    assert board is not None
    listed = []
    for test in found.catalogue.tests.values():
        broken = {
            name: cell
            for name, cell in board.of(test.slug).items()
            if cell.verdict in {Verdict.CRASH, Verdict.HANG}
        }
        if broken:
            endings = dict.fromkeys(
                seen.name
                for cell in broken.values()
                for seen in cell.seen
                if seen.ending and seen.rate.count
            )
            where = ", ".join(words.interpreter(name) for name in broken)
            listed.append((test, where, ", ".join(endings)))
    if not listed:
        return [nodes.paragraph("", "No test has crashed or stood still.")]
    return _draw("outcome.issues", listed)


def family(found: Laboratory, of: Family) -> list[nodes.Node]:
    """Draw the tests of a family, a section each."""
    drawn: list[nodes.Node] = [
        nodes.paragraph("", "", *prose(text)) for text in of.intro.split("\n\n") if text.strip()
    ]
    return drawn + [_section(found, test) for test in of.tests]


def _section(found: Laboratory, test: Declared) -> nodes.section:
    section = nodes.section("", nodes.title("", title(test)), ids=[test.slug])
    section += _draw("outcome.about", test)
    code = "\n\n\n".join(part for part in (test.helpers, test.code) if part)
    section += nodes.literal_block(code, code, language="python")
    cells = {} if found.board is None else found.board.of(test.slug)
    if cells:
        section += _draw("outcome.counts", test, list(cells), rows(cells), cells)
        section += _matrix(cells)
        differing = found.differences.get(test.slug, [])
        if differing:
            section += _draw("outcome.differing", differing)
        section += _trace(cells)
    elif found.board is not None:
        section += nodes.paragraph("", "Not observed yet with this program.")
    section += _draw("outcome.references", test)
    return section


def _matrix(cells: dict[str, Cell]) -> list[nodes.Node]:
    """Draw the configurations on the free-threaded build whose verdict is worst, the newest of them."""
    free = [cell for cell in cells.values() if not cell.observation.subject.gil]
    if not free:
        return []
    order = list(Verdict)
    worst = max(reversed(free), key=lambda cell: order.index(cell.verdict) % (len(order) - 1))
    names = [seen.name for seen in worst.seen if seen.rate.count]
    return _draw("outcome.matrix", worst, names) if len(names) > 1 else []


def _trace(cells: dict[str, Cell]) -> list[nodes.Node]:
    """Draw the first stack of the newest interpreter that has one."""
    for name in reversed(cells):
        for ending, text in cells[name].observation.traces.items():
            if text:
                return _draw("outcome.trace", words.interpreter(name), ending, text)
    return []
