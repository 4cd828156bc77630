"""The fuzzer's quick form, and a proof that it would notice."""

import pytest

from tests.fuzz import subjects
from tests.fuzz.__main__ import fuzz
from tests.fuzz.subjects import SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
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
