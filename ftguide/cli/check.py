"""`python -m ftguide check`: what the evidence says about your own dependencies."""

from __future__ import annotations

import argparse
import re
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.ground.files import ROOT
from ftguide.ground.redact import printable
from ftguide.interpreters.provide import provide
from ftguide.tracker.check import environment, files, probe
from ftguide.tracker.check.check import Answer, Checked, Report, check
from ftguide.tracker.check.dependency import Dependency, shown
from ftguide.tracker.declare import packages
from ftguide.tracker.declare.packages import PACKAGES
from ftguide.tracker.observe import artifacts
from ftguide.tracker.observe.index import address
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.probe import SMOKE
from ftguide.tracker.observe.survey import Report as Probed
from ftguide.tracker.observe.survey import Survey
from ftguide.tracker.pages import words
from ftguide.tracker.record import evidence
from ftguide.tracker.record.evidence import EVIDENCE
from ftguide.tracker.record.model import LINES, PLATFORMS, CompatError, Evidence

#: Version of the JSON output. Raised when a field changes its meaning, not when one is added.
SCHEMA = 1

#: More would be a survey of the index, and an afternoon.
MOST_PROBES = 100

#: How an answer reads, and its style.
_ANSWERS = {
    Answer.BREAKS: ("breaks", "bold red"),
    Answer.GIL_ON: ("turns the GIL on", "bold red"),
    Answer.NO_WHEEL: ("has no wheel", "red"),
    Answer.UNKNOWN: ("unknown", "yellow"),
    Answer.CLAIMED: ("only claimed", "yellow"),
    Answer.PURE: ("pure Python", "cyan"),
    Answer.GIL_OFF: ("GIL stays off", "green"),
}


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "check",
        help="look up your own dependencies: which turn the GIL on, have no wheel, are unknown",
        description="Look up the dependencies of a file (requirements, pylock.toml, uv.lock, poetry.lock, "
        "pdm.lock, pyproject.toml) or of an installed environment in the evidence of this checkout. "
        "Nothing is downloaded and nothing of a package runs, except with --probe, in environments "
        "made for it. Exit status: 0 nothing found that breaks, turns the GIL on or has no wheel; "
        "1 something found (with --strict also: unknown, only claimed, or stale); 2 the file or an "
        "argument is wrong, nothing was checked.",
    )
    parser.add_argument(
        "file", nargs="?", type=Path, help="file of dependencies, or folder of an environment"
    )
    parser.add_argument(
        "--python",
        dest="environment",
        type=Path,
        metavar="PATH",
        help="environment to read instead of a file: its folder or its interpreter",
    )
    parser.add_argument(
        "--line",
        default=LINES[0],
        metavar="3.14t",
        help="free-threaded line (default: %(default)s)",
    )
    parser.add_argument(
        "--platform",
        default=None,
        metavar="NAME",
        help=f"platform, one of {', '.join(PLATFORMS)} (default: this one)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for other programs")
    parser.add_argument(
        "--strict", action="store_true", help="exit with 1 also for unknown, only claimed and stale"
    )
    parser.add_argument(
        "--probe",
        action="store_true",
        help="install and probe what is unknown, only claimed or stale; their code then runs",
    )
    parser.add_argument(
        "--find-links", type=Path, metavar="FOLDER", help="with --probe, wheels from here only"
    )
    parser.add_argument(
        "--deep-seconds",
        type=float,
        default=60.0,
        metavar="N",
        help="with --probe, time for importing all submodules of one package (default: %(default)g)",
    )
    parser.add_argument(
        "--evidence", type=Path, default=ROOT / EVIDENCE, metavar="FOLDER", help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--today", default="", metavar="DAY", help="judge as of this day (default: today, UTC)"
    )
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Check; 0 nothing found, 1 something found, 2 the request itself is wrong."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    line, platform, today = _line(arguments), _platform(arguments), _today(arguments.today)
    dependencies = _dependencies(arguments)
    known = read_evidence(arguments.evidence, dependencies)
    report = check(dependencies, known, line=line, platform=platform, today=today)
    problems: tuple[str, ...] = ()
    if arguments.probe:
        probed, problems = _probe(arguments, report, console)
        merged = {name: (*known.get(name, ()), *probed.get(name, ())) for name in {*known, *probed}}
        report = check(dependencies, merged, line=line, platform=platform, today=today)
    code = report.exit_code(strict=arguments.strict)
    if arguments.json:
        print(to_json(report, today, problems, code), end="")  # noqa: T201 - data for a pipe
    else:
        show(Console(highlight=False), report, today)
    return code


def _line(arguments: argparse.Namespace) -> str:
    line: str = arguments.line
    if line not in LINES:
        fix = f"{line}t" if f"{line}t" in LINES else LINES[0]
        raise CompatError(
            f"--line {shown(line)}: evidence is kept for {', '.join(LINES)}; try --line {fix}"
        )
    return line


def _platform(arguments: argparse.Namespace) -> str:
    here = artifacts.platforms_of(re.sub(r"[-.]", "_", sysconfig.get_platform()))
    platform: str = arguments.platform or next(iter(here), "")
    if platform not in PLATFORMS:
        what = f"--platform {shown(platform)}" if platform else "this platform"
        raise CompatError(f"{what}: there are cells for {', '.join(PLATFORMS)}; name one of them")
    if arguments.probe and platform not in here:
        raise CompatError(f"--probe: {platform} cannot be probed on this machine; leave one out")
    return platform


def _today(text: str) -> date:
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CompatError(
            f"--today {shown(text)}: not a day; write one such as 2026-11-24"
        ) from error


def _dependencies(arguments: argparse.Namespace) -> list[Dependency]:
    """Read the file or the environment of the command line."""
    file, folder = arguments.file, arguments.environment
    if (file is None) == (folder is None):
        raise CompatError(
            "name one thing to check: a file, such as requirements.txt or uv.lock, or an environment "
            "with --python"
        )
    if folder is not None or file.is_dir():
        return environment.read(folder or file)
    return files.read(file)


def read_evidence(
    folder: Path, dependencies: Iterable[Dependency]
) -> dict[str, tuple[Evidence, ...]]:
    """Read the evidence about what is asked for, and nothing else; raises `CompatError`."""
    names = sorted(
        {dependency.name for dependency in dependencies if evidence.NAME.fullmatch(dependency.name)}
    )
    return {name: evidence.read_package(folder, name) for name in names}


# --- probing --------------------------------------------------------------------------------------


def _probe(
    arguments: argparse.Namespace, report: Report, console: Console
) -> tuple[dict[str, tuple[Evidence, ...]], tuple[str, ...]]:
    """Probe what nobody has looked at; return new evidence by package, and what went wrong."""
    wanted = [
        checked.dependency
        for checked in report.checked
        if (checked.answer.open or checked.stale)
        and not checked.dependency.origin
        and evidence.NAME.fullmatch(checked.dependency.name)
    ]
    if len(wanted) > MOST_PROBES:
        raise CompatError(
            f"--probe: {len(wanted)} packages to probe, and at most {MOST_PROBES} at once; "
            "split the file"
        )
    folder = arguments.find_links
    if folder is not None and not folder.is_dir():
        raise CompatError(f"--find-links {folder}: not a folder of wheels")
    if not wanted:
        return {}, ()

    def say(text: str) -> None:
        console.print(escape(text), style="dim")

    pair = provide(report.line.removesuffix("t"), say=say)
    described = {package.name: package for package in packages.read(ROOT / PACKAGES)}
    gathered, problems = {}, []
    with tempfile.TemporaryDirectory(prefix="ftguide-check-") as name:
        scratch = Path(name).resolve()
        source = Source(folder=folder.resolve()) if folder else Source(index=address())
        survey = Survey(
            pair=pair,
            workshop=Workshop(scratch=scratch, source=source),
            log=scratch / "evidence",
            deep_seconds=max(0.0, arguments.deep_seconds),
            smoke=ROOT / SMOKE,
        )
        for number, probed in enumerate(probe.probe(wanted, described, survey), start=1):
            say(f"[{number}/{len(wanted)}] {_progress(probed)}")
            gathered[probed.package.name] = evidence.read_package(survey.log, probed.package.name)
            if probed.problem:
                problems.append(probed.problem)
    return gathered, tuple(problems)


def _progress(report: Probed) -> str:
    ending = report.problem or f"{len(report.items)} items"
    if report.left_out:
        ending = words.reason(report.left_out)
    return f"{report.package.name}: {ending} ({report.seconds:.1f} s)"


# --- output ---------------------------------------------------------------------------------------


def to_json(report: Report, today: date, problems: tuple[str, ...], code: int) -> str:
    """Write the answers for another program; the fields are described on the page `tracking`."""
    value = {
        "schema": SCHEMA,
        "as_of": today.isoformat(),
        "line": report.line,
        "platform": report.platform,
        "exit_code": code,
        "counts": counts(report),
        "dependencies": [_plain(checked) for checked in report.checked],
        "skipped": [
            {"name": dependency.name, "version": dependency.version, "where": dependency.where}
            for dependency in report.skipped
        ],
        "problems": list(problems),
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"


def _plain(checked: Checked) -> Mapping[str, object]:
    return {
        "name": checked.dependency.name,
        "version": checked.dependency.version,
        "where": checked.dependency.where,
        "answer": checked.answer,
        "level": checked.level,
        "judged": checked.version,
        "reasons": words.reasons(checked.reasons),
        "proof": list(checked.proof),
        "observed_at": checked.observed_at,
        "stale": checked.stale,
    }


def counts(report: Report) -> dict[str, int]:
    """Count the answers, worst first; all of them, so that a program finds every key."""
    numbers = Counter(checked.answer for checked in report.checked)
    return {answer.value: numbers[answer] for answer in Answer}


def show(console: Console, report: Report, today: date) -> None:
    """Print the table, worst first, and what it means."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("dependency", "answer", "seen", "why"):
        table.add_column(title, no_wrap=title == "seen", overflow="fold")
    for checked in report.checked:
        version = checked.dependency.version
        name = f"{checked.dependency.name} {version}" if version else checked.dependency.name
        if not version and checked.version:
            name += f" (newest: {checked.version})"
        answer, style = _ANSWERS[checked.answer]
        answer = f"[{style}]{answer}[/]" + " (stale)" * checked.stale
        why = printable("; ".join(words.reasons(checked.reasons[:3])))
        table.add_row(escape(printable(name)), answer, checked.observed_at[:10], escape(why))
    if report.checked:
        console.print(table)
    tally = counts(report)
    numbers = [f"{tally[answer]} {text}" for answer, (text, _) in _ANSWERS.items() if tally[answer]]
    summary = ", ".join(numbers) or "no dependencies"
    console.print(f"{report.line} on {report.platform}, as of {today}: {summary}", soft_wrap=True)
    if report.skipped:
        names = ", ".join(sorted({checked.name for checked in report.skipped})[:12])
        console.print(
            f"not installed on it, by their markers: {len(report.skipped)} ({escape(names)})",
            soft_wrap=True,
        )
    if any(checked.answer.open or checked.stale for checked in report.checked):
        console.print("--probe installs and probes what is unknown, only claimed or stale")
