"""Values that cannot be are told from those that can, and each message says where it stands."""

from dataclasses import dataclass

import pytest

from ftguide.ground import bounds


def told(found):
    return [str(each) for each in found]


@pytest.mark.parametrize(
    "name",
    [
        *("con", "CON", "nul", "aux", "prn", "com1", "com0", "lpt9", "com\N{SUPERSCRIPT TWO}"),
        *("aux.jsonl", "con.", "con .x", "nul.tar.gz", "conin$"),
        *("xeon.", "xeon ", "", ".", ".."),
    ],
)
def test_a_name_that_windows_cannot_have_is_refused(name):
    (found,) = told(bounds.file_name(name, "$.name"))
    assert found.startswith("$.name is ")
    assert found.isascii()


@pytest.mark.parametrize(
    "name",
    ["xeon-2vcpu-kvm", "console", "com10", "com", "auxiliary.jsonl", "nul-x", "3.14", "x.con"],
)
def test_a_name_that_every_system_can_have_is_none(name):
    assert told(bounds.file_name(name, "$.name")) == []


def test_nothing_is_repeated_faster_than_a_clock_ticks():
    assert told(bounds.repeated(10**9, 0.05 * 10**9, "$.loops")) == []
    (found,) = told(bounds.repeated(10**17, 0.17e9, "$.loops"))
    assert found == "$.loops is 1e+17 within 0.17 s, and no CPU repeats anything within 0.05 ns"


@dataclass
class Part:
    name: str
    count: int | None = None


@dataclass
class Whole:
    parts: tuple[Part, ...]
    table: dict[str, str]


WHOLE = Whole((Part("a", 1), Part("b")), {"c": "d"})


def test_all_leaves_of_a_record_are_found_with_their_places():
    assert list(bounds.leaves(WHOLE, "$")) == [
        ("$.parts[0].name", "a"),
        ("$.parts[0].count", 1),
        ("$.parts[1].name", "b"),
        ("$.parts[1].count", None),
        ("$.table, a name in it,", "c"),
        ("$.table['c']", "d"),
    ]


def test_a_text_longer_than_any_stored_one_is_named():
    long = "x" * (bounds.MOST_CHARACTERS + 1)
    assert told(bounds.texts(Whole((Part(long),), {}), "$")) == [
        "$.parts[0].name has 2,001 characters, and may have 2,000"
    ]
    assert told(bounds.texts(Whole((), {long: "x"}), "$")) == [
        "$.table, a name in it, has 2,001 characters, and may have 2,000"
    ]
    assert told(bounds.texts(Whole((), {"c": long}), "$", {"$.table"})) == []
    assert told(bounds.texts(WHOLE, "$")) == []
