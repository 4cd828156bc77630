"""What a reading says, and that every page it sends people to exists."""

import dataclasses
import re

import pytest

from ftguide.ground.files import ROOT
from ftguide.suite import paste, reading_words
from ftguide.suite.declare import resemblances
from ftguide.suite.declare.resemblances import Kind
from ftguide.suite.derive.reading import Verdict, reading
from ftguide.suite.record.model import Resemblance, Trial
from tests.suite.derive.mine import PRIVATE, SLUG, own
from tests.suite.derive.test_reading import LIMITED, SHARED
from tests.suite.mine_shapes import shape

ENUM = Resemblance(kind="enum", name="State.READY", line=14)
LOCK = Resemblance(kind="lock", name="LOCK", line=7)


def said(times=PRIVATE, **changes):
    found = reading(own(times, **changes), SLUG)
    return " ".join(reading_words.sentences(found)), [
        page.address("") for page in reading_words.pages(found)
    ]


def test_the_table_has_every_kind_and_its_pages_exist():
    assert reading_words.TABLE.keys() == set(Kind)
    for entry in reading_words.TABLE.values():
        for name in entry["pages"]:
            assert (ROOT / "source" / f"{name}.md").exists()
    labels = re.findall(
        r"^\((scaling-cause-\d)\)=\n## Cause",
        (ROOT / "source/scaling.md").read_text(),
        re.MULTILINE,
    )
    assert labels == [f"scaling-cause-{number}" for number in (1, 2, 3, 4, 5)]


def test_code_that_scales_is_said_to_and_sent_nowhere():
    text, pages = said(resembles=(ENUM,))
    assert text.startswith("2 threads did 1.9")
    assert "times the work of one thread: the code scales here" in text
    assert "shared" not in text
    assert pages == []


def test_members_of_an_enum_are_something_shared():
    text, pages = said(SHARED, resembles=(ENUM,))
    assert "where 2 processes did 1.9" in text
    assert "something that the threads share costs them the difference" in text
    assert "they ran, but each step took longer" in text
    assert (
        "read and not measured, shows what may be shared: members of an Enum (State.READY, line 14; cause 1)"
        in text
    )
    assert pages == ["scaling.html#scaling-cause-1", "benchmarks/enum-member-read.html"]


def test_a_lock_that_is_held_briefly_is_a_shared_object_as_well():
    """Its text decides what is looked at first, and rules neither cause out: no counter tells them apart."""
    text, pages = said(SHARED, resembles=(LOCK,))
    assert "held very briefly (cause 2), which are such objects as well." in text
    assert pages[:2] == ["scaling.html#scaling-cause-2", "scaling.html#scaling-cause-1"]
    _, pages = said(SHARED, resembles=(ENUM, LOCK))
    assert pages[:2] == ["scaling.html#scaling-cause-1", "scaling.html#scaling-cause-2"]


def test_a_lock_is_waited_for():
    text, pages = said(SHARED, resembles=(ENUM, LOCK), ran={"ft-threads-2": 0.5})
    assert "computed during 50 % of their time and the processes during 99 %" in text
    assert "most probably for a lock (cause 2)" in text
    assert pages[0] == "scaling.html#scaling-cause-2"
    assert "benchmarks/counter-lock.html" in pages


@pytest.mark.parametrize(
    ("times", "changes", "text", "first"),
    [
        (
            LIMITED,
            {},
            "2 processes, which share nothing, did no better",
            "scaling.html#scaling-cause-5",
        ),
        (
            SHARED,
            {"collected": {"ft-threads-2": 1.2}},
            "ran during 49 % of the threads' time, which accounts for about 100 % of what they lose",
            "scaling.html#scaling-cause-4",
        ),
        (SHARED, {"resembles": ()}, "(cause 1), and of locks", "scaling.html#scaling-cause-1"),
        (PRIVATE, {"growth": 2.0}, "The work grows with every call", None),
        (PRIVATE, {"blocks": 1}, "nothing is concluded", None),
        (
            {**SHARED, "ft-threads-2": 1.45e-3},
            {"others": 0.5, "overlap": 0.4, "ran": {"ft-threads-2": 0.75}},
            "the machine was too busy to tell",
            None,
        ),
        (
            {**SHARED, "ft-threads-2": 1.45e-3},
            {"others": 0.5, "ran": {"ft-threads-2": 0.75}, "resembles": (LOCK,)},
            "may be shared: a lock of the module (LOCK, line 7; cause 2)",
            "scaling.html#scaling-cause-2",
        ),
        (
            {**SHARED, "ft-threads-2": 1.45e-3},
            {"others": 0.5, "ran": {"ft-threads-2": 0.75}, "collected": {"ft-threads-2": 1.2}},
            "threads' time, so that is the first thing to look at (cause 4)",
            "scaling.html#scaling-cause-4",
        ),
        (
            SHARED,
            {"others": 0.5, "collected": {"ft-threads-2": 1.2}},
            "threads' time, so that is the first thing to look at (cause 4)",
            "scaling.html#scaling-cause-4",
        ),
        (
            PRIVATE,
            {"blocks": 1, "resembles": (LOCK,)},
            "may be shared: a lock of the module",
            "scaling.html#scaling-cause-2",
        ),
        (
            SHARED,
            {"others": 0.5},
            "Other programs used 50 % of the CPUs' time",
            "scaling.html#scaling-cause-1",
        ),
        (
            SHARED,
            {"steal": 0.2},
            "The host used 20 % of the CPUs' time",
            "scaling.html#scaling-cause-1",
        ),
        (PRIVATE, {"trial": Trial(seconds=1, calls=2, varies=True)}, "The result differed", None),
        (
            PRIVATE,
            {"trial": Trial(seconds=1, calls=2, returned_bytes=240_000_000)},
            "returns about 240 MB",
            None,
        ),
    ],
)
def test_sentences(times, changes, text, first):
    words, pages = said(times, **changes)
    assert text in words
    assert (pages or [None])[0] == first


@pytest.mark.parametrize(
    ("name", "place", "page"),
    [
        (
            "lru_cache_shared",
            "a function with a cache that all threads share (square, line 12; cause 2)",
            "benchmarks/lru-cache-hits.html",
        ),
        (
            "deepcopy_tree",
            "copy.deepcopy, which reads shared tables for every object (deepcopy, line 8; cause 1)",
            "benchmarks/deepcopy-private.html",
        ),
    ],
)
def test_a_cache_and_a_deep_copy_are_sent_to_rows_of_their_own(name, place, page):
    alike = resemblances.found(shape(name).read_bytes(), "work")
    text, pages = said(SHARED, resembles=alike)
    assert place in text
    assert page in pages


def test_what_is_measured_as_a_whole_is_said_to_be():
    alone = {"gil-single": 1e-3, "ft-single": 1.01e-3}
    text, pages = said(alone, observes=())
    assert "The whole command took 1.0" in text
    assert "start of the interpreter and the imports are part of that" in text
    assert "threads" not in text.replace("free-threaded", "")
    assert pages == []
    text, pages = said(alone, cpus=2, resembles=(Resemblance(kind="pool", name="Pool", line=1),))
    assert "measured as a whole, on all 2 CPUs" in text
    assert "gain nothing from the missing GIL" in text
    assert pages[:2] == ["scaling.html", "benchmarks/submit-thread-empty.html"]
    assert "The work grows" in said(alone, cpus=2, growth=2.0)[0]
    assert "gain nothing" not in said({**alone, "ft-single": 0.5e-3}, cpus=2)[0]


def test_a_forum_is_told_what_is_a_whole_command():
    alone = {"gil-single": 1e-3, "ft-single": 1.5e-3}
    assert "slower (whole command) |" in paste.markdown(own(alone, observes=()))
    assert "whole" not in paste.markdown(own()).partition("Ratios with")[0]


def test_every_verdict_has_words():
    report = own()
    found = reading(report, SLUG)
    for verdict in Verdict:
        changed = dataclasses.replace(found, verdict=verdict, growth=0.5)
        assert " ".join(reading_words.sentences(changed))
        assert isinstance(reading_words.in_short(changed), str)


def test_a_forum_gets_the_sentences():
    text = paste.markdown(own(SHARED, resembles=(ENUM,)))
    assert "- `code.py:work`: 2 threads did " in text
    assert "something that the threads share" in text
