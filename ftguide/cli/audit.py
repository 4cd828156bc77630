"""`python -m ftguide audit`: the lines of a native source that a port must look at."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from ftguide.cli.screen import screen, shorten
from ftguide.native.audit.files import AuditError
from ftguide.native.audit.known import new_findings, read_baseline, write_baseline
from ftguide.native.audit.rules import RULES, Weight
from ftguide.native.audit.sarif import as_sarif
from ftguide.native.audit.scan import Finding, Report, audit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

#: Of the lines that a list shows before it says how many there are.
MOST = 8


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "audit",
        help="list suspicious lines of C, C++, Cython and Rust sources, and where they are explained",
        description="Read the sources below PATH and list what the free-threaded build makes "
        "suspicious. Nothing is compiled or run. `ftguide: allow RULE reason` in a comment on the "
        "line, or on the line above, excuses a finding. Exit status: 0 without findings, 1 with "
        "findings, 2 for a path that cannot be audited.",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="a folder or a source file")
    parser.add_argument(
        "--skip",
        action="append",
        default=[],
        choices=list(RULES),
        metavar="RULE",
        help="leave a rule out; may be given again",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="leave files and folders out, as a shell writes them: tests, '*/extern/*'; may be given again",
    )
    parser.add_argument("--summary", action="store_true", help="print counts, and no lines")
    parser.add_argument(
        "--all", action="store_true", help="print generated and vendored code, and all repeats, too"
    )
    parser.add_argument(
        "--format", choices=["text", "json", "sarif"], default="text", help="what to print"
    )
    parser.add_argument(
        "--json",
        action="store_const",
        const="json",
        dest="format",
        help="the same as --format json",
    )
    parser.add_argument(
        "--fail-on",
        choices=["look", "fix", "never"],
        default="look",
        help="the least weight with which a finding makes the exit status 1 (default: look, any finding)",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="tell only the findings that FILE does not know",
    )
    parser.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write today's findings to FILE as known",
    )
    parser.set_defaults(main=main)


def main(args: argparse.Namespace) -> int:
    """Audit and print; return 1 when there are findings that count, else 0."""
    try:
        return _main(args)
    except BrokenPipeError:
        # Who reads has read enough; Python must not try to write the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _main(args: argparse.Namespace) -> int:
    baseline = read_baseline(args.baseline) if args.baseline else None
    report = audit(args.path, args.exclude)
    findings = [finding for finding in report.findings if finding.rule.id not in args.skip]
    notes: list[str] = []
    if args.write_baseline:
        count = write_baseline(args.write_baseline, findings)
        notes.append(
            f"{count} findings written to {shorten(args.write_baseline)}; --baseline keeps them quiet"
        )
    if baseline is not None:
        everything = len(findings)
        findings, gone = new_findings(findings, baseline)
        notes.append(f"{everything - len(findings)} findings are in {shorten(args.baseline)}")
        if gone:
            notes.append(f"{gone} entries of it are found no more: --write-baseline writes it anew")
    if args.format == "json":
        print(json.dumps(as_json(report, findings), indent=1))  # noqa: T201
    elif args.format == "sarif":
        print(json.dumps(as_sarif(report, findings, _base(args.path)), indent=1))  # noqa: T201
    else:
        out = screen()
        for style, text in (
            *rendered(report, findings, summary=args.summary, everything=args.all),
            *(("", note) for note in notes),
        ):
            out.print(text, style=style, markup=False)
    sys.stdout.flush()
    if args.write_baseline or args.fail_on == "never":
        return 0
    return int(any(args.fail_on == "look" or one.weight is Weight.FIX for one in findings))


def _base(path: Path) -> str:
    """Return the path from the working directory, which a code host takes for the root, to the tree."""
    folder = path if path.is_dir() else path.parent
    try:
        shown = folder.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError as error:
        raise AuditError(
            f"{path} is not below the working directory {Path.cwd()}: SARIF names files from there, "
            "so call the audit in the root of the repository."
        ) from error
    return "" if shown == "." else shown


def rendered(
    report: Report, findings: Sequence[Finding], *, summary: bool = False, everything: bool = False
) -> Iterator[tuple[str, str]]:
    """Give the lines of the report for people, each with its style: counts first, FIX before LOOK."""
    yield from _counts(report, findings)
    own = [one for one in findings if everything or not one.folded]
    yield from _worst_files(own)
    if folded := [one for one in findings if one not in own] if not everything else []:
        yield from _folded(folded)
    if not summary:
        for weight in Weight:
            chosen = [one for one in own if one.weight is weight]
            if chosen:
                yield "", ""
                yield "bold", f"{str(weight).upper()}: {_MEANS[weight]}"
            yield from _findings(chosen, everything=everything)
    if report.skipped:
        yield "", ""
    yield from _skipped(report, everything=everything)


_MEANS = {
    Weight.FIX: "seldom right in a port",
    Weight.LOOK: "right or wrong, depending on what the line does",
}


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _counts(report: Report, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    weights = Counter(one.weight for one in findings)
    total = f"{weights[Weight.FIX]} to fix, {weights[Weight.LOOK]} to look at"
    yield (
        "bold",
        f"audit: {total} in {_number(report.files, 'file')}, {_number(report.lines, 'line')}",
    )
    rest = [
        f"{len(report.allowed)} allowed by comments",
        f"{_number(len(report.skipped), 'file')} skipped",
    ]
    if report.excluded:
        rest.append(f"{report.excluded} left out by --exclude")
    yield "", "       " + ", ".join(rest)
    counts: dict[str, Counter[Weight]] = defaultdict(Counter)
    for one in findings:
        counts[one.rule.id][one.weight] += 1
    if counts:
        yield "", ""
        yield "dim", "   FIX   LOOK  rule, and where the guide explains it"
    for rule, by in sorted(
        counts.items(), key=lambda item: (-item[1][Weight.FIX], -item[1].total(), item[0])
    ):
        yield "", f"{by[Weight.FIX]:>6} {by[Weight.LOOK]:>6}  {rule}  {RULES[rule].explained}"


def _worst_files(findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    counts: dict[str, Counter[Weight]] = defaultdict(Counter)
    for one in findings:
        counts[one.file][one.weight] += 1
    if len(counts) < 2:
        return
    yield "", ""
    yield "dim", "   FIX   LOOK  file"
    ranked = sorted(
        counts.items(), key=lambda item: (-item[1][Weight.FIX], -item[1].total(), item[0])
    )
    for file, by in ranked[:MOST]:
        yield "", f"{by[Weight.FIX]:>6} {by[Weight.LOOK]:>6}  {file}"
    if len(ranked) > MOST:
        yield "dim", f"               and {_number(len(ranked) - MOST, 'more file')}"


def _folded(findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    yield "", ""
    for kind in ("generated", "vendored"):
        chosen = [one for one in findings if one.folded == kind]
        if chosen:
            weights = Counter(one.weight for one in chosen)
            places = Counter(one.file for one in chosen)
            named = ", ".join(file for file, _ in places.most_common(2))
            more = f" and {_number(len(places) - 2, 'more')}" if len(places) > 2 else ""
            yield (
                "",
                (
                    f"{weights[Weight.FIX]:>6} {weights[Weight.LOOK]:>6}  in {kind} code, folded "
                    f"(--all shows them): {named}{more}"
                ),
            )


def _findings(findings: Sequence[Finding], *, everything: bool) -> Iterator[tuple[str, str]]:
    """Give findings by file and line; what a rule says again in the same file is folded into one line."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for one in findings:
        groups[one.file, one.rule.id].append(one)
    for (file, rule), group in groups.items():
        shown = group if everything or len(group) <= 3 else group[:1]
        for one in shown:
            yield "bold", f"{file}:{one.line} {rule}: {one.rule.says}"
            yield "dim", f"    {one.text}" + (f"  ({one.hint})" if one.hint else "")
        rest = group[len(shown) :]
        if rest:
            lines = ", ".join(str(one.line) for one in rest[: 2 * MOST])
            more = f" and {len(rest) - 2 * MOST} more" if len(rest) > 2 * MOST else ""
            yield "dim", f"    the same in lines {lines}{more}"


def _skipped(report: Report, *, everything: bool) -> Iterator[tuple[str, str]]:
    """Name what was passed over, and fold what has one reason in many files."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for skip in report.skipped:
        reasons[skip.why].append(skip.file)
    for why, names in reasons.items():
        shown = names if everything else names[:MOST]
        for name in shown:
            yield "yellow", f"skipped {name}: {why}"
        if len(names) > len(shown):
            yield "yellow", f"skipped {len(names) - len(shown)} more: {why}"


def as_json(report: Report, findings: list[Finding]) -> dict[str, object]:
    """Return a report as JSON values; the schema only grows."""

    def shown(finding: Finding) -> dict[str, object]:
        return {
            "file": finding.file,
            "line": finding.line,
            "rule": finding.rule.id,
            "weight": str(finding.weight),
            "says": finding.rule.says,
            "hint": finding.hint,
            "section": finding.rule.explained,
            "text": finding.text,
            "folded": finding.folded,
        }

    return {
        "schema": 1,
        "files": report.files,
        "lines": report.lines,
        "excluded": report.excluded,
        "findings": [shown(finding) for finding in findings],
        "allowed": [
            {**shown(allowed.finding), "reason": allowed.reason} for allowed in report.allowed
        ],
        "skipped": [{"file": skip.file, "why": skip.why} for skip in report.skipped],
    }
