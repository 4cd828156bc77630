"""What building the site costs, beside a MkDocs Material site of the same text.

    python -m benchmarks.method.site

Builds, one after the other on the same machine, in a folder that it takes away again:

    cold      our pages and the search index, from nothing
    changed   our site after a line was added to one page
    twin      the text of our pages as a MkDocs Material site, which has nothing to derive and to draw
    weight    the first view of home and of a page of a workload in a browser, of both sites
    growth    our site without pages of runs, for 20 and for 300 runs: published ones, then their copies;
              in turns, three times, and the medians count: it is a difference of a few hundredths

and prints times, their ratio to the twin's, bytes. The other processes of the machine count: run it alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.files import ROOT
from ftguide.ground.process import Limits, run
from ftguide.ground.vocabulary import ExpectedError
from ftguide.site.articles import article_of
from ftguide.site.machines import markdown, twin_of
from ftguide.suite import summaries
from ftguide.suite.record import store
from ftguide.suite.record.model import IndexEntry

PARTS = ("cold", "changed", "twin", "weight", "growth")
RUNS = (20, 300)
QUICK_RUNS = (1, 3)
ROUNDS = 3  #: of growth
#: A page of the guide, which nothing is derived from.
PAGE = "porting.md"
VIEWED = ("index.html", "benchmarks/mandelbrot.html")
MATERIAL = "mkdocs-material==9.8.2"
MKDOCS_YML = """\
site_name: The same text
use_directory_urls: false
theme:
  name: material
  font: false
  features: [navigation.prune]
plugins: [search]
validation:
  nav: {omitted_files: ignore}
  links: {not_found: ignore, anchors: ignore, unrecognized_links: ignore}
"""
#: As `nox -s docs` has it, for the reasons that noxfile.py gives.
JOBS = 2 + (os.cpu_count() or 1)
_MOST_SECONDS = 3600
_TWIN_LINK = re.compile(r"\.html\.md(?=[)#\s])")
_WEIGHED = re.compile(r"^(?P<page>\S+): (?P<kib>[\d.]+) of [\d.]+ KiB", re.MULTILINE)
_WORD = re.compile(r"\w+")
#: Before any run of ours, so that pages stand on the same runs however many there are.
_FIRST = datetime(2020, 1, 1)  # noqa: DTZ001 - of names that are made up


class BuildError(ExpectedError):
    """A build that is measured has failed; the message names it and says what it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One row of the table."""

    what: str
    seconds: float | None = None
    beside: float | None = None  #: seconds, relative to what `against` names
    against: str = "the twin"
    size: int | None = None  #: of the output in bytes
    words: int | None = None
    view: float | None = None  #: KiB that the first view of a page loads, compressed


def timed(
    what: str, command: Sequence[str], folder: Path, *, ok: tuple[int, ...] = (0,), **environ: str
) -> tuple[float, str]:
    """Run a command; return its seconds and what it printed. Raises `BuildError` where it fails."""
    ended = run(
        command,
        folder=folder,
        environ={**os.environ, **environ},
        limits=Limits(seconds=_MOST_SECONDS),
    )
    if ended.status not in ok:
        said = (ended.errors or ended.output).decode(errors="replace").strip()
        raise BuildError(f"{what}: {' '.join(command[:4])} … {ended.words}: {said[-2000:]}")
    return ended.seconds, ended.output.decode(errors="replace")


def size_of(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def clone(tree: Path, work: Path, *, runs: bool = True, quick: bool = False) -> Path:
    """Make a checkout whose pages may be changed: copies of the pages, links to all else; return it.

    Without `runs` the pages of runs are left out; `quick` takes the pages that stand in no folder.
    """
    work.mkdir(parents=True)
    for path in tree.iterdir():
        if path.name not in {"source", "_build", ".git"}:
            (work / path.name).symlink_to(path)

    def left_out(folder: str, names: list[str]) -> set[str]:
        of_runs = folder == str(tree / "source" / "benchmarks" / "runs")
        return {
            name
            for name in names
            if (of_runs and not runs and name != "index.md")
            or (
                quick
                and folder == str(tree / "source")
                and Path(folder, name).is_dir()
                and name[0] != "_"
            )
        }

    shutil.copytree(tree / "source", work / "source", ignore=left_out)
    return work


def build(what: str, tree: Path, out: Path, *words: str) -> float:
    """Build a site as `nox -s docs` does, but for warnings, which are not what is measured here."""
    command = (
        *(sys.executable, "-m", "sphinx", "--quiet", "--builder=html", f"--jobs={JOBS}"),
        *(f"--conf-dir={tree}", f"--doctree-dir={out}-doctrees", *words),
        *(str(tree / "source"), str(out)),
    )
    return timed(what, command, tree, TMPDIR=str(out.parent))[
        0
    ]  # Sphinx leaves a log when it fails


def texts(site: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the Markdown of every page of our built site, its own twin where it has one."""
    twins = frozenset(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    for uri in sorted(twins):
        path = site / twin_of(uri)
        if path.is_file():
            text = path.read_text(encoding="utf-8")
        else:
            article = article_of(uri, uri, (site / uri).read_text(encoding="utf-8"))
            if article is None:  # moved pages, and what has no text
                continue
            text = markdown(article, twins)
        yield f"{uri.removesuffix('.html')}.md", _TWIN_LINK.sub(".md", text)


def write_twin(site: Path, folder: Path) -> int:
    """Write a MkDocs project with the text of our site; return how many words it has."""
    words = 0
    for name, text in texts(site):
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        words += len(_WORD.findall(text))
    (folder / "mkdocs.yml").write_text(MKDOCS_YML, encoding="utf-8")
    return words


def install_mkdocs(folder: Path) -> Path:
    """Install MkDocs Material from the package registry, apart from the project; return its command."""
    timed("a place for MkDocs", (sys.executable, "-m", "venv", str(folder)), folder.parent)
    python = str(folder / "bin" / "python")
    timed(MATERIAL, (python, "-m", "pip", "install", "--quiet", MATERIAL), folder.parent)
    return folder / "bin" / "mkdocs"


def weights(site: Path, what: str) -> list[Measured]:
    """Weigh the first views of a site in a browser, as the tests of the site do."""
    pages = [page for page in VIEWED if (site / page).is_file()]
    command = (sys.executable, "-m", "tests.site.weight", str(site), *pages)
    _, said = timed(
        f"{what}, first view", command, ROOT, ok=(0, 1)
    )  # 1: heavier than our own budget
    return [
        Measured(what=f"{what}, first view of {found['page']}", view=float(found["kib"]))
        for found in _WEIGHED.finditer(said)
    ]


def grow(results: Path, target: Path, count: int) -> None:
    """Make a results folder of `count` runs: the newest published ones, then copies of them under new ids.

    Copies are older than all others and lie there as superseded runs do, without raw values.
    """
    published = list(store.read_index(results).runs)
    if not published:
        raise BuildError(f"{results / 'index.json'} names no run that could be copied")
    entries = published[:count]
    for entry in entries:
        (target / entry.machine).mkdir(parents=True, exist_ok=True)
        shutil.copytree(store.folder_of(results, entry), store.folder_of(target, entry))
    for number in range(count - len(entries)):
        entry = published[number % len(published)]
        at = _FIRST + timedelta(minutes=number)
        copy = replace(
            entry,
            run_id=f"{at:%Y%m%dT%H%M%SZ}-{number:08x}",
            started=f"{at:%Y-%m-%dT%H:%M:%SZ}",
            values_in="0" * 40,
        )
        _copy_run(store.folder_of(results, entry), store.folder_of(target, copy), copy)
        entries.append(copy)
    store.write_index(target, entries)
    summaries.load(
        store.folder_of(target, entries[-1])
    )  # of other code the pages would leave it out


def _copy_run(folder: Path, target: Path, entry: IndexEntry) -> None:
    """Copy the record and the summary of a run under another id."""
    record = json.loads((folder / "run.json").read_bytes())
    record |= {"run_id": entry.run_id, "started": entry.started}
    content = json.dumps(record).encode()
    target.mkdir(parents=True)
    (target / "run.json").write_bytes(content)
    head, _, data = (folder / summaries.NAME).read_bytes().partition(b"\n")
    origin = json.loads(head) | {"run": hashlib.sha256(content).hexdigest()}
    (target / summaries.NAME).write_bytes(json.dumps(origin).encode() + b"\n" + data)


def measure(chosen: argparse.Namespace, work: Path) -> Iterator[Measured]:
    """Build and weigh what was asked for; yield the rows as they come."""
    tree: Path = chosen.tree.resolve()
    parts = frozenset(chosen.parts)
    ours, twin = work / "html", work / "twin" / "site"
    cold = None
    if parts & {"cold", "changed", "twin", "weight"}:
        copy = clone(tree, work / "tree", quick=chosen.quick)
        cold = build("our site", copy, ours)
    words = None
    if parts & {"twin", "weight"}:
        words = write_twin(ours, work / "twin")
        mkdocs = chosen.mkdocs or install_mkdocs(work / "mkdocs")
        command = (str(mkdocs), "build", "--quiet", f"--site-dir={twin}")
        seconds, _ = timed("the twin", command, work / "twin")
        yield Measured(
            what="MkDocs Material, cold", seconds=seconds, size=size_of(twin), words=words
        )
    beside = (lambda own: own / seconds) if words is not None else (lambda _: None)
    if cold is not None:
        yield Measured(
            what="our site, cold",
            seconds=cold,
            beside=beside(cold),
            size=size_of(ours),
            words=words,
        )
    if "changed" in parts:
        with (copy / "source" / PAGE).open("a", encoding="utf-8") as page:
            page.write("\nOne more line.\n")
        changed = build("one page changed", copy, ours)
        yield Measured(what="our site, one page changed", seconds=changed, beside=beside(changed))
    if "weight" in parts:
        yield from weights(ours, "our site")
        yield from weights(twin, "MkDocs Material")
    if "growth" in parts:
        yield from growth(tree, work, chosen.runs, quick=chosen.quick)


def growth(tree: Path, work: Path, counts: Sequence[int], *, quick: bool) -> Iterator[Measured]:
    """Build our site without pages of runs for each number of runs; ratios are to the first."""
    copy = clone(tree, work / "growing", runs=False, quick=quick)
    for count in counts:
        grow(tree / store.RESULTS, work / f"results-{count}", count)
    seconds: dict[int, list[float]] = {count: [] for count in counts}
    for number in range(1 if quick else ROUNDS):
        # Back and forth: a machine that gets slower does not make one of them look slow.
        for count in counts if number % 2 == 0 else counts[::-1]:
            out = work / f"html-{count}"
            for folder in (out, Path(f"{out}-doctrees")):
                shutil.rmtree(folder, ignore_errors=True)
            words = f"--define=bench_results={work / f'results-{count}'}"
            seconds[count].append(build(f"{count} runs", copy, out, words))
    medians = {count: statistics.median(own) for count, own in seconds.items()}
    for count, median in medians.items():
        yield Measured(
            what=f"our site, {count} runs without their pages",
            seconds=median,
            beside=median / medians[counts[0]] if count != counts[0] else None,
            against=f"{counts[0]} runs",
            size=size_of(work / f"html-{count}"),
        )


def table(rows: Sequence[Measured]) -> str:
    """Return the rows as a table of text."""
    lines = [("", "seconds", "ratio to", "", "MB", "words", "first view, KiB gz")]
    lines += [
        (
            row.what,
            "" if row.seconds is None else f"{row.seconds:.1f}",
            "" if row.beside is None else f"{row.beside:.2f}",
            "" if row.beside is None else row.against,
            "" if row.size is None else f"{row.size / 1e6:.1f}",
            "" if row.words is None else f"{row.words:,}",
            "" if row.view is None else f"{row.view:.1f}",
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = {0, 3}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number in left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.method.site",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"what to measure, of {', '.join(PARTS)}; all unless named",
    )
    made.add_argument(
        "--runs", type=int, nargs="+", metavar="N", help="numbers of runs of growth: 20 300"
    )
    made.add_argument(
        "--mkdocs", type=Path, help="an installed mkdocs with Material; else it is installed"
    )
    made.add_argument(
        "--tree", type=Path, default=ROOT, help="checkout whose site is built; default: this one"
    )
    made.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="new folder that keeps what was built"
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="also write the rows there")
    made.add_argument(
        "--quick", action="store_true", help="only pages of no folder, few runs: to try this out"
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table; 0 = done, 1 = a build failed, 2 = wrong options."""
    options = parser()
    chosen = options.parse_args(arguments)
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown:
        options.error(f"{unknown[0]!r} is not a part; there are {', '.join(PARTS)}")
    chosen.parts = chosen.parts or list(PARTS)
    chosen.runs = chosen.runs or (QUICK_RUNS if chosen.quick else RUNS)
    if min(chosen.runs) < 1:
        options.error(f"--runs {min(chosen.runs)}: a number of runs is at least 1")
    if not (chosen.tree / "conf.py").is_file():
        options.error(f"--tree {chosen.tree}: has no conf.py, so it is no checkout of this project")
    if chosen.keep and chosen.keep.exists():
        options.error(f"--keep {chosen.keep}: exists; name a folder that does not")
    rows: list[Measured] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="ftguide-site-") as folder:
        work = chosen.keep.resolve() if chosen.keep else Path(folder)
        try:
            for row in measure(chosen, work):
                rows.append(row)
                print(f"{row.what} …", file=sys.stderr)
        except ExpectedError as error:
            failed = True
            print(error, file=sys.stderr)
    print(table(rows))
    if chosen.json:
        files.write_atomic(chosen.json, files.to_json([asdict(row) for row in rows]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
