"""A run as a block of Markdown, for an issue or a forum: the numbers with what they stand on. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ftguide.render.tables import markdown_table
from ftguide.suite import words
from ftguide.suite.derive.analysis import Report, Row
from ftguide.suite.derive.observed import Count, observed
from ftguide.suite.record.model import Run
from ftguide.vocabulary import Build


def markdown(report: Report) -> str:
    """Return the block: one table, then interpreters, machine, method and everything one must know."""
    run = report.stored.run
    threads = run.plan.threads
    parallel = any(row.user_speedup for row in report.rows)
    headers = ["code", "FT / GIL, 1 thread", "reads as"]
    if parallel:
        headers += [f"FT, {threads} threads / GIL, 1 thread", "thread efficiency"]
    headers.append("blocks")
    table = markdown_table(headers, [_cells(report, row, parallel=parallel) for row in report.rows])
    return "\n".join([table, *_notes(report), ""])


def _cells(report: Report, row: Row, *, parallel: bool) -> list[str]:
    title = report.stored.planned(row.slug).title
    if row.failure is not None:
        message = f"{row.failure.kind}: {row.failure.message}"
        return [title, "failed", message, *[""] * (2 * parallel), "0"]
    single = row.single
    cells = [
        title,
        words.ratio_text(single) if single else "",
        words.reading(single, row.floor) if single else "not measured",
    ]
    if parallel:
        cells += [
            words.ratio_text(one) if one else "" for one in (row.user_speedup, row.efficiency)
        ]
    return [*cells, str(row.blocks)]


def _notes(report: Report) -> Iterator[str]:
    run = report.stored.run
    yield (
        "Ratios with 95 % intervals (Student t over blocks). First column: time on the free-threaded "
        "build / time on the GIL-enabled build, below 1 is faster. Throughput: above 1 is faster."
    )
    yield ""
    for build in Build:
        facts = run.interpreters[build]
        pgo = "PGO" if facts.pgo else "no PGO: not for citing"
        yield f"- {build.words}: CPython {facts.version}, {facts.compiler}, {pgo}"
    yield f"- {_machine(run)}"
    yield f"- The Measured Guide's suite {run.suite.version}, preset {run.plan.preset}, run {run.run_id}"
    for row in report.rows:
        if row.flags:
            yield f"- {_plain(report, row)}: {'; '.join(map(words.flag_text, row.flags))}"
        for text in counted(report, row.slug):
            yield f"- {_plain(report, row)}: {text}"
    yield from (f"- {flag}" for flag in run.flags)


def _plain(report: Report, row: Row) -> str:
    """Return a title that cannot become markup."""
    return "`" + report.stored.planned(row.slug).title.replace("`", "'") + "`"


def counted(report: Report, slug: str) -> Iterator[str]:
    """Yield what a workload counted where it is more than nothing, the worst arm speaking for all."""
    worst: dict[str, Count] = {}
    for count in observed(report.series[slug]):
        if count.mean > 0:
            known = worst.get(count.quantity.key, count)
            worst[count.quantity.key] = max(known, count, key=lambda c: (c.mean, c.arm))
    for count in worst.values():
        yield f"{count.quantity.title.lower()}: {words.count_parts(count)[0]} a slice ({count.arm})"


def _machine(run: Run) -> str:
    machine = run.machine
    virtual = ", a virtual machine" if machine.hypervisor else ""
    return (
        f"{machine.system} {machine.kernel} {machine.architecture}, {machine.cpu_model}, "
        f"{machine.usable_cpus} usable CPUs{virtual}"
    )
