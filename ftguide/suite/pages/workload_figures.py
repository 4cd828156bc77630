"""The figures of one workload: every way to run it, then the same on other machines and on other lines.

The first one answers the question of the page: what do one thread and several reach on either build, relative
to one thread of the GIL-enabled build, and what is possible? A workload with one thread only gets its time.
The others are small multiples: a panel for each machine or line, on one axis. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.render.words import capital
from ftguide.statistics.estimates import Interval
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.lines import LineRow
from ftguide.suite.derive.mode_tables import Ways
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.pages import charts, figures, sentences, tables
from ftguide.suite.pages.charts import Entry, Mark, Shape
from ftguide.suite.pages.data import RECENT, Loaded, Results
from ftguide.suite.pages.figures import Figure
from ftguide.suite.pages.sentences import Pair

#: Machines whose panels fit on a screen; the history of a workload has the others.
MOST_MACHINES = 6

TIME = "One thread: time relative to the GIL-enabled build"
THROUGHPUT = "Throughput relative to one thread of the GIL-enabled build"
BASE = "1 (the base)"
_SHORT = {Build.GIL: "GIL", Build.FREE_THREADED: "FT"}
_BASE = Arm(Build.GIL, Mode.SINGLE)


def main(loaded: Loaded, row: Row, *, id_: str) -> Figure | None:
    """Chart the ways to run a workload; None where a run has no two of them."""
    title = tables.title(loaded, row.slug)
    ways = loaded.report.beside(row.slug).ways
    if ways is not None and any(Arm.parse(way.arm).mode is not Mode.SINGLE for way in ways.ways):
        return _throughput(ways, row, title, id_)
    return _time(row, title, id_) if row.single is not None else None


def _time(row: Row, title: str, id_: str) -> Figure:
    """Chart the time of one thread: a line for either build."""
    single = row.single
    assert single is not None
    base = Mark(1, 1, 1, shape=Shape.SQUARE, series="gil", said=BASE)
    entries = [
        Entry(label="GIL-enabled build, one thread", marks=(base,)),
        figures.timed("Free-threaded build, one thread", single, row.floor),
    ]
    pairs = [("Free-threaded build, one thread", single)]
    desc = figures.judged(pairs)
    return Figure(
        svg=charts.ratio_chart(entries, id_=id_, title=f"{TIME}: {title}", desc=desc),
        id_=id_,
        caption=TIME,
        says=sentences.of_times(single, row.floor),
        head="Way to run it",
        pairs=pairs,
    )


def _ceilings(ways: Ways | None) -> dict[int, float]:
    """Return what processes reach, by their number: on the build where they reach most."""
    ceilings: dict[int, float] = {}
    for way in ways.ways if ways is not None else ():
        arm = Arm.parse(way.arm)
        if arm.mode is Mode.PROCESSES:
            known = ceilings.get(arm.workers, 0.0)
            ceilings[arm.workers] = max(known, way.throughput.ratio)
    return ceilings


def _mark(arm: Arm, of: Interval, name: str, ceilings: dict[int, float]) -> Mark:
    several = arm.mode is not Mode.SINGLE
    return Mark(
        of.ratio,
        of.low,
        of.high,
        shape=Shape.SQUARE if arm.build is Build.GIL else Shape.CIRCLE,
        series=arm.build,
        name=name,
        said=BASE if arm == _BASE else "",
        ideal=float(arm.workers) if several else None,
        ceiling=ceilings.get(arm.workers) if several else None,
    )


def _in_digits(arm: Arm) -> str:
    """Return the workers of an arm for the left of a line: `2 threads`."""
    number, words_ = sentences.workers(arm).split(" ")
    return f"{1 if number == 'one' else arm.workers} {words_}"


def _throughput(ways: Ways, row: Row, title: str, id_: str) -> Figure:
    """Chart the throughput of all ways, build by build."""
    ceilings = _ceilings(ways)
    entries, pairs = [], list[Pair]()
    for build in Build:
        own = [(Arm.parse(way.arm), way.throughput) for way in ways.of(build)]
        marks = tuple(_mark(arm, of, _in_digits(arm), ceilings) for arm, of in own)
        if marks:
            entries.append(Entry(label=f"{capital(build.words)} build", marks=marks))
        pairs += [(words.arm_text(str(arm)), of) for arm, of in own if arm != _BASE]
    floors = [floor for floor in (row.floor, row.threads_floor) if floor is not None]
    desc = "; ".join(map(figures.spoken, pairs))
    return Figure(
        svg=charts.throughput_chart(entries, id_=id_, title=f"{THROUGHPUT}: {title}", desc=desc),
        id_=id_,
        caption=THROUGHPUT,
        says=sentences.of_ways(ways, max(floors, default=None)),
        head="Way to run it",
        pairs=pairs,
    )


def machines_of(results: Results, shown: Loaded, slug: str) -> list[Loaded]:
    """Return the run of each machine that measured the workload as `shown` did, that one first.

    Of a machine's runs the one is taken that ranks first, see `store.standing`. No more than a few machines,
    and no more than a few runs of each are loaded, so that a page costs the same when there are hundreds.
    """
    planned = shown.report.stored.planned(slug)
    code = planned.version, planned.source_hash
    measured = {shown.entry.machine: shown}
    looked_at = Counter[str]()
    for entry in results.standing:
        if len(measured) == MOST_MACHINES:
            break
        own = results.planned(entry).get(slug)
        if own is None or (own.version, own.source_hash) != code:
            continue
        if entry.machine in measured or looked_at[entry.machine] == RECENT:
            continue
        looked_at[entry.machine] += 1
        loaded = results.load(entry)
        if loaded is not None and loaded.timed(slug) is not None:
            measured[entry.machine] = loaded
    return [*measured.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """What one machine or one line says of a workload."""

    label: str
    note: str
    row: Row | LineRow
    ceilings: dict[int, float]

    def throughput(self) -> Iterator[tuple[Arm, Interval]]:
        """Yield what one thread and several reach relative to one thread of the GIL-enabled build."""
        single = self.row.single
        if single is not None:
            low = 1 / single.high if single.high else 0.0
            high = 1 / single.low if single.low else float("inf")
            yield Arm.parse(single.arm), Interval(ratio=1 / single.ratio, low=low, high=high)
        for speedup in (self.row.user_speedup, self.row.gil_speedup):
            if speedup is not None:
                yield Arm.parse(speedup.arm), speedup


def machines(runs: Sequence[Loaded], slug: str, *, id_: str) -> Figure | None:
    """Chart a workload on several machines; None for one."""
    panels = [
        _Panel(
            label=loaded.entry.machine,
            note=f"{loaded.entry.python}, {words.day(loaded.entry.started)}",
            row=loaded.report.row(slug),
            ceilings=_ceilings(loaded.report.beside(slug).ways),
        )
        for loaded in runs
    ]
    return _multiples(panels, id_=id_, unit="machines", of="of the same machine", head="Machine")


def lines(loaded: Loaded, row: Row, *, id_: str) -> Figure | None:
    """Chart a workload on each line of a run; None for a run over one line."""
    run = loaded.run
    others = {line.line: line for line in row.lines}
    panels = [
        _Panel(
            label=f"CPython {line}",
            note=(run.lines[name] if name else run.interpreters)[Build.GIL].version,
            row=others[name] if name else row,
            ceilings={},
        )
        for line, name in run.in_order.items()
        if not name or name in others
    ]
    return _multiples(panels, id_=id_, unit="lines", of="of the same line", head="Line")


def _multiples(
    panels: Sequence[_Panel], *, id_: str, unit: str, of: str, head: str
) -> Figure | None:
    """Chart the same in each panel: several threads where anybody had them, else one; None for one panel."""
    several = any(panel.row.user_speedup is not None for panel in panels)
    entries, pairs, asked = [], list[Pair](), list[Pair]()
    for panel in panels:
        question = panel.row.user_speedup if several else panel.row.single
        if question is None:
            continue
        asked.append((panel.label, question))
        if several:
            marks = []
            for arm, of_base in panel.throughput():
                name = f"{_SHORT[arm.build]}, {_in_digits(arm)}"
                marks.append(_mark(arm, of_base, name, panel.ceilings))
                pairs.append((f"{panel.label}: {name}", of_base))
            entries.append(Entry(label=panel.label, note=panel.note, marks=tuple(marks)))
        else:
            entries.append(figures.timed(panel.label, question, panel.row.floor, note=panel.note))
            pairs.append((panel.label, question))
    if len(entries) < 2:
        return None
    caption = f"{THROUGHPUT if several else TIME} {of}"
    draw = charts.throughput_chart if several else charts.ratio_chart
    desc = "; ".join(map(figures.spoken, pairs))
    return Figure(
        svg=draw(entries, id_=id_, title=caption, desc=desc, framed=True),
        id_=id_,
        caption=caption,
        says=_said(asked, unit, several=several),
        head=head,
        pairs=pairs,
    )


def _said(asked: Sequence[Pair], unit: str, *, several: bool) -> str:
    if not several:
        return sentences.of_several(
            "the free-threaded build",
            asked,
            unit=unit,
            place="on",
            more="takes more time",
            less="takes less time",
        )
    first = asked[0][1]
    assert isinstance(first, Comparison)
    return sentences.of_several(
        f"compared with {sentences.ONE_THREAD}, {sentences.of_arm(first.arm)}",
        asked,
        unit=unit,
        place="on",
        more="do more work",
        less="do less work",
    )
