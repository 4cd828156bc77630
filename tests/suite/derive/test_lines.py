"""Several lines in one run: every ratio comes out as it was put in, and one line's run as without them."""

import dataclasses
import gzip
import io
import json
import math

import pytest
from rich.console import Console

from ftguide.cli.table import print_report
from ftguide.ground.vocabulary import Build, Mode
from ftguide.statistics.estimates import benjamini_hochberg
from ftguide.suite import line_table, paste, words
from ftguide.suite.derive import mode_tables, objections, scaling
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.compare import ConditionKind, compare, line_pairs
from ftguide.suite.derive.export import pyperf_suites
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.verdicts import ComparisonKind, Verdict
from ftguide.suite.results_csv import results_csv
from tests.suite.derive.builder import make_blocks, make_plan, stored_of, wobble
from tests.synthetic import facts

#: Seconds per loop: 3.14 is the main line. FT/GIL is 2.0 on 3.13, 1.2 on 3.14 and 1.1 on 3.15.
TIMES = {
    "gil-single": 1.0e-5,
    "ft-single": 1.2e-5,
    "gil-threads-2": 2.0e-5,
    "ft-threads-2": 1.3e-5,
    "ft-single-again": 1.2e-5,
    "gil-single@3.13": 1.1e-5,
    "ft-single@3.13": 2.2e-5,
    "gil-threads-2@3.13": 2.2e-5,
    "ft-threads-2@3.13": 2.4e-5,
    "gil-single@3.15": 0.9e-5,
    "ft-single@3.15": 0.99e-5,
    "ft-single-again@3.15": 0.99e-5,
    "gil-threads-2@3.15": 1.8e-5,
    "ft-threads-2@3.15": 1.0e-5,
}


def interpreters(version, **changes):
    return {
        build: facts(build, version=version, binary_sha256=f"{version}{build}", **changes)
        for build in Build
    }


THREE = {"3.13": interpreters("3.13.15"), "3.15": interpreters("3.15.0rc2")}


def measured(times=TIMES, *, slugs=("nbody",), of=THREE, blocks=10, noise=0.002, **changes):
    workloads = []
    for slug in slugs:
        plan = make_plan(slug, list(times))
        columns = {
            arm: wobble(seconds, blocks, noise, f"{slug}{arm}") for arm, seconds in times.items()
        }
        workloads.append((plan, make_blocks(plan, columns)))
    return stored_of(*workloads, lines=dict(of), **changes)


def printed(derived, width):
    text = io.StringIO()
    print_report(Console(file=text, width=width), derived)
    return text.getvalue()


def close(comparison, ratio):
    return math.isclose(comparison.ratio, ratio, rel_tol=0.005)


def test_every_line_has_its_ratios():
    row = report(measured()).row("nbody")
    assert close(row.single, 1.2)
    old, new = row.lines
    assert (old.line, new.line) == ("3.13", "3.15")
    assert close(old.single, 2.0)
    assert close(new.single, 1.1)
    assert (new.single.arm, new.single.base) == ("ft-single@3.15", "gil-single@3.15")
    assert close(new.threads, 1.0 / 1.8)
    assert close(new.user_speedup, 2 * 0.9)
    assert close(new.self_speedup, 2 * 0.99)
    assert close(new.gil_speedup, 1.0)
    assert [each.arm for each in new.replicates] == ["ft-single-again@3.15"]
    assert [each.arm for each in row.replicates] == ["ft-single-again"]
    assert old.replicates == ()
    assert row.others == ()


def test_each_line_is_set_against_the_one_before():
    row = report(measured()).row("nbody")
    ratios = {(step.arm, step.base): step for step in row.steps}
    arms = ("gil-single", "ft-single", "gil-threads-2", "ft-threads-2")
    assert [*ratios] == [
        *((arm, f"{arm}@3.13") for arm in arms),
        *((f"{arm}@3.15", arm) for arm in arms),
    ]
    for (arm, base), step in ratios.items():
        assert close(step, TIMES[arm] / TIMES[base]), arm
    assert {step.kind for step in row.steps} == {ComparisonKind.LINE}
    assert {step.verdict for step in row.steps} == {Verdict.FASTER}
    assert words.change_text(ratios["gil-single@3.15", "gil-single"]).endswith("% faster")
    assert row.comparison("ft-single@3.15", "ft-single") in row.comparisons
    assert {id(each) for line in row.lines for each in line.comparisons} <= set(
        map(id, row.comparisons)
    )


def test_line_against_line_is_a_family_of_its_own():
    derived = report(measured(slugs=("one", "two", "three"), noise=0.05, blocks=4))
    steps = [step for row in derived.rows for step in row.steps]
    assert [step.q for step in steps] == pytest.approx(benjamini_hochberg([s.p for s in steps]))


def test_a_line_is_judged_by_its_own_floor_and_without_one_by_the_largest():
    noisy = {"ft-single-again@3.15": 1.05e-5}
    row = report(measured({**TIMES, **noisy})).row("nbody")
    old, new = row.lines
    assert (row.floor < 0.01, new.floor > 0.05) == (True, True)
    assert old.floor == new.floor, "it has no replicate of its own"
    assert row.floor_of(row.single) == row.floor
    step = row.comparison("gil-single@3.15", "gil-single")
    assert row.floor_of(step) == new.floor
    assert row.floor_of(row.comparison("ft-threads-2@3.15", "ft-threads-2")) is None
    within = {"gil-single@3.15": 0.97e-5}
    row = report(measured({**TIMES, **noisy, **within})).row("nbody")
    assert row.comparison("gil-single@3.15", "gil-single").verdict is Verdict.UNRESOLVED
    assert row.single.verdict is Verdict.SLOWER


def test_the_main_line_is_as_without_the_others():
    alone = {arm: seconds for arm, seconds in TIMES.items() if "@" not in arm}
    one, three = (
        report(measured(times, of=of)).row("nbody") for times, of in ((alone, {}), (TIMES, THREE))
    )
    for field in ("single", "threads", "user_speedup", "self_speedup", "gil_speedup"):
        ours, theirs = (dataclasses.replace(getattr(row, field), q=0) for row in (one, three))
        assert ours == theirs, field
    assert (one.floor, one.threads_floor) == (three.floor, three.threads_floor)
    assert (one.lines, one.steps) == ((), ())
    assert report(measured(alone, of={})).line_means == ()


def test_means_of_lines():
    derived = report(measured(slugs=("one", "two")))
    means = {(mean.arm, mean.base): mean for mean in derived.line_means}
    assert [*means] == [
        ("ft-single@3.13", "gil-single@3.13"),
        ("ft-single@3.15", "gil-single@3.15"),
        ("gil-single", "gil-single@3.13"),
        ("ft-single", "ft-single@3.13"),
        ("gil-single@3.15", "gil-single"),
        ("ft-single@3.15", "ft-single"),
    ]
    for (arm, base), mean in means.items():
        assert close(mean, TIMES[arm] / TIMES[base]), arm
    assert {mean.workloads for mean in derived.line_means} == {2}


def test_other_tables_show_the_main_line():
    derived = report(measured())
    ways = mode_tables.ways(derived, "nbody")
    assert [way.arm for way in ways.ways] == [
        *("gil-single", "ft-single", "gil-threads-2", "ft-threads-2")
    ]
    (point,) = scaling.curve(derived.series["nbody"], Mode.THREADS).points[1:]
    assert point.speedup.ratio == pytest.approx(2 * 1.2 / 1.3, rel=0.01)


def test_a_line_that_spreads_is_flagged():
    plan = make_plan("nbody", list(TIMES))
    columns = {arm: wobble(seconds, 10, 0.001, arm) for arm, seconds in TIMES.items()}
    columns["gil-single@3.15"] = wobble(0.9e-5, 10, 0.2, "x")
    row = report(stored_of((plan, make_blocks(plan, columns)), lines=THREE)).row("nbody")
    (flag,) = [flag for flag in row.flags if flag.kind is FlagKind.SPREAD]
    assert "gil-single@3.15" in flag.arms


def test_exports_are_one_file_per_arm_and_line():
    suites = pyperf_suites(measured())
    assert set(suites) == {f"{arm}.json.gz" for arm in TIMES}
    loaded = {name: json.loads(gzip.decompress(data)) for name, data in suites.items()}
    versions = {
        name: data["metadata"]["python_version"] for name, data in loaded.items() if "ft-s" in name
    }
    assert versions["ft-single@3.15.json.gz"] == "3.15.0rc2"
    assert versions["ft-single.json.gz"] == "3.14.7"
    counts = {
        tuple(len(run.get("values", ())) for run in data["benchmarks"][0]["runs"])
        for data in loaded.values()
    }
    assert len(counts) == 1


def test_reports_carry_the_lines():
    derived = report(measured(slugs=("one", "two")))
    headings = [column.heading for column in line_table.columns(derived.stored.run)]
    assert headings == [
        *("FT/GIL 3.13", "FT/GIL 3.14", "FT/GIL 3.15"),
        *("3.14/3.13", "3.14t/3.13t", "3.15/3.14", "3.15t/3.14t"),
    ]
    for width in (60, 80, 200):
        text = printed(derived, width=width)
        assert "Lines" in text
        for heading in headings:
            assert heading in text
        assert max(map(len, text.splitlines())) <= width
        assert "mean: python-code" in text
    block = paste.markdown(derived)
    assert f"| code | {' | '.join(headings)} |" in block
    assert "- free-threaded: CPython 3.13.15, GCC 12.2.0, PGO" in block
    rows = [line.split(",") for line in results_csv(derived).splitlines()]
    assert ["line", "ft-single@3.15", "ft-single"] in [row[4:7] for row in rows]
    assert words.arm_text("ft-threads-2@3.15") == "free-threaded build of 3.15, 2 threads"


def test_a_run_of_one_line_says_nothing_of_lines():
    alone = {arm: seconds for arm, seconds in TIMES.items() if "@" not in arm}
    derived = report(measured(alone, of={}))
    assert line_table.columns(derived.stored.run) == []
    assert "Lines" not in printed(derived, width=80)
    assert "3.15" not in paste.markdown(derived)


def test_two_runs_over_lines_are_compared_line_by_line():
    before = report(measured())
    faster = {**TIMES, "ft-single@3.15": 0.9e-5}
    after = report(measured(faster))
    found = compare(before, after)
    within = found.change("nbody", "ft-single@3.15", "gil-single@3.15")
    step = found.change("nbody", "ft-single@3.15", "ft-single")
    assert within.changed
    assert step.changed
    assert not found.change("nbody", "ft-single@3.13", "gil-single@3.13").changed
    assert found.left_out == found.conditions == ()


def test_a_run_over_lines_beside_one_without_them():
    alone = {arm: seconds for arm, seconds in TIMES.items() if "@" not in arm}
    found = compare(report(measured(alone, of={})), report(measured()))
    assert found.change("nbody", "ft-single", "gil-single")
    assert not [change for change in found.changes if "@" in change.arm]
    assert found.left_out == ()
    other = {**THREE, "3.15": interpreters("3.15.0")}
    found = compare(report(measured()), report(measured(of=other)))
    assert [(each.kind, each.before.version, each.after.version) for each in found.conditions] == [
        (ConditionKind.BINARY, "3.15.0rc2", "3.15.0")
    ] * 2


def test_lines_are_not_crossed_where_the_main_lines_differ():
    before = measured()
    run = dataclasses.replace(
        before.run,
        interpreters=interpreters("3.15.0"),
        lines={"3.13": THREE["3.13"], "3.14": interpreters("3.14.7")},
    )
    pairs = [*line_pairs(TIMES, before.run, run)]
    assert {pair.kind for pair in pairs} == {ComparisonKind.TIME, ComparisonKind.SPEEDUP}
    assert {pair.arm.partition("@")[2] for pair in pairs} == {"3.13"}


def test_what_forbids_publishing_is_looked_for_on_every_line():
    kinds = objections.ObjectionKind
    good = measured()
    assert {each.kind for each in objections.objections(good)} == set()
    unlike = measured(line_differences=("compiler (GIL-enabled): 3.14.7 a, 3.15.0 b",))
    assert kinds.DIFFERENCES in {each.kind for each in objections.objections(unlike)}
    slow = measured(of={"3.15": interpreters("3.15.0rc2", pgo=False)})
    assert kinds.UNOPTIMISED in {each.kind for each in objections.objections(slow)}
