"""Each rule about words finds what it is for, leaves the rest alone, and takes a marked exception."""

import pytest

from ftguide.guide.lint import page, words
from ftguide.guide.lint.pages import EXCEPTABLE


def findings(text: str) -> list[tuple[int, str, str]]:
    one = page.parse("source/p.md", text)
    found = [*words.check(one), *words.check_markers(one, EXCEPTABLE)]
    return [(one.line, one.rule, one.message) for one in found]


def rules(text: str) -> list[tuple[int, str]]:
    return [(line, rule) for line, rule, _ in findings(text)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("A list is thread-safe.", "thread-safe"),
        ("A list is not\nThread-Safe here.", "thread-safe"),
        ("It is thread *safe*.", "thread-safe"),
        ("| a |\n|---|\n| thread-safe |", "thread-safe"),
        (":::{note} It is thread-safe\nx\n:::", "thread-safe"),
        ("::::{tab-set}\n:::{tab-item} x\nthread-safe\n:::\n::::", "thread-safe"),
        ("The nogil build.", "nogil"),
        ("The no-GIL build.", "nogil"),
        ("It was 1.23x slower.", "ratio"),
        ("It was 1.23\u00d7 the time.", "ratio"),
        ("That is 40 % slower.", "ratio"),
        ("That is 40% faster.", "ratio"),
        ("An overhead of about 8 % is normal.", "ratio"),
        ("It is 5 times faster.", "ratio"),
        ("A 10-fold gain.", "ratio"),
    ],
)
def test_found(text, rule):
    assert [found for _, found in rules(f"# P\n\n{text}\n")] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "See [what is thread-safe](https://example.com/x).",
        "The word `thread-safe`, and thread safety as a subject.",
        "The package `python3.14-nogil` and [nogil](https://example.com).",
        "```text\nthread-safe nogil 1.23x\n```",
        "It took {bench:value}`nbody:ft-single/gil-single` slower.",
        "Use 2 x 2 cells, 0x10, 3.14 and 16x16 icons.",
        "A budget of 5 % of blocks.",
        "It holds for 95 % of cases.",
        "Between ±2 % nothing is said.",
        "<b title='thread-safe'>x</b>",
        "% a comment about nogil",
    ],
)
def test_allowed(text):
    assert rules(f"# P\n\n{text}\n") == []


def test_the_line_is_that_of_the_word():
    text = "# P\n\n:::{note}\none\n\n- two\n  `x`\n  thread-safe\n:::\n"
    ((line, _, message),) = findings(text)
    assert text.splitlines()[line - 1].strip() == "thread-safe"
    assert message.startswith("'thread-safe'. Name the operation")


def test_a_marked_exception_covers_the_block_below_and_no_more():
    text = (
        "# P\n\n% lint: thread-safe, quotes the documentation\nIt says thread-safe\nand thread-safe.\n\n"
        "And thread-safe.\n"
    )
    assert rules(text) == [(7, "thread-safe")]


def test_a_marked_exception_covers_a_whole_list():
    text = "# P\n\n% lint: nogil, names of branches\n\n- nogil\n- nogil\n"
    assert rules(text) == []


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("% lint: thread-safe", "gives no reason"),
        ("% lint: thread-safe, x", "gives no reason"),
        ("% lint: spelling, a fine reason", "'spelling' is not a rule. The rules are alt-text"),
        ("% lint: nogil, a fine reason", "the exception from nogil is not needed"),
    ],
)
def test_markers_are_checked_themselves(marker, message):
    found = findings(f"# P\n\n{marker}\nNothing special.\n")
    assert [(line, rule) for line, rule, _ in found] == [(3, "exception")]
    assert message in found[0][2]
