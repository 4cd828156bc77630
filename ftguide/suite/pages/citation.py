"""How to cite a run: a sentence and a BibTeX entry.

Pure. The address of the site is an argument; without one a citation names the run and leaves the
host out, because the run id is what identifies the data.
"""

from __future__ import annotations

from ftguide.ground.vocabulary import Build
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


def bibtex(run: Run, *, slug: str | None, what: str | None, url: str | None) -> str:
    """Cite a run, or one workload of it, as a BibTeX entry; run ids give the date."""
    key = "-".join(("ftguide", *([slug] if slug else []), run.run_id))
    name = f"{what}: a" if what else "A"
    fields = [
        # Double braces make an organisation of it: BibTeX leaves its words alone.
        ("author", f"{{{{{tex(AUTHORS)}}}}}"),
        ("title", f"{{{tex(f'{name} benchmark run of {PROJECT}')}}}"),
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
