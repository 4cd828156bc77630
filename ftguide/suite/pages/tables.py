"""Draws the templates of the benchmark pages, and has what they call beside the words: links and titles.

Knows no directive. Cross-references are `pending_xref` nodes of the bench domain, resolved when a page is
written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.render import numbers
from ftguide.render.templates import Templates
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.compare import compare
from ftguide.suite.derive.families import grouped
from ftguide.suite.pages import data
from ftguide.suite.pages.data import Loaded

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|[mn\N{MICRO SIGN}]?s\b)")


def reference(target: str, text: str) -> addnodes.pending_xref:
    """Return a link into the bench domain; where it leads nowhere it stays text, without a warning."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="bench",
        reftype="ref",
        reftarget=target,
        refexplicit=True,
        optional=True,
    )


def here(anchor: str, text: str) -> nodes.reference:
    """Return a link to an anchor of the page that it stands on."""
    return nodes.reference("", text, refid=anchor, internal=True)


def document(docname: str, text: str) -> addnodes.pending_xref:
    """Return a link to a page."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refexplicit=True,
        refwarn=True,
    )


def unbroken(text: str) -> str:
    """Return a number with its unit so that no line breaks between them."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def title(loaded: Loaded, slug: str) -> str:
    """Return a workload's title: today's where the run measured today's code, else the recorded one.

    A title that says better what is measured is better for older runs, too.
    """
    planned = loaded.report.stored.planned(slug)
    return data.declared()[slug].title if data.outdated(loaded, slug) is None else planned.title


def workers(rows: Iterable[Row]) -> int | None:
    """Return the number of threads of the parallel arms of some rows."""
    for row in rows:
        for time in row.times:
            arm = Arm.parse(time.arm)
            if arm.mode is Mode.THREADS:
                return arm.workers
    return None


#: `draw("rows.times", row, anchors=True)` returns the nodes that this macro of templates/rows.jinja writes.
draw = Templates(
    Path(__file__).parent / "templates",
    {
        "Build": Build,
        "DASH": "\N{EM DASH}",
        "data": data,
        "here": here,
        "numbers": numbers,
        "page": document,
        "ref": reference,
        "title": title,
        "unbroken": unbroken,
        "words": words,
    },
).draw


def overview(loaded: Loaded, rows: Sequence[Row], *, within: bool = False) -> list[nodes.Node]:
    """Draw the overviews that some rows have data for: of one thread, and of several.

    `within` is for the page of the run, which has every workload itself. That of a published one has the
    means only: its numbers are looked up, and the pages that show the newest run have the overviews.
    """
    single = [row for row in rows if row.single is not None or row.failure is not None]
    families = grouped(single)
    means = {  # of all of a family, where all of it is shown
        mean.family: mean
        for mean in loaded.report.means
        if mean.workloads > 1 and len(families.get(mean.family, ())) == mean.workloads
    }
    if within and not loaded.local:
        return draw("rows.brief", loaded, list(means.values()))
    parallel = [row for row in rows if row.user_speedup is not None or row.threads is not None]
    groups = itertools.groupby(parallel, key=lambda row: row.group)
    return draw(
        "rows.overview",
        loaded,
        families=families,
        means=means,
        groups=[(group, list(members)) for group, members in groups],
        count=workers(parallel),
        within=within,
    )


def beside(published: Loaded, local: Loaded, slugs: Sequence[str]) -> list[nodes.Node]:
    """Draw a local run beside a published one; empty where they have nothing in common."""
    differences = compare(published.report, local.report)
    changes = [change for change in differences.changes if change.slug in slugs]
    several = len(slugs) > 1
    return draw("rows.beside", changes, differences.conditions, local, several) if changes else []
