"""A report as SARIF 2.1.0, which code hosts show beside the lines of a change. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from ftguide.native.audit.rules import RULES, Weight
from ftguide.native.audit.scan import Finding, Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Weight.FIX: "warning", Weight.LOOK: "note"}


def as_sarif(report: Report, findings: Sequence[Finding], base: str) -> dict[str, object]:
    """Return a log with one run; `base` leads from the folder a host knows to the one audited."""
    rules = list(RULES.values())
    places = {rule.id: index for index, rule in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ftguide audit",
                        "rules": [
                            {
                                "id": rule.id,
                                "shortDescription": {"text": rule.says},
                                "help": {"text": f"The guide explains it: {rule.explained}"},
                                "defaultConfiguration": {"level": _LEVELS[rule.weight]},
                            }
                            for rule in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    *_results(findings, places, base),
                    *(
                        {
                            **one,
                            "suppressions": [{"kind": "inSource", "justification": allowed.reason}],
                        }
                        for allowed in report.allowed
                        for one in _results([allowed.finding], places, base)
                    ),
                ],
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {
                                "level": "note",
                                "message": {"text": f"not read: {skip.why}"},
                                "locations": [_location(skip.file, 1, base)],
                            }
                            for skip in report.skipped
                        ],
                    }
                ],
            }
        ],
    }


def _results(
    findings: Sequence[Finding], places: dict[str, int], base: str
) -> list[dict[str, object]]:
    seen: Counter[tuple[str, str, str]] = Counter()
    results: list[dict[str, object]] = []
    for finding in findings:
        key = (finding.file, finding.rule.id, finding.text)
        seen[key] += 1
        print_ = hashlib.sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()
        hint = f" ({finding.hint})" if finding.hint else ""
        results.append(
            {
                "ruleId": finding.rule.id,
                "ruleIndex": places[finding.rule.id],
                "level": _LEVELS[finding.weight],
                "message": {"text": f"{finding.rule.says}{hint}"},
                "locations": [_location(finding.file, finding.line, base)],
                # What tells a finding from another when lines move: the same as a baseline goes by.
                "partialFingerprints": {"ftguideAudit/v1": print_},
            }
        )
    return results


def _location(file: str, line: int, base: str) -> dict[str, object]:
    path = PurePath(base, file).as_posix() if base else PurePath(file).as_posix()
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path)},
            "region": {"startLine": line},
        }
    }
