"""How to cite a run: a sentence, a BibTeX entry and a CITATION.cff.

Pure. The address of the site is an argument; without one a citation names the run and leaves the
host out, because the run id is what identifies the data.
"""

from __future__ import annotations

import json

from ftguide.ground.vocabulary import Build
from ftguide.render.svg import printable
from ftguide.suite import words
from ftguide.suite.record.model import Run

PROJECT = "The Measured Guide to Free-Threaded Python"
AUTHORS = f"{PROJECT} contributors"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def tex(text: str) -> str:
    """Escape text for a BibTeX field, on one line."""
    return " ".join("".join(_TEX.get(c, c) for c in text).split())


def conditions(run: Run) -> str:
    """Say where a run comes from in one phrase."""
    gil = run.interpreters[Build.GIL]
    return (
        f"run {run.run_id}, suite {run.suite.version}, CPython {gil.version} built with "
        f"{gil.compiler}, machine {run.machine.name} ({run.machine.cpu_model}, "
        f"{run.machine.usable_cpus} CPUs)"
    )


def sentence(run: Run, *, what: str | None) -> str:
    """Cite a run, or one workload of it, in a sentence."""
    subject = (
        f"workload \N{LEFT DOUBLE QUOTATION MARK}{what}\N{RIGHT DOUBLE QUOTATION MARK}, "
        if what
        else ""
    )
    return f"{PROJECT}, {subject}{conditions(run)}, measured {words.day(run.started)}."


def _title(what: str | None) -> str:
    name = f"{what}: a" if what else "A"
    return f"{name} benchmark run of {PROJECT}"


def bibtex(run: Run, *, slug: str | None, what: str | None, url: str | None) -> str:
    """Cite a run, or one workload of it, as a BibTeX entry; run ids give the date."""
    key = "-".join(("ftguide", *([slug] if slug else []), run.run_id))
    fields = [
        # Double braces make an organisation of it: BibTeX leaves its words alone.
        ("author", f"{{{{{tex(AUTHORS)}}}}}"),
        ("title", f"{{{tex(_title(what))}}}"),
        ("year", run.run_id[:4]),
    ]
    month = run.run_id[4:6]
    if month.isdigit() and 1 <= int(month) <= 12:
        fields.append(("month", _MONTHS[int(month) - 1]))
    fields.append(("note", f"{{{tex(conditions(run))}}}"))
    if url:
        fields.append(("howpublished", f"{{\\url{{{url}}}}}"))
    lines = [f"  {name:<12} = {value}," for name, value in fields]
    return "\n".join((f"@misc{{{key},", *lines, "}"))


def _quoted(text: str) -> str:
    """Return text as a double-quoted scalar of YAML, which a JSON string is, on one line."""
    return json.dumps(" ".join(printable(text).split()), ensure_ascii=False)


def cff(run: Run, *, what: str | None, url: str | None) -> str:
    """Cite a run, or one workload of it, in the Citation File Format 1.2.0."""
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use these numbers, please cite the run that they come from."',
        "type: dataset",
        f"title: {_quoted(_title(what))}",
        "authors:",
        f"  - name: {_quoted(AUTHORS)}",
        f"version: {_quoted(run.run_id)}",
        f"date-released: {_quoted(words.day(run.started))}",
        f"abstract: {_quoted(conditions(run))}",
    ]
    if url:
        lines.append(f"url: {_quoted(url)}")
    return "\n".join(lines)
