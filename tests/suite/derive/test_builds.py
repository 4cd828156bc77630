"""One ratio on several pairs of binaries: only what all of them measured, with the same code, counts."""

import math
from dataclasses import replace

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.suite.derive import builds
from ftguide.suite.derive.analysis import report
from tests.suite.derive.builder import make_blocks, make_plan, stored_of, with_binaries

ARMS = ["gil-single", "ft-single"]


def run_of(ratios, *, blocks=3, letter="a", version=1, **changes):
    """Report a run whose workloads have these ratios, of binaries of that letter."""
    workloads = []
    for slug, ratio in ratios.items():
        plan = make_plan(slug, ARMS, version=version)
        columns = {"gil-single": [1e-5] * blocks, "ft-single": [ratio * 1e-5] * blocks}
        workloads.append((plan, make_blocks(plan, columns)))
    return report(with_binaries(stored_of(*workloads, **changes), letter))


def test_means_are_of_what_every_run_measured_in_the_order_of_the_runs():
    """Geometric means of 1.1 and 1.21, and of 1.2 and 1.2; the others are not in both."""
    one = run_of({"nbody": 1.1, "richards": 1.21, "exceptions": 3.0, "startup": 2.0})
    other = run_of({"richards": 1.2, "nbody": 1.2, "deltablue": 5.0, "startup": 1.5}, letter="b")
    found = builds.sensitivity([one, other], "interpreter")
    python, start = found.means
    assert (python.slugs, start.slugs) == (("nbody", "richards"), ("startup",))
    assert [each.ratio for each in python.intervals] == pytest.approx([1.1**1.5, 1.2])
    assert (python.low, python.high) == pytest.approx((1.1**1.5, 1.2))
    assert (start.low, start.high) == pytest.approx((1.5, 2.0))
    assert set(found.ratios) == {"nbody", "richards", "startup"}
    assert [each.ratio for each in found.ratios["nbody"]] == pytest.approx([1.1, 1.2])
    assert [pair.binaries[0][0] for pair in found.pairs] == ["a", "b"]
    assert found.of("start-up") is start
    assert found.of("collector") is None


def test_results_of_other_code_and_of_single_blocks_are_not_compared():
    one = run_of({"nbody": 1.1})
    assert builds.sensitivity([one, run_of({"nbody": 1.1}, version=2)], "interpreter") is None
    assert builds.sensitivity([one, run_of({"nbody": 1.1}, blocks=1)], "interpreter") is None
    assert builds.sensitivity([one, run_of({"nbody": 1.1}, blocks=2)], "interpreter") is not None
    assert builds.sensitivity([one], "parallel") is None
    assert builds.sensitivity([], "interpreter") is None


def test_a_pair_says_which_binaries_and_where():
    run = run_of({"nbody": 1.1}).stored.run
    pair = builds.pair_of(run)
    assert pair.run_id == run.run_id
    assert (pair.machine, pair.python, pair.compiler) == ("local", "3.14.7", "GCC 12.2.0")
    apart = {
        build: replace(one, binary_sha256=str(build)) for build, one in run.interpreters.items()
    }
    pair = builds.pair_of(replace(run, interpreters=apart))
    assert pair.binaries == tuple(map(str, Build))
    assert pair.measured == ("local", *map(str, Build))


def test_a_mean_that_a_run_has_of_the_same_workloads_is_not_resampled(monkeypatch):
    whole, part = {"nbody": 1.1, "richards": 1.21}, {"nbody": 1.2, "richards": 1.1, "exceptions": 3}
    resampled = []
    own = builds.group_mean
    monkeypatch.setattr(builds, "group_mean", lambda logs: resampled.append(logs) or own(logs))
    one, other = run_of(whole), run_of(part, letter="b")
    (found,) = builds.sensitivity([one, other], "interpreter").means
    assert len(resampled) == 1
    assert len(resampled[0]) == 2
    ours = one.means[0]
    assert (found.intervals[0].low, found.intervals[0].high) == (ours.low, ours.high)
    assert found.intervals[1].ratio == pytest.approx(math.sqrt(1.2 * 1.1))
