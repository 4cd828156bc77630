"""`python -m ftguide sanitize`: the sanitizer page, reproduced."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from ftguide.cli import audit
from ftguide.cli.screen import screen, teller
from ftguide.ground.files import ROOT
from ftguide.interpreters import sanitized
from ftguide.interpreters.model import Sanitizer
from ftguide.interpreters.provide import DEFAULT_LINE
from ftguide.native.audit import scan
from ftguide.native.sanitize import run, store
from ftguide.native.sanitize.model import Summary

if TYPE_CHECKING:
    import argparse

#: What the audit says about the extension before its fixes; the page on the audit shows it.
AUDIT = "audit-before.txt"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "sanitize",
        help="reproduce the sanitizer page: planted races, their reports, and the fixed extension",
        description="Build CPython with ThreadSanitizer (once), compile examples/sanitizer with "
        "both sanitizers, and run every case before and after its fix. Exit status: 0 when every "
        "report came where it must and nowhere else, 1 when not, 2 when something is missing.",
    )
    parser.add_argument("line", nargs="?", default=DEFAULT_LINE, help="line of releases")
    parser.add_argument("--tarball", type=Path, metavar="FILE", help="CPython's release tarball")
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / "_build" / "sanitize",
        metavar="FOLDER",
        help="where extensions and reports go (default: _build/sanitize)",
    )
    parser.add_argument(
        "--record", action="store_true", help="also replace the reports that the page shows"
    )
    parser.set_defaults(main=main)


def audit_text() -> str:
    """Return the audit's report on the extension before its fixes."""
    report = scan.audit(ROOT / "examples" / "sanitizer" / "before")
    return "".join(f"{text}\n" for _, text in audit.rendered(report, report.findings))


def main(args: argparse.Namespace) -> int:
    """Reproduce the reports; return 0 when all is as expected, else 1."""
    say = teller()
    thread = sanitized.provide(Sanitizer.THREAD, args.line, tarball=args.tarball, say=say)
    begun = time.monotonic()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    bench = run.set_up(ROOT, work, thread, args.line, say)
    ran = run.run_all(bench, say)
    summary = Summary(
        recorded=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        thread_python=thread.marker.version,
        address_python=bench.plain_version,
        compiler=thread.marker.compiler,
        build_seconds=thread.marker.seconds,
        seconds=round(time.monotonic() - begun, 1),
        outcomes=tuple(job.outcome for job in ran),
    )
    store.write(work / "reports", summary, ran)
    wrong = [job.outcome for job in ran if not job.outcome.as_expected]
    out = screen()
    for outcome in wrong:
        named = ", ".join(outcome.functions) or "no function of the extension"
        out.print(
            escape(f"{outcome.job.name}: {outcome.error or f'{outcome.reports} reports, {named}'}"),
            style="red",
        )
    recorded = ROOT / store.RECORDED
    if args.record and not wrong:
        store.write(recorded, summary, ran)
        (recorded / AUDIT).write_text(audit_text(), encoding="utf-8")
        out.print(f"recorded in {store.RECORDED}")
    elif (recorded / store.SUMMARY).exists():
        for difference in store.differences(store.read(recorded), summary):
            out.print(escape(f"differs from the recorded reports: {difference}"), style="yellow")
    out.print(
        f"sanitize: {len(ran)} jobs, {len(ran) - len(wrong)} as expected, "
        f"{sum(job.outcome.reports for job in ran)} reports, {summary.seconds:.0f} s after a build "
        f"of {summary.build_seconds:.0f} s; reports in {escape(str(args.work))}/reports"
    )
    return 1 if wrong else 0
