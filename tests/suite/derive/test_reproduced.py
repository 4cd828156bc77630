"""Whether a contributed run is reproduced: the rule, its edges, and what it says of our own runs."""

import dataclasses
import math
from types import SimpleNamespace

import pytest

from ftguide.ground.files import ROOT
from ftguide.statistics.estimates import agree
from ftguide.suite import summaries
from ftguide.suite.derive import analysis, reproduced
from ftguide.suite.derive.compare import compare
from ftguide.suite.derive.reproduced import FEWEST, WIDEST, Agreement, agreement, closest
from ftguide.suite.record import store
from tests import synthetic
from tests.suite.derive.builder import make_blocks, make_plan, stored_of

RATIOS = [1.10, 1.11, 1.09, 1.10]
SLUGS = [f"w{number}" for number in range(30)]


def run_of(ratios, *, slugs=SLUGS, run_id="20261124T005100Z-1a2b3c4d", **changes):
    """Make a run of many workloads whose FT/GIL ratios in the blocks are `ratios[slug]`, else RATIOS."""
    parts = []
    for slug in slugs:
        own = ratios.get(slug, RATIOS)
        plan = make_plan(slug, ["gil-single", "ft-single"], **changes)
        times = {"gil-single": [1e-5] * len(own), "ft-single": [1e-5 * ratio for ratio in own]}
        parts.append((plan, make_blocks(plan, times)))
    stored = stored_of(*parts)
    run = dataclasses.replace(stored.run, run_id=run_id)
    return analysis.report(dataclasses.replace(stored, run=run))


def other(count):
    """Return ratios that disagree with RATIOS, for so many workloads."""
    return {slug: [1.5 * ratio for ratio in RATIOS] for slug in SLUGS[:count]}


@pytest.mark.parametrize(("differing", "holds"), [(0, True), (3, True), (4, False), (30, False)])
def test_nine_of_ten_ratios_have_to_agree(differing, holds):
    found = agreement(run_of(other(differing)), run_of({}))
    assert (found.shared, found.agreeing) == (30, 30 - differing)
    assert found.reproduced is holds


@pytest.mark.parametrize(("count", "holds"), [(FEWEST - 1, False), (FEWEST, True)])
def test_so_many_ratios_have_to_be_shared(count, holds):
    found = agreement(run_of({}, slugs=SLUGS[:count]), run_of({}))
    assert (found.shared, found.reproduced) == (count, holds)


def test_noise_does_not_agree_with_everything():
    """A run whose intervals are wide enough to hold any ratio is not reproduced by that."""
    wide = {slug: [0.6, 1.9, 1.0, 1.4] for slug in SLUGS}
    noisy, ours = run_of(wide), run_of({})
    pairs = [(change.after, change.before) for change in compare(ours, noisy).changes]
    assert all(agree(*pair) for pair in pairs)
    assert min(left.half_width for left, _ in pairs) > WIDEST
    assert agreement(noisy, ours).shared == agreement(ours, noisy).shared == 0


@pytest.mark.parametrize("changes", [{"version": 2}, {"source_hash": "f" * 64}])
def test_other_code_is_not_shared(changes):
    assert agreement(run_of({}, **changes), run_of({})).shared == 0


def test_another_main_line_is_not_shared():
    ours = run_of({})
    stored = ours.stored
    newer = {
        build: dataclasses.replace(facts, version="3.15.0")
        for build, facts in stored.run.interpreters.items()
    }
    run = dataclasses.replace(stored.run, interpreters=newer)
    sent = analysis.report(dataclasses.replace(stored, run=run))
    assert agreement(sent, ours).shared == 0
    assert agreement(ours, ours).reproduced


def test_the_same_ratios_are_counted_as_compare_counts_where_all_are_narrow():
    sent = analysis.report(synthetic.stored(seed=2, blocks=10))
    ours = analysis.report(synthetic.stored(synthetic.OLDER, blocks=10))
    changes = compare(ours, sent).changes
    found = agreement(sent, ours)
    assert max(max(c.before.half_width, c.after.half_width) for c in changes) <= WIDEST
    assert (found.agreeing, found.shared) == (
        sum(agree(change.after, change.before) for change in changes),
        len(changes),
    )
    assert (found.run_id, found.machine) == (synthetic.OLDER, synthetic.MACHINE)


def test_the_run_that_agrees_most_is_named_one_that_reproduces_first():
    sent = run_of({})
    few = run_of({}, slugs=SLUGS[:5], run_id="20261101T000000Z-00000001")
    most = run_of(other(2), run_id="20261101T000000Z-00000002")
    none = run_of(other(20), run_id="20261101T000000Z-00000003")
    nothing = run_of({}, slugs=["else"])
    found = closest(sent, [none, few, most, nothing])
    assert (found.run_id, found.reproduced) == (most.stored.run.run_id, True)
    found = closest(sent, [few, none])
    assert (found.run_id, found.reproduced) == (none.stored.run.run_id, False)
    assert closest(sent, [few]).run_id == few.stored.run.run_id
    assert closest(sent, [nothing]) is None
    assert closest(sent, []) is None


def test_two_honest_runs_of_one_machine_reproduce_each_other_and_different_truths_do_not():
    slugs = [f"made-up-{number}" for number in range(40)]
    truth = dict.fromkeys(slugs, synthetic.SINGLE)
    slower = {**synthetic.SINGLE, "ft-single": 0.0116}
    ours = analysis.report(synthetic.stored(synthetic.OLDER, truth=truth, blocks=12))
    again = analysis.report(synthetic.stored(truth=truth, blocks=12, seed=5))
    elsewhere = analysis.report(synthetic.stored(truth=dict.fromkeys(slugs, slower), blocks=12))
    assert agreement(again, ours).reproduced
    assert agreement(again, ours).shared == 40
    assert not agreement(elsewhere, ours).reproduced


@pytest.mark.slow
def test_published_runs_of_one_machine_mostly_reproduce_each_other_and_of_two_machines_seldom():
    """What `source/contributing-a-run.md` says of the rule, on all that is published."""
    results = ROOT / store.RESULTS
    runs = [
        summaries.load(store.folder_of(results, entry))
        for entry in store.read_index(results).runs
        if entry.workloads > 60 and entry.withdrawn is None
    ]
    alike, apart = [], []
    for number, later in enumerate(runs):
        for earlier in runs[number + 1 :]:
            same = later.stored.run.machine.name == earlier.stored.run.machine.name
            (alike if same else apart).append(agreement(later, earlier).reproduced)
    assert min(len(alike), len(apart)) > 20
    print(sum(alike), len(alike), sum(apart), len(apart))
    assert sum(alike) > 0.75 * len(alike)
    assert sum(apart) < 0.15 * len(apart)


@pytest.mark.parametrize("ratio", [math.nan, 0.0, -1.0])
def test_a_ratio_that_is_none_is_not_shared(ratio):
    """A stored summary may lie."""
    sent = run_of({})
    rows = tuple(
        dataclasses.replace(row, single=dataclasses.replace(row.single, ratio=ratio))
        for row in sent.rows
    )
    lying = SimpleNamespace(
        stored=sent.stored, row=lambda slug: next(row for row in rows if row.slug == slug)
    )
    assert agreement(lying, sent).shared == 0


def test_the_rule_is_the_one_that_the_page_states():
    text = (ROOT / "source" / "contributing-a-run.md").read_text()
    assert f"at least {100 * reproduced.SHARE:.0f} % of the ratios that they share" in text
    assert f"share at least {FEWEST} ratios" in text
    assert "reaches further than 25 % to either side" in text
    assert math.exp(WIDEST) == pytest.approx(1.25)
    assert Agreement(run_id="r", machine="m", shared=20, agreeing=18).reproduced
