"""`python -m ftguide audit`: the lines of a native source that a port must look at."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from ftguide.cli.screen import screen
from ftguide.native.audit.rules import RULES
from ftguide.native.audit.scan import Finding, Report, audit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence


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
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(main=main)


def main(args: argparse.Namespace) -> int:
    """Audit and print; return 1 when there are findings, else 0."""
    report = audit(args.path)
    findings = [finding for finding in report.findings if finding.rule.id not in args.skip]
    if args.json:
        print(json.dumps(as_json(report, findings), indent=1))  # noqa: T201
        return 1 if findings else 0
    out = screen()
    for style, text in rendered(report, findings):
        out.print(escape(text), style=style)
    return 1 if findings else 0


def rendered(report: Report, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Give the lines of the report for people, each with its style."""
    for finding in findings:
        yield "bold", f"{finding.file}:{finding.line} {finding.rule.id}: {finding.rule.says}"
        yield "dim", f"    {finding.text}" + (f"  ({finding.hint})" if finding.hint else "")
    for skip in report.skipped:
        yield "yellow", f"skipped {skip.file}: {skip.why}"
    for rule, count in Counter(finding.rule.id for finding in findings).most_common():
        where = RULES[rule]
        yield "", f"{count:>5}  {rule} ({where.weight})  {where.explained}"
    skipped = f"{len(report.skipped)} files skipped"
    allowed = f"{len(report.allowed)} allowed by comments"
    total = f"{len(findings)} findings in {report.files} files, {report.lines} lines"
    yield "", f"audit: {total}; {allowed}, {skipped}"


def as_json(report: Report, findings: list[Finding]) -> dict[str, object]:
    """Return a report as JSON values; the schema only grows."""

    def shown(finding: Finding) -> dict[str, object]:
        return {
            "file": finding.file,
            "line": finding.line,
            "rule": finding.rule.id,
            "weight": str(finding.rule.weight),
            "says": finding.rule.says,
            "hint": finding.hint,
            "section": finding.rule.explained,
            "text": finding.text,
        }

    return {
        "schema": 1,
        "files": report.files,
        "lines": report.lines,
        "findings": [shown(finding) for finding in findings],
        "allowed": [
            {**shown(allowed.finding), "reason": allowed.reason} for allowed in report.allowed
        ],
        "skipped": [{"file": skip.file, "why": skip.why} for skip in report.skipped],
    }
