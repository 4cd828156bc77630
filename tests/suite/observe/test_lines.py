"""Several lines in one run: which is the main one, how they are alike, and a run that is killed."""

import dataclasses

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform
from ftguide.ground.vocabulary import Arm, Build
from ftguide.interpreters.model import Interpreter, InterpreterError, Pair, Route
from ftguide.interpreters.provide import Means, find, ranked_pairs
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import select
from ftguide.suite.derive import analysis
from ftguide.suite.derive.export import pyperf_suites
from ftguide.suite.derive.verdicts import ComparisonKind
from ftguide.suite.observe import run
from ftguide.suite.observe.lines import Pairs, final
from ftguide.suite.record import store
from ftguide.suite.record.writer import RunFolder
from tests.chance import PATIENCE
from tests.suite.observe.test_run import Witness
from tests.synthetic import facts


def made(version, **changes):
    """Make a pair of a version that nobody built; every binary has a hash of its own."""

    def one(build):
        own = {"version": version, "binary_sha256": f"{version} {build}", **changes}
        return Interpreter(
            executable=f"/{version}/{build}",
            route=Route.GIVEN,
            detail="",
            facts=facts(build, **own),
        )

    return Pair(gil=one(Build.GIL), ft=one(Build.FREE_THREADED))


@pytest.mark.parametrize(
    ("versions", "main", "others"),
    [
        (["3.14.7"], "3.14.7", []),
        (["3.15.0rc2", "3.13.15", "3.14.7"], "3.14.7", ["3.13", "3.15"]),
        (["3.15.0rc2", "3.16.0a1"], "3.16.0a1", ["3.15"]),
        (["3.15.0rc2"], "3.15.0rc2", []),
        (["3.9.1", "3.14.7", "3.15.0"], "3.15.0", ["3.9", "3.14"]),
    ],
)
def test_the_main_line_is_the_newest_final_one(versions, main, others):
    pairs = Pairs.of(*map(made, versions))
    assert (pairs.main.version, [*pairs.others]) == (main, others)
    assert [str(target) for target in pairs.targets][:2] == ["gil", "ft"]
    assert [str(target) for target in pairs.targets][2::2] == [f"gil@{line}" for line in others]


def test_what_is_final():
    assert [final(v) for v in ("3.14.7", "3.15.0rc2", "3.16.0a1+", "3.15.0b1")] == [
        True,
        *[False] * 3,
    ]


def test_two_pairs_of_one_line_and_one_file_for_two_lines_are_refused():
    with pytest.raises(
        InterpreterError, match=r"two pairs are of line 3\.14: 3\.14\.6 and 3\.14\.7"
    ):
        Pairs.of(made("3.14.6"), made("3.14.7"))
    with pytest.raises(InterpreterError, match=r"/3\.15\.0/ft is given for 3\.15 and is the same"):
        old, new = made("3.14.7"), made("3.15.0")
        same = dataclasses.replace(new.ft.facts, binary_sha256=old.ft.facts.binary_sha256)
        Pairs.of(old, Pair(gil=new.gil, ft=dataclasses.replace(new.ft, facts=same)))


def test_alike_lines_have_no_differences_and_nothing_to_remark():
    pairs = Pairs.of(made("3.13.15"), made("3.14.7"))
    assert (pairs.differences, pairs.remarks, pairs.optimised) == ((), (), True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"compiler": "Clang 18"}, "compiler (GIL-enabled): 3.14.7 GCC 12.2.0, 3.15.0 Clang 18"),
        ({"pgo": False}, "pgo (free-threaded): 3.14.7 True, 3.15.0 False"),
        ({"libc": "musl"}, "libc (GIL-enabled): 3.14.7 glibc 2.36, 3.15.0 musl"),
    ],
)
def test_another_compiler_between_lines_is_a_difference(changes, told):
    pairs = Pairs.of(made("3.14.7"), made("3.15.0", **changes))
    assert told in pairs.differences
    assert pairs.optimised is ("pgo" not in changes)


def test_a_pair_of_another_line_is_held_to_what_a_pair_is_held_to():
    odd = made("3.13.15")
    ft = dataclasses.replace(odd.ft, facts=dataclasses.replace(odd.ft.facts, lto=False))
    pairs = Pairs.of(Pair(gil=odd.gil, ft=ft), made("3.14.7"))
    assert "3.13: lto: GIL-enabled True, free-threaded False" in pairs.differences
    assert pairs.main.differences == ()


def test_a_candidate_beside_finals_and_flags_of_the_line_itself_are_said():
    pairs = Pairs.of(made("3.14.7"), made("3.15.0rc2", cflags="-O3 -fno-omit-frame-pointer"))
    assert pairs.differences == ()
    early, compiled = pairs.remarks
    assert early.startswith("pre-release beside final: 3.15.0rc2 beside 3.14.7")
    assert compiled == (
        "compiler flags of 3.14.7 and 3.15.0rc2: 3.14.7 alone has -fno-strict-aliasing; "
        "3.15.0rc2 alone has -fno-omit-frame-pointer"
    )


def test_what_a_reader_has_to_know_is_stored_with_the_run():
    pairs = Pairs.of(made("3.14.7"), made("3.15.0rc2", compiler="Clang 18"))
    planned = plan.make_plan(
        select(["nbody"]), size=presets.preset("smoke"), threads=1, seed=1, lines=["3.15"]
    )
    new = run.new_run(planned, pairs, root=ROOT, on=Platform(), flags=pairs.remarks)
    assert any(flag.startswith("pre-release beside final") for flag in new.flags)
    assert any("Clang 18" in each for each in new.line_differences)
    assert not store.entry_of(new).citable


def test_costs_are_those_of_the_main_line():
    costly = [
        name
        for name in ("gil-single", "ft-threads-2", "ft-single-again", "ft-single@3.15")
        if run.measures_costs(Arm.parse(name))
    ]
    assert costly == ["gil-single", "ft-threads-2"]


@pytest.fixture(scope="module")
def real():
    """Find the pairs of two lines."""
    means = Means(patience_seconds=60.0)  # for an interpreter to say what it is, on a busy machine
    lines = ("3.14", "3.15")
    return Pairs.of(*(ranked_pairs(find(line, say=print, means=means))[0] for line in lines))


def started(held, pairs, planned, observer):
    return run.Execution(
        held, pairs, root=ROOT, on=Platform(), patience=PATIENCE, observer=observer
    ).run()


class Killed(Witness):
    """An observer that ends the run after a block."""

    def done(self, seconds):
        raise KeyboardInterrupt


@pytest.mark.timeout(900)  # it measures for long where others measure too
@pytest.mark.slow
@pytest.mark.interpreters
def test_a_run_over_two_lines_that_is_killed_and_resumed(real, tmp_path):
    planned = plan.make_plan(
        select(["nbody", "mandelbrot"]),
        size=dataclasses.replace(presets.preset("smoke"), multi_blocks=2, lap_blocks=2),
        threads=2,
        seed=5,
        lines=[*real.others],
    )
    planned = dataclasses.replace(planned, costs=False)
    new = run.new_run(planned, real, root=ROOT, on=Platform(), flags=real.remarks)
    with RunFolder.create(tmp_path, new) as held, pytest.raises(KeyboardInterrupt):
        started(held, real, planned, Killed())
    folder = tmp_path / new.run_id
    assert len([line for line in store.read_lines(folder) if line.block]) == 1
    run.check_resumable(store.read_run(folder), real, Platform())
    with RunFolder.resume(folder) as held:
        stored = started(held, real, planned, Witness())
    assert len(stored.blocks) == 4
    for block in stored.blocks:
        assert set(block.arms) == set(stored.planned(block.workload).arms)
        for name, record in block.arms.items():
            assert record.gil_before is (name.startswith("gil") or "gil-on" in name), name
    assert [*stored.run.in_order] == ["3.14", "3.15"]
    row = analysis.report(stored).row("mandelbrot")
    (line,) = row.lines
    assert (line.single.arm, line.threads.arm) == ("ft-single@3.15", "ft-threads-2@3.15")
    assert [(step.arm, step.base, step.kind) for step in row.steps] == [
        (f"{name}@3.15", name, ComparisonKind.LINE)
        for name in ("gil-single", "ft-single", "gil-threads-2", "ft-threads-2")
    ]
    suites = pyperf_suites(stored)
    assert {"ft-single.json.gz", "ft-single@3.15.json.gz"} <= set(suites)


@pytest.mark.interpreters
def test_a_run_over_lines_resumes_with_the_same_lines_and_binaries(real):
    planned = plan.make_plan(
        select(["nbody"]),
        size=presets.preset("smoke"),
        threads=1,
        seed=5,
        lines=[*real.others],
    )
    on = Platform()
    new = run.new_run(planned, real, root=ROOT, on=on, flags=())
    (line,) = real.others
    main = Pairs.of(real.main)
    with pytest.raises(run.ResumeError, match=r"was begun with lines 3\.14 3\.15; say --lines"):
        run.check_resumable(new, main, on)
    with pytest.raises(run.ResumeError, match=r"was begun with one line, 3\.14; leave --lines out"):
        run.check_resumable(dataclasses.replace(new, lines={}), real, on)
    swapped = {
        build: new.lines[line][other] for build, other in zip(Build, [*Build][::-1], strict=True)
    }
    with pytest.raises(run.ResumeError, match="another GIL-enabled interpreter"):
        run.check_resumable(dataclasses.replace(new, lines={line: swapped}), real, on)
