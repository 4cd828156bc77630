"""The verdicts on workloads whose truth is known: a published run is read as people's own code is."""

import pytest

from benchmarks.workloads.declare import Expectation
from ftguide.ground.files import ROOT
from ftguide.suite.derive import analysis
from ftguide.suite.derive.reading import Verdict, reading
from ftguide.suite.record import store

#: Workloads that share nothing that is counted or locked, by construction.
PRIVATE = (
    *("mandelbrot", "nqueens", "monte-carlo", "word-count", "matmul-lists", "image-copies"),
    *("alloc-churn", "counter-per-thread", "private-attribute-read", "tuple-per-thread"),
    *("hashlib-sha256", "zlib-compress", "random-own", "io-wait"),
)


@pytest.fixture(scope="module")
def report():
    """Read the newest run of the whole suite, over one line, whose blocks are in the tree."""
    results = ROOT / store.RESULTS
    for entry in store.read_index(results).runs:
        folder = store.folder_of(results, entry)
        whole = entry.workloads > 60 and entry.preset == "full"
        # A run over several lines leaves out most processes, and with them the efficiency of threads.
        if whole and not entry.values_in and not store.read_run(folder).lines:
            return analysis.report(store.load(folder))
    pytest.skip("no run of the whole suite has its blocks in this tree")


@pytest.mark.slow
def test_what_shares_nothing_is_never_accused(report):
    verdicts = {slug: reading(report, slug).verdict for slug in PRIVATE}
    assert set(verdicts.values()) <= {Verdict.SCALES, Verdict.MACHINE, Verdict.UNSURE}
    assert [*verdicts.values()].count(Verdict.SCALES) > len(PRIVATE) / 2


@pytest.mark.slow
def test_what_was_built_to_contend_is_found(report):
    contending = [
        planned.slug
        for planned in report.stored.run.plan.workloads
        if planned.expectation in {Expectation.NEGATIVE, Expectation.SERIAL}
        and report.row(planned.slug).efficiency is not None
    ]
    assert len(contending) > 20
    verdicts = {slug: reading(report, slug).verdict for slug in contending}
    wrong = {Verdict.SCALES, Verdict.MACHINE}
    assert {slug for slug, verdict in verdicts.items() if verdict in wrong} == set()
    assert [*verdicts.values()].count(Verdict.SHARED) >= 0.9 * len(contending)
