"""A character that acts is found wherever it stands, and named in printable text."""

import json

import pytest

from ftguide.ground import characters, parcel
from ftguide.ground.parcel import ParcelError

#: Each acts on some screen: C0, DEL, C1, directions, zero width, separators, half of a pair.
ACTING = (
    *("\x00", "\x07", "\t", "\r", "\x1b", "\x7f", "\x85", "\x9b", "\u200b", "\u200f", "\u2028"),
    *("\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\U000e0041"),
)


@pytest.mark.parametrize("character", [*ACTING, "\n"])
def test_every_kind_is_found_and_named_in_printable_text(character):
    (found,) = characters.acting({"a": ["fine", f"x{character}y"]})
    assert found == ("$.a[1]", character)
    assert f"$.a[1] has U+{ord(character):04X} (" in str(found)
    assert str(found).isprintable()


@pytest.mark.parametrize(
    "text", ["", "plain", "Intel® Core™ 5", "naïve «quotes» … 漢字 עברית", "a\\nb"]
)
def test_what_is_only_read_is_left_alone(text):
    assert list(characters.acting({"a": text, "b": [text, {text: 1}]})) == []


def test_names_of_fields_are_looked_at_and_spelled_without_acting():
    (found,) = characters.acting({"caches": {"L1\x1b[2J": "32K"}})
    assert str(found) == ("the name of $.caches['L1\\x1b[2J'] has U+001B (a control character)")
    (long,) = characters.acting({"x" * 70_000: "\u202e"})
    assert len(str(long)) < 200


def test_lines_break_only_where_they_may():
    record = {"failure": {"tail": "a\nb", "message": "a\nb"}, "traces": {"hang": "a\nb\x1b"}}
    found = characters.acting(record, {"$.failure.tail", "$.traces"})
    assert [(each.field, each.character) for each in found] == [
        ("$.failure.message", "\n"),
        ("$.traces.hang", "\x1b"),
    ]


@pytest.mark.parametrize("character", [*ACTING, "\n", "®"])
@pytest.mark.parametrize("escaped", [True, False])
def test_a_text_that_counts_as_plain_has_none(character, escaped):
    raw = json.dumps({"a": f"x{character}"}, ensure_ascii=escaped).encode()
    assert not characters.plain(raw)
    assert characters.plain(b'{"a": "x", "b": [1.5, null]}')


def test_a_parcel_names_file_line_and_field():
    parcel.check_lines(b'{"a": "x"}\n\n{"a": "x\\ny"}\n', "here", {"$.a"})
    with pytest.raises(ParcelError, match=r"^here, line 3: \$\.a has U\+000A .*restore the file"):
        parcel.check_lines(b'{"a": "x"}\n\n{"a": "x\\ny"}\n', "here")
    with pytest.raises(ParcelError, match=r"^here: "):
        parcel.check_text(b'{"a": "\\ud800"', "here")
