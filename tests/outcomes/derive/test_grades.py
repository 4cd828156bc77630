"""From counts to grades, verdicts, boards, differences and controls."""

from dataclasses import replace

import pytest

from ftguide.outcomes.derive import board as boards
from ftguide.outcomes.derive import controls, differences, grades
from ftguide.outcomes.derive.grades import Grade, Verdict
from tests.outcomes.made import observation


@pytest.fixture
def lost(specimens):
    return specimens.tests["specimen-lost"]


@pytest.mark.parametrize(
    ("counts", "ending", "verdict"),
    [
        ([{"2": 10}], "", Verdict.ACCEPTABLE),
        ([{"2": 10}, {"2": 9, "1": 1}], "", Verdict.INTERESTING),
        ([{"2": 9, "3": 1}], "", Verdict.UNKNOWN),
        ([{"2": 10}], "SIGABRT", Verdict.CRASH),
        ([{"2": 9, "1": 1}], "hang", Verdict.HANG),
        ([{"2": 10}], "memory", Verdict.FORBIDDEN),
        ([{"2": 10}], "exit 3", Verdict.UNKNOWN),
        ([{"2": 10}], "not started", Verdict.UNKNOWN),
        ([], "", Verdict.NOT_TESTED),
    ],
)
def test_the_verdict_is_the_worst_that_was_seen(lost, counts, ending, verdict):
    assert grades.cell(lost, observation(lost, counts=counts, ending=ending)).verdict is verdict


@pytest.mark.parametrize(
    ("on", "overlapping", "verdict"),
    [
        ("3.14.7t", 5, Verdict.ACCEPTABLE),
        ("3.14.7t", 4, Verdict.NOT_TESTED),
        ("3.14.7", 0, Verdict.ACCEPTABLE),
        ("3.14.7t-gil-on", 0, Verdict.ACCEPTABLE),
    ],
)
def test_threads_that_hardly_met_prove_nothing(lost, on, overlapping, verdict):
    seen = observation(lost, on, counts=[{"2": 10}], overlapping=overlapping)
    assert grades.cell(lost, seen).verdict is verdict


def test_what_was_seen_counts_although_threads_hardly_met(lost):
    seen = observation(lost, counts=[{"2": 9, "1": 1}], overlapping=0)
    assert grades.cell(lost, seen).verdict is Verdict.INTERESTING


def test_an_outcome_that_was_not_seen_stands_there_with_its_denominator(lost):
    cell = grades.cell(lost, observation(lost, counts=[{"2": 600}, {"2": 400}]))
    unseen = cell.seen[1]
    assert (unseen.name, unseen.grade, unseen.rate.count) == ("1", Grade.INTERESTING, 0)
    assert (unseen.rate.samples, unseen.rate.processes) == (1000, 2)
    assert unseen.rate.high == pytest.approx(0.003, rel=0.01)


def test_a_pattern_that_nothing_fitted_keeps_its_grade(specimens):
    test = specimens.tests["specimen-raises"]
    cell = grades.cell(test, observation(test, counts=[{"other": 1}]))
    unseen = next(seen for seen in cell.seen if not seen.rate.count)
    assert (unseen.name, unseen.grade) == (test.outcomes[0].pattern, Grade.ACCEPTABLE)


def test_a_few_stamps_say_nothing(lost):
    seen = observation(lost, counts=[{"2": 10}], overlapping=0, stamped=19)
    assert grades.cell(lost, seen).verdict is Verdict.ACCEPTABLE


def test_endings_are_counted_by_process(lost):
    cell = grades.cell(lost, observation(lost, counts=[{"2": 5}] * 3, ending="SIGSEGV"))
    crash = next(seen for seen in cell.seen if seen.ending)
    assert (crash.rate.count, crash.rate.samples, crash.grade) == (1, 4, Grade.FORBIDDEN)


def test_counts_by_configuration(lost):
    cell = grades.cell(lost, observation(lost, counts=[{"2": 5}, {"1": 2}, {"2": 1}]))
    (pinned, counts, samples), (_, others, few) = cell.configurations()
    assert pinned.pinned
    assert (dict(counts), samples) == ({"2": 6}, 6)
    assert (dict(others), few) == ({"1": 2}, 2)


def test_a_board_has_todays_programs_and_the_deepest_look(specimens, lost):
    seen = [
        observation(lost, counts=[{"2": 1}], preset="stress"),
        observation(lost, counts=[{"2": 2}], preset="quick"),
        observation(lost, "3.14.7", counts=[{"2": 3}], hash="0" * 64),
        replace(observation(lost, counts=[{"2": 4}]), test="gone"),
    ]
    made = boards.board("here", specimens, seen)
    assert {key: cell.samples for key, cell in made.cells.items()} == {
        ("specimen-lost", "3.14.7t"): 1
    }
    assert made.outdated == {("specimen-lost", "3.14.7")}


def test_a_changed_verdict_is_listed(specimens, lost):
    seen = [
        observation(lost, counts=[{"2": 1}], run="a"),
        observation(lost, counts=[{"2": 1}], run="b"),
        observation(lost, counts=[{"1": 1}], run="c"),
    ]
    (change,) = boards.board("here", specimens, seen).changes
    assert (change.before, change.after) == (Verdict.ACCEPTABLE, Verdict.INTERESTING)
    assert (change.run_before, change.run_after) == ("b", "c")


def test_builds_of_a_version_and_adjoining_lines_are_compared(specimens, lost):
    names = ("3.13.15t", "3.14.7", "3.14.7t", "3.14.7t-gil-on", "3.15.0rc2", "3.15.0rc2t")
    made = boards.board(
        "here", specimens, [observation(lost, name, counts=[{"2": 1}]) for name in names]
    )
    assert differences.pairs(made) == [
        ("3.13.15t", "3.14.7t"),
        ("3.14.7", "3.14.7t"),
        ("3.14.7", "3.15.0rc2"),
        ("3.14.7t", "3.15.0rc2t"),
        ("3.15.0rc2", "3.15.0rc2t"),
    ]


def test_a_difference_that_holds_up_is_found_and_none_where_there_is_none(specimens, lost):
    often = [{"2": 900 - n, "1": 100 + n} for n in range(8)]
    seldom = [{"2": 1000 - n, "1": n} for n in range(8)]
    made = boards.board(
        "here",
        specimens,
        [
            observation(lost, "3.14.7t", counts=often),
            observation(lost, "3.15.0rc2t", counts=seldom),
            observation(specimens.tests["specimen-raises"], "3.14.7t", counts=seldom),
            observation(specimens.tests["specimen-raises"], "3.15.0rc2t", counts=seldom),
        ],
    )
    found = differences.differences(made)
    assert list(found) == ["specimen-lost"]
    assert {one.outcome for one in found["specimen-lost"]} == {"1", "2"}
    assert all(one.q < 0.01 for one in found["specimen-lost"])


def test_controls(specimens, lost):
    assert controls.held(grades.cell(lost, observation(lost, counts=[{"2": 9, "1": 1}])))
    assert not controls.held(grades.cell(lost, observation(lost, counts=[{"2": 9}])))
    assert controls.enough([True] * 19 + [False], positive=True)
    assert not controls.enough([True] * 18 + [False] * 2, positive=True)
    assert not controls.enough([True] * 19 + [False], positive=False)
