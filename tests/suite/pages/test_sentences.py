"""What a chart is said to show: every case of a verdict and of a winner, from made-up numbers."""

import math

import pytest

from ftguide.statistics.estimates import Estimate
from ftguide.suite.derive.mode_tables import Way, Ways
from ftguide.suite.derive.verdicts import Comparison, ComparisonKind, Verdict
from ftguide.suite.pages import sentences

BASE = "gil-single"


def plain(text):
    """Return a text with hyphens for the dashes of intervals."""
    return text.replace("\N{EN DASH}", "-")


def of_ways(measured, floor=None):
    return plain(sentences.of_ways(measured, floor))


def estimate(ratio, half=0.02, k=10):
    return Estimate(
        ratio=ratio, low=ratio - half, high=ratio + half, k=k, standard_error=0.1, p=0.1
    )


def compared(ratio, verdict, half=0.02, **changes):
    known = {"low": ratio - half, "high": ratio + half, "k": 10, "standard_error": 0.1, "p": 0.1}
    return Comparison(
        **{
            **known,
            "arm": "ft-single",
            "base": BASE,
            "kind": ComparisonKind.TIME,
            "q": 0.1,
            "verdict": verdict,
            "ratio": ratio,
            **changes,
        }
    )


def ways(fastest=(), half=0.02, **throughputs):
    """Return ways; `ft_threads_2=1.5` is an arm with its throughput."""
    made = [
        Way(
            arm=BASE,
            throughput=estimate(1, 0),
            start_seconds=None,
            peak_pss_bytes=None,
            fastest=False,
        )
    ]
    for name, ratio in throughputs.items():
        arm = name.replace("_", "-")
        made.append(
            Way(
                arm=arm,
                throughput=estimate(ratio, half),
                start_seconds=None,
                peak_pss_bytes=None,
                fastest=arm in fastest,
            )
        )
    return Ways(slug="x", ways=tuple(made), left_out={})


@pytest.mark.parametrize(
    ("verdict", "ratio", "floor", "said"),
    [
        (
            Verdict.SLOWER,
            1.2,
            0.01,
            "The GIL-enabled build wins: the free-threaded build takes 1.200 (1.180-1.220) times as "
            "long as the GIL-enabled build, an interval that excludes 1.",
        ),
        (
            Verdict.FASTER,
            0.8,
            0.01,
            "The free-threaded build wins: it takes 0.800 (0.780-0.820) times as long, an interval "
            "that excludes 1.",
        ),
        (
            Verdict.SAME,
            1.021,
            0.01,
            "Neither build wins: the free-threaded build takes 1.021 (1.001-1.041) times as long as "
            "the GIL-enabled build, which is the same within 3 %.",
        ),
        (
            Verdict.UNRESOLVED,
            1.01,
            0.05,
            "Neither build is shown to win: the free-threaded build takes 1.010 (0.990-1.030) times "
            "as long as the GIL-enabled build, an interval that includes 1.",
        ),
        (
            Verdict.UNRESOLVED,
            1.04,
            0.05,
            "Neither build is shown to win: the free-threaded build takes 1.040 (1.020-1.060) times "
            "as long as the GIL-enabled build, an interval that excludes 1, but two copies of one build come "
            "apart as far (\N{PLUS-MINUS SIGN}5.1 %).",
        ),
        (
            Verdict.UNRESOLVED,
            1.035,
            None,
            "Neither build is shown to win: the free-threaded build takes 1.035 (1.015-1.055) times "
            "as long as the GIL-enabled build, an interval that excludes 1, but not a difference of 2 %.",
        ),
    ],
)
def test_of_one_thread_the_verdict_is_said_and_why(verdict, ratio, floor, said):
    assert plain(sentences.of_times(compared(ratio, verdict), floor)) == said


def test_one_block_decides_nothing():
    single = compared(1.5, Verdict.UNKNOWN, low=0.0, high=math.inf, k=1)
    assert sentences.of_times(single, None) == (
        "Nothing is decided yet: the free-threaded build takes 1.500 (no interval) times as long as the "
        "GIL-enabled build, too few blocks for an interval."
    )


def test_threads_of_the_free_threaded_build_win():
    said = of_ways(ways(["ft-threads-2"], ft_single=0.9, gil_threads_2=1.0, ft_threads_2=1.9))
    assert said == (
        "Two threads of the free-threaded build win, with 1.900 (1.880-1.920) times the throughput "
        "of one thread of the GIL-enabled build, an interval that excludes 1; those of the GIL-enabled "
        "build reach 1.000 (0.980-1.020)."
    )


def test_processes_win_and_threads_are_behind():
    said = of_ways(
        ways(
            ["ft-processes-2"],
            gil_threads_2=1.0,
            ft_threads_2=1.5,
            ft_processes_2=1.7,
        )
    )
    assert said.startswith("Two processes of the free-threaded build win, with 1.700 ")
    assert said.endswith(
        "; two threads of the free-threaded build reach 1.500 (1.480-1.520); those of the GIL-enabled "
        "build reach 1.000 (0.980-1.020)."
    )
    assert "not told apart" not in said


def test_what_cannot_be_told_apart_wins_together_and_threads_are_named_first():
    said = of_ways(
        ways(
            ["ft-threads-2", "ft-processes-2", "gil-processes-2", "gil-threads-2"],
            gil_threads_2=1.69,
            ft_threads_2=1.69,
            gil_processes_2=1.2,
            ft_processes_2=1.70,
        )
    )
    assert said.startswith("Two threads of the free-threaded build win, with 1.690 ")
    assert said.endswith(
        "; not told apart from that: two threads of the GIL-enabled build (1.69) and two processes of the "
        "free-threaded build (1.70)."
    ), "of the other build only what overlaps, fastest of its own build or not"


def test_many_that_cannot_be_told_apart_are_counted():
    arms = ("ft-threads-2", "ft-interpreters-2", "ft-processes-2", "gil-processes-2")
    said = of_ways(ways(arms, **{arm.replace("-", "_"): 1.9 for arm in arms}))
    assert said.endswith(
        "two subinterpreters of the free-threaded build (1.90), two processes of the free-threaded build "
        "(1.90) and one other way."
    )


@pytest.mark.parametrize(
    ("ft", "gil", "said"),
    [
        (
            0.6,
            0.9,
            "One thread of the GIL-enabled build wins: two threads of the free-threaded build",
        ),
        (
            0.6,
            1.01,
            "No way is shown to beat one thread of the GIL-enabled build: two threads",
        ),
        (
            1.01,
            0.6,
            "No way is shown to beat one thread of the GIL-enabled build: two threads",
        ),
    ],
)
def test_where_nothing_beats_one_thread_that_is_said(ft, gil, said):
    whole = of_ways(ways(ft_threads_2=ft, gil_threads_2=gil))
    assert whole.startswith(said)
    assert f"an interval that {'includes' if ft > 1 else 'excludes'} 1; those of the GIL-" in whole


def test_nothing_wins_by_less_than_the_noise_floor():
    measured = ways(["gil-threads-2"], gil_threads_2=1.1, ft_threads_2=0.6)
    assert of_ways(measured, 0.05).startswith(
        "Two threads of the GIL-enabled build win, with 1.100 "
    )
    assert of_ways(measured, 0.12).startswith(
        "No way is shown to beat one thread of the GIL-enabled build: "
    )
    lost = ways(gil_threads_2=0.9, ft_threads_2=0.6)
    assert of_ways(lost, 0.05).startswith("One thread of the GIL-enabled build wins: ")
    assert of_ways(lost, 0.12).startswith(
        "No way is shown to beat one thread of the GIL-enabled build: "
    )


def test_a_sweep_is_about_its_most_threads():
    said = of_ways(
        ways(
            ["ft-threads-8"],
            ft_threads_2=1.8,
            ft_threads_8=6.1,
            ft_threads_16=4.0,
            gil_threads_8=1.0,
        )
    )
    assert said.startswith("Eight threads of the free-threaded build win, with 6.10")
    assert "; 16 threads of the free-threaded build reach 4.00" in said


def several(*ratios, verdict=Verdict.NOT_JUDGED):
    measured = [(f"place {n}", compared(ratio, verdict)) for n, ratio in enumerate(ratios)]
    return plain(
        sentences.of_several(
            "the build", measured, unit="machines", place="on", more="takes more", less="takes less"
        )
    )


def test_places_are_counted_by_what_they_show():
    assert several(1.5, 1.2, 1.01, 0.8) == (
        "The build takes more on 2 of 4 machines and takes less on 1; the ratios go from 0.800 "
        "(0.780-0.820) on place 3 to 1.500 (1.480-1.520) on place 0."
    )
    assert several(1.5, 0.8, 0.7).startswith(
        "The build takes less on 2 of 3 machines and takes more on 1; "
    ), "what holds in most places comes first"
    assert several(1.5, 1.2).startswith("The build takes more on all 2 machines; ")
    assert several(1.01, 0.99).startswith("No difference is shown on any of 2 machines; ")
    assert several(1.5) == "The build takes more: the ratio is 1.500 (1.480-1.520)."


def test_an_unresolved_verdict_outweighs_its_interval():
    assert several(1.5, 1.2, verdict=Verdict.UNRESOLVED).startswith("No difference is shown")
    assert several(1.5, verdict=Verdict.UNRESOLVED).startswith(
        "The build is shown to differ in neither"
    )


def test_changes_are_counted_and_the_largest_is_named():
    measured = [
        ("a", compared(0.5, Verdict.FASTER)),
        ("b", compared(1.4, Verdict.SLOWER)),
        ("c", compared(0.9, Verdict.FASTER)),
        ("d", compared(1.0, Verdict.SAME)),
    ]
    assert plain(sentences.of_changes(measured)) == (
        "Of the 4 ratios shown here, 2 read as faster and 1 reads as slower; the largest change is to 0.500 "
        "(0.480-0.520) times the time (a)."
    )
    assert sentences.of_changes(measured[3:]) == "No ratio shown here reads as faster or as slower."


def test_the_question_is_about_threads_whatever_else_was_measured():
    said = of_ways(ways(ft_processes_4=0.5, ft_single=0.9, ft_threads_2=0.6))
    assert ": two threads of the free-threaded build reach 0.600 " in said
    assert "processes" not in said
