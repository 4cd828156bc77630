"""Outputs are written where they belong, and what fits is left alone."""

import pytest

from ftguide.guide.declare.model import Ran
from ftguide.guide.derive import check
from ftguide.guide.record import update
from ftguide.vocabulary import Build

FT, GIL = Build.FREE_THREADED, Build.GIL
CODE = "# P\n\n```{snippet} a\nprint(1)\n```\n\nProse.\n"


@pytest.fixture
def rewritten(page):
    """Update a page whose snippet printed this on the GIL-enabled and that on the other build."""

    def rewrite(text, gil, ft=None, status=0):
        read = page(text)
        assert read.problems == ()
        printed = {GIL: gil, FT: gil if ft is None else ft}
        (one,) = read.snippets
        judged = [
            check.verdict(one, build, "3.14.7", [Ran(status=status, output=printed[build])])
            for build in one.builds
        ]
        return update.rewrite(read, {"a": judged})

    return rewrite


def test_a_missing_output_goes_below(rewritten):
    new = rewritten(CODE, "1")
    assert new == CODE.replace("\n\nProse", "\n\n```{output} a\n1\n```\n\nProse")
    assert rewritten(new, "1") == new


def test_builds_that_differ_get_one_each_gil_first(rewritten):
    new = rewritten(CODE, "on", "off")
    blocks = "```{output} a\n:build: gil\n\non\n```\n\n```{output} a\n:build: ft\n\noff\n```\n"
    assert new == CODE.replace("\n\nProse", f"\n\n{blocks}\nProse")
    assert rewritten(new, "on", "off") == new
    assert rewritten(new, "same") == rewritten(CODE, "same")


def test_one_output_becomes_two(rewritten):
    assert rewritten(rewritten(CODE, "same"), "on", "off") == rewritten(CODE, "on", "off")


def test_prose_between_outputs_stays(rewritten):
    text = (
        "```{snippet} a\nx\n```\n\nOne:\n\n```{output} a\n:build: gil\n\nold\n```\n\nTwo:\n\n"
        "```{output} a\n:build: ft\n\nold\n```\n"
    )
    new = rewritten(text, "on", "off")
    assert new == text.replace("old", "on", 1).replace("old", "off", 1)
    same = rewritten(text, "x")
    assert same == text.replace("old", "x")


def test_an_output_that_is_no_more_goes(rewritten):
    assert rewritten(rewritten(CODE, "1"), "") == CODE


def test_placeholders_stay_while_they_fit(rewritten):
    text = rewritten(CODE, "took 1 s\nmore").replace("took 1 s", "took <...> s")
    assert rewritten(text, "took 2 s\nmore") == text
    assert "took 2 s" in rewritten(text, "took 2 s\nelse")


def test_a_run_that_went_wrong_is_not_written(rewritten):
    assert rewritten(CODE, "Traceback", status=1) == CODE


def test_indentation_is_kept(rewritten):
    text = ":::{note}\n- Item\n\n  ```{snippet} a\n  x\n  ```\n:::\n"
    new = rewritten(text, "1\n\n2")
    assert new == text.replace("  ```\n:::", "  ```\n\n  ```{output} a\n  1\n\n  2\n  ```\n:::")


def test_an_output_with_fences_gets_longer_marks(rewritten):
    assert "````{output} a\n```\n````\n" in rewritten(CODE, "```")


def test_a_session_is_filled_in(page):
    text = "```{snippet} a\n:lang: console\n\n$ python x\nold\n$ python y\n```\n\nProse.\n"
    read = page(text)
    (one,) = read.snippets
    ran = Ran(status=0, output="new\nz", parts=("new", "z"))
    judged = [check.verdict(one, GIL, "3.14.7", [ran])]
    new = update.rewrite(read, {"a": judged})
    assert new == text.replace("old\n$ python y\n", "new\n$ python y\nz\n")
    assert update.rewrite(page(new), {"a": judged}) == new
