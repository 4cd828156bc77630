"""The fuzzer's quick form, and a proof that it would notice."""

import json

import pytest

from tests.fuzz import builds, subjects
from tests.fuzz.__main__ import fuzz
from tests.fuzz.subjects import SUBJECTS
from tests.slow import slow_but

#: Packed ones take seconds.
QUICK = [subject for subject in SUBJECTS if subject.name not in {"parcels", "outcome-summaries"}]


@pytest.mark.parametrize("subject", slow_but(QUICK, SUBJECTS), ids=lambda subject: subject.name)
def test_damaged_files_are_refused_by_name_or_load(subject, tmp_path):
    ends, bad = fuzz(subject, 25, 1, tmp_path / subject.name)
    assert bad == []
    assert ends["refused"] + ends["loaded, with problems"] > 0


@pytest.mark.parametrize(
    ("ends_with", "told"),
    [
        (KeyError("x"), "KeyError"),
        (subjects.ExpectedError("\x1b[31mred"), "would steer a terminal"),
        (subjects.ExpectedError("x" * 30_000), "a message of 30000 characters"),
    ],
)
def test_a_bad_end_is_noticed(ends_with, told, tmp_path):
    def read(place):
        if place.name != "whole":
            raise ends_with
        return []

    subject = subjects.Subject(name="made-up", files=lambda: {"a.json": b"{}"}, read=read)
    ends, (text, *_) = fuzz(subject, 2, 1, tmp_path / "made-up")
    assert ends == {"traceback": 2}
    assert told in text


@pytest.mark.slow
def test_a_check_of_what_is_sent_that_stops_working_is_noticed(tmp_path, monkeypatch):
    (subject,) = (each for each in SUBJECTS if each.name == "parcels")
    monkeypatch.setattr("ftguide.ground.bounds.file_name", lambda *_: iter(()))
    _, bad = fuzz(subject, 100, 1, tmp_path / "parcels")
    assert "which Windows cannot have" in " ".join(bad)


@pytest.mark.parametrize(
    ("place", "record", "told"),
    [
        ("xeon/machine.json", {"a": [{"cpus": 10**17}]}, "accepted 100000000000000000 at 'cpus'"),
        ("xeon/run.json", {"a": -1}, "accepted -1 at 'a'"),
        ("xeon/run.json", {"a": "x" * 70_000}, "accepted 70000 characters at 'a'"),
        ("evidence/nul.jsonl", {}, "which Windows cannot have"),
        ("xeon./machine.json", {}, "which Windows cannot have"),
        ("xeon/run.json", {"seed": 10**17, "on": True, "a": [1, "b", None]}, ""),
    ],
)
def test_what_must_not_have_been_accepted_is_found(tmp_path, place, record, told):
    path = tmp_path / place
    path.parent.mkdir()
    path.write_text(json.dumps(record))
    if told:
        with pytest.raises(subjects.FindingError, match=told):
            subjects.check_accepted(tmp_path)
    else:
        subjects.check_accepted(tmp_path)


@pytest.mark.slow
def test_builds_with_a_damaged_file_come_through_or_name_it(tmp_path):
    ends, bad = builds.builds(4, 3, tmp_path)
    assert bad == []
    assert sum(ends.values()) == 4


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ("page.html", "<p><script>alert(1)</script></p>"),
        ("page.html", "a\x1b[31mred"),
        ("feed.xml", "a\u202eb"),
        ("table.csv", "a,=HYPERLINK(1)"),
    ],
)
def test_a_page_that_obeys_is_noticed(tmp_path, breaks, told):
    (tmp_path / breaks).write_text("nothing")
    builds.check_outputs(tmp_path)
    (tmp_path / breaks).write_text(told)
    with pytest.raises(subjects.FindingError, match=breaks):
        builds.check_outputs(tmp_path)


@pytest.mark.parametrize(
    "said", ["WARNING: somewhere", "run.json: Traceback (most recent", "run.json: \x1b[2J"]
)
def test_a_warning_that_names_nothing_or_steers_is_noticed(tmp_path, said):
    builds.check_said("WARNING: x/run.json: $.machine: it is damaged", tmp_path / "run.json")
    with pytest.raises(subjects.FindingError):
        builds.check_said(said, tmp_path / "run.json")


@pytest.mark.slow
def test_a_build_that_raises_is_a_bad_end(tmp_path, monkeypatch):
    build = builds.Bench.build
    sound = []

    def breaks(bench):
        if sound:
            raise KeyError("x")
        sound.append(True)
        return build(bench)

    monkeypatch.setattr(builds.Bench, "build", breaks)
    ends, (text,) = builds.builds(1, 1, tmp_path)
    assert ends == {"bad": 1}
    assert "KeyError" in text
