"""What is new, from all products: published runs, outcomes of the laboratory, levels of packages."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ftguide.outcomes.derive.grades import Verdict
from ftguide.outcomes.pages import words as outcome_words
from ftguide.outcomes.pages.data import Laboratory
from ftguide.render import svg
from ftguide.suite import words as suite_words
from ftguide.suite.pages.data import RECENT, Loaded, Results
from ftguide.suite.record.model import IndexEntry
from ftguide.tracker.pages.data import Tracker
from ftguide.tracker.pages.package_pages import grouped
from ftguide.tracker.pages.table import page_of

FEED = "news.atom"
#: A feed is for what is new; the pages have everything.
MOST_ENTRIES = 100
#: The family whose mean is the headline of a run.
HEADLINE = "python-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that was found out."""

    at: str  #: the day, or the time, as ISO 8601 spells it
    source: str  #: which product it comes from
    value: str  #: what leads to the proof
    text: str  #: what the value says, as the rest of a sentence
    page: str  #: that shows it
    anchor: str = ""

    @property
    def day(self) -> str:
        """The day."""
        return self.at[:10]

    @property
    def title(self) -> str:
        """All of it in one line."""
        return f"{self.source}: {self.value} {self.text}"


def told(results: Results) -> list[Loaded]:
    """Return the newest published runs that there may be news of, no more than a workload's history has."""
    entries = filter(_tells, results.published)
    return list(itertools.islice(filter(None, map(results.load, entries)), RECENT))


def _tells(entry: IndexEntry) -> bool:
    return entry.citable and entry.withdrawn is None


def of_runs(runs: Iterable[Loaded]) -> Iterator[News]:
    """Yield one piece of news for each published run that has the headline's mean."""
    for loaded in runs:
        mean = next((mean for mean in loaded.report.means if mean.family.key == HEADLINE), None)
        if mean is not None and _tells(loaded.entry):
            of = suite_words.workloads_text(mean.family, mean.workloads)
            text = (
                f"times as long on the free-threaded build, on one thread: geometric mean of {of}, "
                f"95 % interval, CPython {loaded.entry.python}, machine {loaded.entry.machine}"
            )
            yield News(
                at=loaded.entry.started,
                source="Benchmarks",
                value=suite_words.ratio_text(mean),
                text=text,
                page=loaded.page,
            )


def of_outcomes(laboratory: Laboratory) -> list[News]:
    """Return one piece of news for each free-threaded interpreter that was observed."""
    board = laboratory.board
    if board is None or laboratory.local:
        return []
    found = []
    for name in board.interpreters:
        cells = [cell for (_, where), cell in board.cells.items() if where == name]
        if not name.endswith("t") or not cells:
            continue
        seen = Counter(cell.verdict for cell in cells)
        against = (
            (seen[Verdict.FORBIDDEN], "contradicted the documentation or corrupted an object"),
            (seen[Verdict.CRASH], "crashed the interpreter"),
            (seen[Verdict.HANG], "stood still"),
        )
        bad = [f"{number} {words}" for number, words in against if number]
        found.append(
            News(
                at=max(cell.observation.observed_at for cell in cells),
                source="Outcomes",
                value=f"{len(cells)} tests",
                text=f"of shared objects ran on {outcome_words.interpreter(name)}: "
                + (", ".join(bad) if bad else "none showed an outcome that it should not"),
                page="thread-safety/index",
            )
        )
    return found


def of_packages(tracker: Tracker) -> list[News]:
    """Return one piece of news for each level that changed; history that was reconstructed is none."""
    found = []
    for status in tracker.statuses:
        for change in grouped(change for change in status.changes if not change.backfilled):
            if not (change.before.verdict or change.after.verdict):
                continue
            name = status.package.name
            levels = f"{change.before.words} \N{RIGHTWARDS ARROW} {change.after.words}"
            found.append(
                News(
                    at=change.at,
                    source="Packages",
                    value=f"{name} {change.version}",
                    text=f"on {change.line}: {levels} ({change.platform})",
                    page=page_of(name),
                )
            )
    return found


def gather(results: Results, laboratory: Laboratory, tracker: Tracker) -> list[News]:
    """Return all news, the newest first."""
    found = [*of_runs(told(results)), *of_outcomes(laboratory), *of_packages(tracker)]
    return sorted(found, key=lambda one: (one.at, one.source, one.value, one.text), reverse=True)


def feed(news: Sequence[News], title: str, site: str, target: Callable[[str], str]) -> bytes:
    """Return the newest as Atom; `site` is the address of the site or empty, `target` a page's below it."""
    base = f"{site.rstrip('/')}/" if site else ""
    root = ET.Element("feed", xmlns="http://www.w3.org/2005/Atom")
    svg.add(root, "title", title)
    svg.add(root, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{site or title}/{FEED}')}")
    svg.add(root, "updated", f"{news[0].day if news else '1970-01-01'}T00:00:00Z")
    svg.add(svg.add(root, "author"), "name", f"{title} contributors")
    if site:
        svg.add(root, "link", rel="self", href=f"{base}{FEED}")
    svg.add(root, "link", href=base or "index.html")
    for one in news[:MOST_ENTRIES]:
        entry = svg.add(root, "entry")
        svg.add(entry, "title", one.title)
        svg.add(
            entry,
            "id",
            f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{one.at} {one.page} {one.title}')}",
        )
        svg.add(entry, "updated", f"{one.day}T00:00:00Z")
        svg.add(entry, "link", href=f"{base}{target(one.page)}{one.anchor}")
        svg.add(entry, "summary", f"{one.value} {one.text}.")
    raw: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return raw + b"\n"
