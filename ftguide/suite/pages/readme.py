"""The number, the table and the picture at the top of README.md, from the newest published full run.

    python -m ftguide.suite.pages.readme      after a full run was published, or a spelling has changed

GitHub draws the picture outside any page of ours, so that it brings its colours along, light and dark.
"""

from __future__ import annotations

from pathlib import Path

from ftguide.ground import files
from ftguide.ground.vocabulary import Build, ExpectedError
from ftguide.render import numbers
from ftguide.suite import paste
from ftguide.suite.derive.families import PYTHON_CODE
from ftguide.suite.pages import figures, standalone
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.record import store

#: What the table and the picture show: the question of each group that a newcomer asks first.
SLUGS = (
    "call-function",
    "mandelbrot",
    "counter-lock",
    "shared-attribute-read",
    "private-attribute-read",
)
PICTURE = Path("source", "_static", "readme.svg")
BEGIN, END = "<!-- numbers -->", "<!-- end of numbers -->"


class ReadmeError(ExpectedError):
    """The top of README.md cannot be written; the message says what is missing."""


def newest_full(results: Results) -> Loaded:
    """Return the newest published full run that may be cited; ReadmeError where there is none."""
    for loaded in results.newest():
        if loaded.entry.preset == "full" and loaded.entry.citable:
            return loaded
    raise ReadmeError(f"{results.root}: no full run is published; publish one first")


def text(loaded: Loaded) -> str:
    """Return the Markdown between the markers; ReadmeError where the run lacks what it shows."""
    run = loaded.run
    mean = next((each for each in loaded.report.means if each.family == PYTHON_CODE), None)
    rows = [row for slug in SLUGS if (row := loaded.row(slug)) is not None]
    if mean is None or len(rows) < len(SLUGS):
        raise ReadmeError(
            f"{loaded.folder}: lacks some of {', '.join(SLUGS)}; name others in SLUGS"
        )
    table = paste.table(loaded.report, rows).rstrip()
    facts = run.interpreters[Build.GIL]
    value = numbers.ratio_text(mean.ratio, mean.low, mean.high)
    return (
        f"On one thread, Python code takes **{value}** times as long on the free-threaded build: the "
        f"geometric mean of {mean.workloads} workloads, with its 95 % interval, for these two binaries "
        "on this machine.\n"
        "What several threads give or take depends on what they share:\n\n"
        f"{table}\n\n"
        f"![Throughput of {run.plan.threads} threads on both builds, relative to one thread of the "
        f"GIL-enabled build, of the workloads above]({PICTURE.as_posix()})\n\n"
        f"CPython {facts.version}, {facts.compiler}, {run.machine.cpu_model}; run `{run.run_id}`, as "
        f"`python -m ftguide report {run.run_id} --markdown` prints it, with all workloads."
    )


def picture(loaded: Loaded) -> str:
    """Return the drawing, with a ground and with colours of its own; ReadmeError without arms for it."""
    rows = [row for slug in SLUGS if (row := loaded.row(slug)) is not None]
    chart = figures.speedups(loaded, rows, id_="readme")
    if chart is None:
        raise ReadmeError(f"{loaded.folder}: has no arms with several workers; name other SLUGS")
    return standalone.grounded(chart.svg, "readme")


def filled(readme: str, loaded: Loaded) -> str:
    """Return README.md with the text between its markers; ReadmeError where it has none."""
    before, begin, rest = readme.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(f"\n{END}")
    if not begin or not end:
        raise ReadmeError(f"README.md: lacks the line {BEGIN} or {END}; put both back")
    return f"{before}{begin}{text(loaded)}{end}{after}"


def main(root: Path = files.ROOT) -> None:
    """Write both; ReadmeError where there is nothing to write, or no place for it."""
    loaded = newest_full(Results(root / store.RESULTS))
    readme = root / "README.md"
    content = filled(readme.read_text(encoding="utf-8"), loaded)
    files.write_atomic(root / PICTURE, picture(loaded).encode())
    files.write_atomic(readme, content.encode())


if __name__ == "__main__":
    main()
