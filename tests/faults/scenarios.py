"""The programs that the campaign disturbs: what each needs, what completes it, what must be there then."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ftguide.ground import parcel
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.ground.runs import RUN_ID
from ftguide.interpreters.model import Pair
from ftguide.interpreters.provide import provide
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.record import store as observed
from ftguide.suite import submission
from ftguide.suite.record import store
from ftguide.tracker.record import evidence
from tests import synthetic
from tests.faults.campaign import FindingError, Scenario
from tests.faults.test_killed_writes import checkout, measured, outcomes, probed
from tests.sphinx_project import make
from tests.tracker.wheelwright import Wheelwright

MACHINE = "sender-2vcpu"
_SPECIMEN = '[[package]]\nname = "specimen-{0}"\nimports = ["specimen_{0}"]\nfield = "specimens"\n'


def claim(holds: object, what: str) -> None:
    """Raise `FindingError` for what does not hold."""
    if not holds:
        raise FindingError(what)


def every(scratch: Path) -> tuple[Scenario, ...]:
    """Return all scenarios; `scratch` is for what they share."""
    pair = provide("3.14", say=lambda _: None)
    return (
        bench(pair),
        outcome_tests(pair),
        probe(pair, scratch),
        publish(),
        accept_run(scratch),
        accept_lines(scratch, ParcelKind.OUTCOMES),
        accept_lines(scratch, ParcelKind.EVIDENCE),
        build(scratch),
    )


def _pythons(pair: Pair) -> list[str]:
    return [word for one in (pair.gil, pair.ft) for word in ("--python", str(one.executable))]


def _lines(paths: Iterable[Path], place: Path) -> dict[str, list[bytes]]:
    """Return the complete lines of files, by place; a last line without its end is none yet."""
    return {
        str(path.relative_to(place)): path.read_bytes().split(b"\n")[:-1]
        for path in sorted(paths)
        if not path.name.startswith(".")
    }


# -- bench -----------------------------------------------------------------------------------------


def bench(pair: Pair) -> Scenario:
    """A smoke run of two specimens that behave well."""
    slugs = ("well-behaved", "well-behaved-threads")
    words = ["bench", "--preset", "smoke", *(w for slug in slugs for w in ("--only", slug))]

    def prepare(place: Path) -> None:
        workloads = place / "benchmarks" / "workloads"
        workloads.mkdir(parents=True)
        (place / store.RESULTS).mkdir()
        (place / "ftguide").symlink_to(ROOT / "ftguide")
        shutil.copy(ROOT / "benchmarks" / "workloads" / "declare.py", workloads)
        shutil.copy(ROOT / "tests" / "suite" / "observe" / "specimens.py", workloads)

    def folders(place: Path) -> list[Path]:
        local = place / store.RESULTS / "local"
        return sorted(each for each in local.glob("*") if RUN_ID.fullmatch(each.name))

    def stored(place: Path) -> dict[str, list[bytes]]:
        found = {}
        for folder in folders(place):
            path = store.blocks_path(folder)
            data = store.text_of(path) if path.exists() else b""
            found[folder.name] = data.split(b"\n")[:-1]
        return found

    def again(place: Path) -> list[str] | None:
        there = [each for each in folders(place) if (each / "run.json").exists()]
        entered = store.read_index(place / store.RESULTS / "local").runs
        if there and len(entered) == len(there):
            return None
        return [*(["bench", "--resume"] if there else words), *_pythons(pair)]

    def check(place: Path, harmed: bool) -> None:
        there = [each for each in folders(place) if (each / "run.json").exists()]
        claim(len(there) == 1, f"{len(there)} runs where one was asked for")
        run = store.load(there[0])
        claim(run.run.finished, "the run is not finished")
        counted = Counter(
            (line.block.workload, line.block.index)
            for line in store.read_lines(there[0])
            if line.block is not None
        )
        failed = {each.workload for each in run.failures}
        claim(harmed or not failed, f"{failed} failed")
        planned = {
            (each.slug, index)
            for each in run.run.plan.workloads
            if each.slug not in failed
            for index in range(run.run.plan.blocks)
        }
        claim(planned <= set(counted), f"{len(planned - set(counted))} blocks are missing")
        claim(set(counted.values()) <= {1}, "a block is there twice")
        entered = store.read_index(place / store.RESULTS / "local").runs
        claim([each.run_id for each in entered] == [there[0].name], "the index is another")

    return Scenario(
        name="bench",
        prepare=prepare,
        words=lambda _: [*words, *_pythons(pair)],
        again=again,
        stored=stored,
        check=check,
        writes=("benchmarks/results",),
    )


# -- outcomes --------------------------------------------------------------------------------------


def outcome_tests(pair: Pair) -> Scenario:
    """A quick run of one family."""
    words = ["outcomes", "--preset", "quick", *_pythons(pair)]

    def seen(place: Path) -> list[tuple[str, str, str]]:
        there = observed.read("local", place)
        claim(not there.problems, f"{there.problems[:1]}")
        return [(each.run, each.test, each.subject.name) for each in there.observations]

    def check(place: Path, _harmed: bool) -> None:
        found = Counter(seen(place))
        claim(len({run for run, *_ in found}) == 1, "more than one run")
        claim(set(found.values()) == {1}, "an observation is there twice")
        subjects = {name for *_, name in found}
        tests = set(catalogue(place / "outcomes" / "tests").tests)
        claim(len(found) == len(tests) * len(subjects), "observations are missing")

    return Scenario(
        name="outcomes",
        prepare=_prepare,
        words=lambda _: words,
        again=lambda place: [*words, *(["--resume"] if seen(place) else [])],
        stored=lambda place: _lines((place / observed.OBSERVED).rglob("*.jsonl"), place),
        check=check,
        writes=("outcomes",),
    )


def _prepare(place: Path) -> None:
    place.mkdir(parents=True)
    checkout(place)


# -- probe -----------------------------------------------------------------------------------------


def probe(pair: Pair, scratch: Path) -> Scenario:
    """Two packages without compiled modules from a folder of wheels."""
    names = ("calm", "quiet")
    work, shelf = scratch / "work", scratch / "shelf"
    for folder in (work, shelf):
        folder.mkdir()
    wright = Wheelwright(pair, work, shelf)
    for name in names:
        wright.wheel(
            f"specimen-{name}", "py3-none-any", {f"specimen_{name}/__init__.py": "x = 1\n"}
        )

    def prepare(place: Path) -> None:
        _prepare(place)
        (place / "log").mkdir()
        (place / "packages.toml").write_text("".join(_SPECIMEN.format(name) for name in names))

    def command(place: Path) -> list[str]:
        return [
            *("probe", "--packages", str(place / "packages.toml")),
            *("--evidence", str(place / "log"), "--find-links", str(shelf), *_pythons(pair)),
        ]

    def check(place: Path, harmed: bool) -> None:
        for name in names:
            sightings = evidence.read_package(place / "log", f"specimen-{name}")
            claim(sightings, f"nothing is known of {name}")
            kinds = {each.kind for each in sightings}
            claim(harmed or len(kinds) >= 3, f"only {kinds} are known of {name}")

    return Scenario(
        name="probe",
        prepare=prepare,
        words=command,
        again=command,
        stored=lambda place: _lines((place / "log").glob("*.jsonl"), place),
        check=check,
        writes=("log",),
    )


# -- publish and accept ----------------------------------------------------------------------------


def publish() -> Scenario:
    """A measured run that moves among the published ones."""

    def prepare(place: Path) -> None:
        _prepare(place)
        measured(place)

    def local(place: Path) -> list[Path]:
        return sorted((place / store.RESULTS / "local").glob(f"{synthetic.RUN_ID}/run.json"))

    def check(place: Path, _harmed: bool) -> None:
        _check_published(place)
        claim(not local(place), "it is published and still here as a local run")

    words = ["publish", synthetic.RUN_ID, "--machine", MACHINE]
    return Scenario(
        name="publish",
        prepare=prepare,
        words=lambda _: words,
        again=lambda place: words if local(place) else None,
        stored=lambda _: {},
        check=check,
        writes=("benchmarks/results", "source/benchmarks/runs"),
    )


def accept_run(scratch: Path) -> Scenario:
    """A run that somebody sent."""
    with tempfile.TemporaryDirectory(dir=scratch) as sender:
        data = submission.pack(measured(Path(sender)), MACHINE)
    path = scratch / "run.ftguide.json"
    path.write_bytes(data)

    def check(place: Path, _harmed: bool) -> None:
        there = _check_published(place)
        sent = parcel.unpack(path).files
        for name, content in sent.items():
            claim((there / name).read_bytes() == content, f"{name} is another than was sent")

    return Scenario(
        name="accept run",
        prepare=_prepare_results,
        words=lambda _: ["accept", str(path)],
        again=lambda _: ["accept", str(path)],
        stored=lambda _: {},
        check=check,
        writes=("benchmarks/results", "source/benchmarks/runs"),
    )


def _prepare_results(place: Path) -> None:
    _prepare(place)
    (place / store.RESULTS).mkdir()


def _check_published(place: Path) -> Path:
    results = place / store.RESULTS
    entered = [each.run_id for each in store.read_index(results).runs]
    claim(entered == [synthetic.RUN_ID], f"the index has {entered}")
    found = [each for each in store.published(results) if each.name == synthetic.RUN_ID]
    claim(len(found) == 1, f"{len(found)} folders of one run")
    claim(store.load(found[0]).blocks, "no blocks")
    page = place / "source" / "benchmarks" / "runs" / f"{synthetic.RUN_ID}.md"
    claim(page.exists(), "no page")
    return found[0]


def accept_lines(scratch: Path, kind: ParcelKind) -> Scenario:
    """Observations or evidence that somebody sent."""
    path = scratch / f"{kind}.ftguide.json"
    path.write_bytes({ParcelKind.OUTCOMES: outcomes, ParcelKind.EVIDENCE: probed}[kind]())
    folder = {ParcelKind.OUTCOMES: observed.OBSERVED, ParcelKind.EVIDENCE: evidence.EVIDENCE}[kind]
    sent = Counter(
        line
        for name, data in parcel.unpack(path).files.items()
        if name.endswith(".jsonl")
        for line in data.split(b"\n")
        if line
    )

    def prepare(place: Path) -> None:
        _prepare(place)
        (place / folder).mkdir(parents=True)

    def lines(place: Path) -> dict[str, list[bytes]]:
        return _lines((place / folder).rglob("*.jsonl"), place)

    def check(place: Path, _harmed: bool) -> None:
        here = Counter(line for own in lines(place).values() for line in own)
        claim(sum(here.values()) == sum(sent.values()), f"{sum(here.values())} lines are here")
        claim(set(here.values()) <= {1}, "a line is here twice")

    return Scenario(
        name=f"accept {kind}",
        prepare=prepare,
        words=lambda _: ["accept", str(path)],
        again=lambda _: ["accept", str(path)],
        stored=lines,
        check=check,
        writes=(str(folder),),
    )


# -- the site --------------------------------------------------------------------------------------


def build(scratch: Path) -> Scenario:
    """A small site with two runs."""
    reference: dict[str, bytes] = {}
    whole = scratch / "site"
    whole.mkdir()
    site = make(whole)
    for day in (22, 23):
        site.run(
            synthetic.stored(
                f"202611{day}T005100Z-1a2b3c4d",
                truth={"nbody": synthetic.SINGLE, "mandelbrot": synthetic.SCALES},
                blocks=3,
            )
        )

    def prepare(place: Path) -> None:
        shutil.copytree(whole, place)
        for name in ("ftguide", "benchmarks", "outcomes", "compatibility"):
            (place / name).symlink_to(ROOT / name)
        (place / "out").mkdir()

    def words(place: Path) -> list[str]:
        results = f"bench_results={place / 'results'}"
        return ["-q", "-j", "2", "-D", results, "source", "out"]

    def pages(place: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(place / "out")): path.read_bytes()
            for path in sorted((place / "out").rglob("*.html"))
        }

    def check(place: Path, _harmed: bool) -> None:
        made = pages(place)
        if not reference:
            reference.update(made)
        claim(len(made) >= 8, f"only {len(made)} pages")
        other = [name for name, page in reference.items() if made.get(name) != page]
        claim(not other, f"{other} are other than of a build without a fault")

    return Scenario(
        name="build",
        prepare=prepare,
        words=words,
        again=words,
        stored=lambda _: {},
        check=check,
        program="sphinx",
        writes=("out",),
    )
