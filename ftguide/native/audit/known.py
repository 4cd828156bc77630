"""A baseline: the findings a project knows, so that only new ones are told.

A finding is known by its file, its rule and the text of its line, not by the line's number: what moves
stays known, what changes is told again. Two findings that look alike need two entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.native.audit.files import AuditError
from ftguide.native.audit.rules import RULES
from ftguide.native.audit.scan import Finding

#: Of the file. It changes when findings are told apart in another way.
SCHEMA = 1


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that look the same."""

    file: str
    rule: str
    text: str
    count: int = 1


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds, in the order of files and rules."""

    schema: int = SCHEMA
    known: tuple[Known, ...]


class _Schema(msgspec.Struct):
    schema: int


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write the findings as known ones, and return how many there are."""
    counts = Counter((one.file, one.rule.id, one.text) for one in findings)
    known = tuple(
        Known(file=file, rule=rule, text=text, count=count)
        for (file, rule, text), count in sorted(counts.items())
    )
    try:
        files.write_atomic(path, files.to_json(Baseline(known=known)))
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror or error}.") from error
    return sum(counts.values())


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises `AuditError` for one of another version or with rules this audit does not have, and
    `files.UnreadableError` for a file that is missing or is none.
    """
    remedy = "`--write-baseline` writes one."
    schema = files.load(path, _Schema, remedy).schema
    if schema != SCHEMA:
        raise AuditError(
            f"{path} is a baseline of version {schema}, and this audit reads version {SCHEMA}: "
            "write it anew with `--write-baseline`, or use the audit that wrote it."
        )
    baseline = files.load(path, Baseline, remedy)
    unknown = sorted({one.rule for one in baseline.known} - set(RULES))
    if unknown:
        raise AuditError(
            f"{path} knows findings of rules that this audit does not have ({', '.join(unknown)}): "
            "write it anew with `--write-baseline`, or use the audit that wrote it."
        )
    return baseline


def new_findings(findings: Sequence[Finding], baseline: Baseline) -> tuple[list[Finding], int]:
    """Return the findings a baseline does not know, and how many of its entries are gone."""
    left = Counter({(one.file, one.rule, one.text): one.count for one in baseline.known})
    new: list[Finding] = []
    for finding in findings:
        key = (finding.file, finding.rule.id, finding.text)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    return new, sum(count for count in left.values() if count > 0)
