"""A run as a block of Markdown, for an issue or a forum: the numbers with what they stand on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.workloads.declare import Group
from ftguide.render.tables import markdown_table
from ftguide.suite import line_table, reading_words, words
from ftguide.suite.derive.analysis import Report, Row
from ftguide.suite.derive.derived import Derived
from ftguide.suite.derive.observed import Count, observed
from ftguide.suite.derive.reading import reading, whole
from ftguide.suite.record.model import Run


def markdown(report: Report) -> str:
    """Return the block: one table, then interpreters, machine, method and everything one must know."""
    return "\n".join([table(report, report.rows), *_lines(report), *_notes(report), ""])


def table(report: Derived, rows: Sequence[Row]) -> str:
    """Return the table of some rows of a run."""
    threads = report.stored.run.plan.threads
    parallel = any(row.user_speedup for row in rows)
    headers = ["code", "FT / GIL, 1 thread", "reads as"]
    if parallel:
        headers += [f"FT, {threads} threads / GIL, 1 thread", "thread efficiency"]
    headers.append("blocks")
    return markdown_table(headers, [_cells(report, row, parallel=parallel) for row in rows])


def _lines(report: Report) -> Iterator[str]:
    """Yield the table of a run over several lines."""
    if shown := line_table.columns(report.stored.run):
        names = {planned.slug: planned.title for planned in report.stored.run.plan.workloads}
        rows = [[names.get(name, name), *cells] for name, *cells in line_table.rows(report, shown)]
        yield markdown_table(["code", *(column.heading for column in shown)], rows)
        yield f"{line_table.LEGEND[0].upper()}{line_table.LEGEND[1:]}."
        yield ""


def _cells(report: Derived, row: Row, *, parallel: bool) -> list[str]:
    title, single = report.stored.planned(row.slug).title, row.single
    if row.failure is not None:
        message = f"{row.failure.kind}: {row.failure.message}"
        return [title, "failed", message, *[""] * (2 * parallel), "0"]
    ratios = (single, row.user_speedup, row.efficiency) if parallel else (single,)
    first, *others = [words.ratio_text(ratio) if ratio else "" for ratio in ratios]
    reads_as = words.reading(single, row.floor) if single else "not measured"
    if row.group == Group.MINE and (kind := whole(report.stored.planned(row.slug))):
        reads_as += f" ({reading_words.WHOLE[kind]})"
    return [title, first, reads_as, *others, str(row.blocks)]


def _notes(report: Report) -> Iterator[str]:
    run = report.stored.run
    yield (
        "Ratios with 95 % intervals (Student t over blocks). First column: time on the free-threaded "
        "build / time on the GIL-enabled build, below 1 is faster. Throughput: above 1 is faster."
    )
    yield ""
    for target, facts in run.targets.items():
        pgo = "PGO" if facts.pgo else "no PGO: not for citing"
        yield f"- {target.build.words}: CPython {facts.version}, {facts.compiler}, {pgo}"
    yield f"- {_machine(run)}"
    yield f"- The Measured Guide's suite {run.suite.version}, preset {run.plan.preset}, run {run.run_id}"
    for row in report.rows:
        # The title as code, so that it cannot become markup.
        title = "`" + report.stored.planned(row.slug).title.replace("`", "'") + "`"
        if row.group == Group.MINE and row.blocks and row.failure is None:
            yield f"- {title}: {' '.join(reading_words.sentences(reading(report, row.slug)))}"
        if row.flags:
            yield f"- {title}: {'; '.join(map(words.flag_text, row.flags))}"
        yield from (f"- {title}: {text}" for text in counted(report, row.slug))
    yield from (f"- {flag}" for flag in run.flags)


def counted(report: Report, slug: str) -> Iterator[str]:
    """Yield what a workload counted where it is more than nothing, the worst arm speaking for all."""
    worst: dict[str, Count] = {}
    for count in sorted(observed(report.series[slug]), key=lambda count: (count.mean, count.arm)):
        if count.mean > 0:
            worst[count.quantity.key] = count
    for quantity in report.stored.planned(slug).observes:
        if quantity.key in worst:
            count = worst[quantity.key]
            mean, _ = words.count_parts(count)
            yield f"{quantity.title.lower()}: {mean} a value ({count.arm})"


def _machine(run: Run) -> str:
    machine = run.machine
    virtual = ", a virtual machine" if machine.hypervisor else ""
    return (
        f"{machine.system} {machine.kernel} {machine.architecture}, {machine.cpu_model}, "
        f"{machine.usable_cpus} usable CPUs{virtual}"
    )
