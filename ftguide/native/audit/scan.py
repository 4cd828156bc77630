"""Audit a path: every rule over every source, minus what allow comments explain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ftguide.native.audit import files, lines, structure
from ftguide.native.audit.files import Skipped
from ftguide.native.audit.lines import Hit
from ftguide.native.audit.rules import RULES, Rule
from ftguide.native.audit.source import Source

_ALLOW = re.compile(r"ftguide:\s*allow\s+([\w-]+)(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A suspicious line."""

    file: str  #: relative to the path audited
    line: int
    rule: Rule
    hint: str  #: what to use instead; empty where that depends
    text: str  #: the line, trimmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A finding that a comment explains."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit found, in the order of files and lines."""

    files: int
    lines: int
    findings: tuple[Finding, ...]
    allowed: tuple[Allowed, ...]
    skipped: tuple[Skipped, ...]


def audit(path: Path) -> Report:
    """Audit a file or a folder; raises `AuditError` where there is nothing to audit."""
    tree = files.survey(path)
    findings: list[Finding] = []
    allowed: list[Allowed] = []
    skipped = list(tree.skipped)
    count = length = 0
    for name in tree.sources:
        source = files.load(tree, name)
        if isinstance(source, Skipped):
            skipped.append(source)
            continue
        count += 1
        length += len(source.starts)
        hits = [*lines.hits(source, tree.project), *structure.hits(source, tree.project)]
        kept, excused = _judge(source, hits)
        findings += kept
        allowed += excused
    return Report(
        files=count,
        lines=length,
        findings=tuple(findings),
        allowed=tuple(allowed),
        skipped=tuple(skipped),
    )


def _judge(source: Source, hits: Iterable[Hit]) -> tuple[list[Finding], list[Allowed]]:
    """Split hits into findings and those a comment on the line, or on the line above, allows."""
    comments: dict[tuple[int, str], str] = {}
    bad: list[Hit] = []
    for line, text in source.comments:
        for at, words in enumerate(text.split("\n"), start=line):
            if not (match := _ALLOW.search(words)):
                continue
            rule, reason = match[1], match[2].strip().removesuffix("*/").strip()
            if rule not in RULES or not reason:
                bad.append(Hit("allow-without-reason", at))
            else:
                comments[at, rule] = reason
    kept: list[Finding] = []
    excused: list[Allowed] = []
    for hit in sorted({*hits, *bad}, key=lambda hit: (hit.line, hit.rule, hit.hint)):
        finding = Finding(
            file=source.name,
            line=hit.line,
            rule=RULES[hit.rule],
            hint=hit.hint,
            text=source.line(hit.line),
        )
        reason = comments.get((hit.line, hit.rule)) or comments.get((hit.line - 1, hit.rule), "")
        if reason:
            excused.append(Allowed(finding=finding, reason=reason))
        else:
            kept.append(finding)
    return kept, excused
