"""The answers of `check` for other programs and for people: JSON, Markdown, SARIF, JUnit.

Pure functions from a report to text. Names, versions and file names are other people's text: each format
escapes them in its own way, and none lets a character through that steers a terminal.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import PurePath
from urllib.parse import quote
from xml.etree import ElementTree as ET

import msgspec

from ftguide.ground.redact import printable
from ftguide.render.svg import add
from ftguide.tracker.check.answer import Answer, Checked, Report
from ftguide.tracker.check.dependency import Remark
from ftguide.tracker.derive.model import Reason, ReasonKind
from ftguide.tracker.pages import words

#: Version of the JSON output. Raised when a field changes its meaning, not when one is added.
SCHEMA = 1
_OF_MODULES = {ReasonKind.MODULE_TURNS_GIL_ON, ReasonKind.DEPENDENCY_TURNS_GIL_ON}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_LINE = re.compile(r"(?P<file>.*), line (?P<line>\d+)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")


def render(format_: str, report: Report, today: date, code: int) -> str:
    """Write a report in one of `FORMATS`."""
    return FORMATS[format_](report, today, code)


def remark(of: Remark) -> str:
    """Say what a list does not cover, or how it was read."""
    return printable(words.remark(asdict(of), of.lack))


def named(checked: Checked) -> str:
    """Return the dependency with its pin, or with the release that the answer is about."""
    dependency = checked.dependency
    if dependency.version:
        return printable(f"{dependency.name} {dependency.version}")
    about = f" ({checked.version})" if checked.version else ""
    return printable(f"{dependency.name}{about}")


def why(checked: Checked) -> str:
    """Return the reasons of an answer; many of one kind are counted, not listed."""
    said = [text.removesuffix(".") for text in words.reasons(_counted(checked.reasons))]
    shown = "; ".join(said[:3]) + (f"; and {len(said) - 3} more" if len(said) > 3 else "")
    return printable(shown)


def _counted(reasons: Sequence[Reason]) -> list[Reason]:
    """Name one module of many that do the same, and count the others."""
    kept: list[Reason] = []
    for kind, same in itertools.groupby(reasons, key=lambda one: (one.kind, one.owner)):
        first, *others = same
        if kind[0] in _OF_MODULES and others:
            more = words.count(len(others), "more module", "more modules")
            kept.append(replace(first, about=f"{first.about} (and {more})"))
        else:
            kept += [first, *others]
    return kept


def summary(report: Report, today: date) -> str:
    """Return the line that counts the answers; what nobody looked at is never an all-clear."""
    numbers = [f"{n} {words.answer(answer)}" for answer, n in report.counts.items() if n]
    if not numbers:
        numbers = ["nothing was checked" if report.partial else "no dependencies"]
    return f"{report.line} on {report.platform}, as of {today}: {', '.join(numbers)}"


def notes(report: Report) -> Iterator[str]:
    """Yield what to know beside the answers."""
    total, counts = len(report.checked), report.counts
    unknown = counts[Answer.UNKNOWN] + counts[Answer.CLAIMED]
    if unknown * 2 > total:
        yield f"nobody has probed {unknown} of {total}: this is no all-clear"
    yield from map(remark, report.remarks)
    if report.skipped:
        names = sorted({skipped.name for skipped in report.skipped})
        more = f" and {len(names) - 12} more" if len(names) > 12 else ""
        listed = ", ".join(names[:12])
        yield printable(f"not installed on it: {len(report.skipped)} ({listed}{more})")


# --- formats ----------------------------------------------------------------------------------------


def _json(report: Report, today: date, code: int) -> str:
    value = {
        "schema": SCHEMA,
        "as_of": today.isoformat(),
        "line": report.line,
        "platform": report.platform,
        "exit_code": code,
        "counts": report.counts,
        "dependencies": [_plain(checked) for checked in report.checked],
        "skipped": [
            {"name": skipped.name, "version": skipped.version, "where": skipped.where}
            for skipped in report.skipped
        ],
        "left_out": [
            {"kind": one.lack, "name": one.about, "count": one.count, "says": remark(one)}
            for one in report.remarks
            if one.lack.missing
        ],
        "problems": list(report.problems),
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


def _markdown(report: Report, today: date, _code: int) -> str:
    def cell(text: str) -> str:
        return _MARKDOWN.sub(r"\\\1", text.replace("\n", " "))

    lines = [f"**{cell(summary(report, today))}**", ""]
    if report.checked:
        lines += ["| Dependency | Answer | Seen | Why |", "| --- | --- | --- | --- |"]
    for checked in report.checked:
        answer = words.answer(checked.answer) + (" (stale)" if checked.stale else "")
        cells = (named(checked), answer, checked.observed_at[:10], why(checked))
        lines.append(f"| {' | '.join(map(cell, cells))} |")
    said = [*notes(report), *map(printable, report.problems)]
    lines += ["", *(f"- {cell(text)}" for text in said)] if said else []
    return "\n".join(lines) + "\n"


def _sarif(report: Report, _today: date, code: int) -> str:
    levels = {True: "error", False: "note"}
    results = [
        {
            "ruleId": checked.answer.value,
            "level": levels[checked.answer.finding],
            "message": {
                "text": f"{named(checked)}: {words.answer(checked.answer)}; {why(checked)}"
            },
            "locations": [{"physicalLocation": _place(checked.dependency.where)}],
            "partialFingerprints": {
                "dependency/v1": f"{checked.dependency.name} {checked.answer} {report.line}"
            },
        }
        for checked in report.checked
        if checked.answer.finding or checked.answer.open
    ]
    rules = [
        {"id": answer.value, "shortDescription": {"text": words.answer(answer)}}
        for answer in Answer
        if answer.finding or answer.open
    ]
    problems = [{"level": "error", "message": {"text": text}} for text in report.problems]
    run = {
        "tool": {"driver": {"name": "ftguide check", "rules": rules}},
        "results": results,
        "invocations": [
            {
                "executionSuccessful": code != 2,
                "exitCode": code,
                "toolExecutionNotifications": problems,
            }
        ],
    }
    value = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"


def _place(where: str) -> dict[str, object]:
    """Return file and line of a place such as `requirements.txt, line 3`."""
    match = _LINE.fullmatch(where)
    file = match["file"] if match else where.partition(", ")[0]
    place: dict[str, object] = {"artifactLocation": {"uri": quote(PurePath(file).as_posix())}}
    if match:
        place["region"] = {"startLine": int(match["line"])}
    return place


def _junit(report: Report, today: date, _code: int) -> str:
    failures = [one for one in report.checked if one.answer.finding]
    still_open = [one for one in report.checked if one.answer.open]
    suite = ET.Element(
        "testsuite",
        name=f"ftguide check {report.line} {report.platform}",
        tests=str(len(report.checked) + len(report.problems)),
        failures=str(len(failures)),
        skipped=str(len(still_open)),
        errors=str(len(report.problems)),
        timestamp=f"{today}T00:00:00",
    )
    for checked in report.checked:
        case = add(suite, "testcase", classname="dependencies", name=named(checked))
        message = f"{words.answer(checked.answer)}: {why(checked)}"
        if checked.answer.finding:
            add(case, "failure", message=message)
        elif checked.answer.open:
            add(case, "skipped", message=message)
    for problem in report.problems:
        case = add(suite, "testcase", classname="index", name=problem.partition(":")[0])
        add(case, "error", message=problem)
    add(suite, "system-out", "\n".join(notes(report)))
    ET.indent(suite)
    raw: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return raw.decode() + "\n"


FORMATS: Mapping[str, Callable[[Report, date, int], str]] = {
    "json": _json,
    "markdown": _markdown,
    "sarif": _sarif,
    "junit": _junit,
}
