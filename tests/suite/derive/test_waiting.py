"""What threads waited for one another: a lock is named; sleep, load, the GIL and the collector are not."""

import pytest

from ftguide.suite.derive.reading import Cause, Verdict, reading
from ftguide.suite.derive.waiting import Waiting
from ftguide.suite.reading_words import sentences
from tests.suite.derive.mine import PRIVATE, SLUG, own
from tests.suite.derive.test_reading import LIMITED, SHARED

THREADS, PROCESSES = "ft-threads-2", "ft-processes-2"
#: Two threads that take as long as one after the other, of which each waits half of the time.
LOCKED = {THREADS: 0.47, PROCESSES: 0.0}
#: A private loop beside seven other programs: threads got less of the CPUs than processes.
CROWDED = {**PRIVATE, THREADS: 8.0e-3, PROCESSES: 5.3e-3}
LOAD = {"ran": {THREADS: 0.17, PROCESSES: 0.25}, "delayed": {THREADS: 0.83, PROCESSES: 0.75}}


def read(times, **changes):
    return reading(own(times, **changes), SLUG)


@pytest.mark.parametrize(
    ("times", "changes", "verdict", "cause"),
    [
        (SHARED, {"blocked": LOCKED}, Verdict.SHARED, Cause.WAITING),
        # A lock that is held while its holder sleeps: all are blocked most of the time, for twice as long.
        (SHARED, {"blocked": {THREADS: 0.94, PROCESSES: 0.94}}, Verdict.SHARED, Cause.WAITING),
        # A machine with other work cannot hide that, nor invent it.
        (
            CROWDED,
            {**LOAD, "others": 0.8, "blocked": {THREADS: 0.4, PROCESSES: 0.0}},
            Verdict.SHARED,
            Cause.WAITING,
        ),
        (CROWDED, {**LOAD, "others": 0.8, "blocked": {THREADS: 0.01, PROCESSES: 0.0}}, Verdict.BUSY, None),
        # Sleep and files.
        (PRIVATE, {"blocked": {THREADS: 0.95, PROCESSES: 0.95}}, Verdict.SCALES, None),
        (LIMITED, {"blocked": {THREADS: 0.9, PROCESSES: 0.9}}, Verdict.MACHINE, None),
        # Off their CPUs and ready: something else had them, whatever the load of the machine was said to be.
        (
            SHARED,
            {"ran": {THREADS: 0.5}, "blocked": {THREADS: 0.0, PROCESSES: 0.0}, "delayed": {THREADS: 0.5}},
            Verdict.SHARED,
            None,
        ),
        # The GIL: only the free-threaded build's arms are compared.
        (
            PRIVATE,
            {"blocked": {"gil-threads-2": 0.5, THREADS: 0.0, PROCESSES: 0.0}},
            Verdict.SCALES,
            None,
        ),
        # Threads that stand still for the collector are blocked as well.
        (
            SHARED,
            {"collected": {THREADS: 1.2}, "blocked": {THREADS: 0.45, PROCESSES: 0.0}},
            Verdict.SHARED,
            Cause.COLLECTING,
        ),
        (
            {**PRIVATE, THREADS: 1.38e-3},
            {"collected": {THREADS: 0.2}, "blocked": {THREADS: 0.2, PROCESSES: 0.0}},
            Verdict.SHARED,
            Cause.RUNNING,
        ),
        # A little is not called waiting, nor is what one block shows.
        (SHARED, {"blocked": {THREADS: 0.09, PROCESSES: 0.0}}, Verdict.SHARED, Cause.RUNNING),
        (SHARED, {"blocked": LOCKED, "blocks": 1}, Verdict.UNKNOWN, None),
    ],
)  # fmt: skip
def test_only_what_threads_wait_for_one_another_is_called_so(times, changes, verdict, cause):
    found = read(times, **changes)
    assert (found.verdict, found.cause) == (verdict, cause)


def test_the_parts_are_compared_for_the_same_work():
    """A process that needs half of the time and is blocked for half of it: a quarter of ours."""
    times = {**PRIVATE, THREADS: 2.0e-3, PROCESSES: 1.0e-3}
    changes = {"blocked": {THREADS: 0.7, PROCESSES: 0.5}, "delayed": {THREADS: 0.1}, "size": 0.0}
    waiting = read(times, **changes).evidence.waiting
    assert waiting.threads == pytest.approx(0.7)
    assert waiting.processes == pytest.approx(0.5)
    assert waiting.delayed == pytest.approx(0.1)
    assert waiting.more == pytest.approx(0.7 - 0.25, abs=1e-3)
    assert waiting.low == pytest.approx(0.45, abs=1e-3)
    assert waiting.explains == pytest.approx(0.9, abs=5e-3)


def test_a_run_that_did_not_record_it_says_nothing():
    assert read(SHARED).evidence.waiting is None
    assert read(SHARED, blocked={THREADS: 0.5}).evidence.waiting is None
    assert read(SHARED, ran={THREADS: 0.5}).cause is Cause.WAITING  # as before it was recorded


def test_the_collector_s_share_is_taken_off():
    waiting = Waiting(
        threads=0.5, processes=0.0, delayed=0.0, more=0.5, low=0.4, explains=1.0
    )  # fmt: skip
    assert waiting.without(0.3) == pytest.approx(0.1)
    assert waiting.without(0.6) == 0.0


def test_the_sentence_says_what_it_stands_on():
    text = " ".join(sentences(read(SHARED, blocked=LOCKED, delayed={THREADS: 0.03})))
    assert "blocked for 47 % of its time: 47 % of it beyond what a process is blocked" in text
    assert "which accounts for about 99 % of what the threads lose" in text
    assert (
        "The 3 % of the time for which threads were ready and had no CPU are no part of it" in text
    )
    assert "most probably for a lock (cause 2), which may be one that a library" in text
    busy = " ".join(
        sentences(read(CROWDED, **LOAD, others=0.8, blocked={THREADS: 0.4, PROCESSES: 0}))
    )
    assert "accounts for" not in busy  # what processes would have lost is not known well enough
    assert "Other programs used 80 % of the CPUs' time meanwhile" in busy
