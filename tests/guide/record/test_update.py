"""Outputs are written where they belong, and what fits is left alone."""

import pytest

from ftguide.ground.vocabulary import Build, build_of
from ftguide.guide.declare.model import Ran
from ftguide.guide.derive import check
from ftguide.guide.record import update

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


@pytest.fixture
def updated(page):
    """Update a page: `runs` are those of every snippet's builds, by its name."""

    def update_page(text, runs):
        read = page(text)
        assert read.problems == ()
        judged = {
            one.name: [
                check.verdict(one, build, "3.14.7", ran) for build, ran in runs[one.name].items()
            ]
            for one in read.snippets
        }
        return update.rewrite(read, judged)

    return update_page


def ran(output, status=0, **changes):
    return Ran(status=status, output=output, **changes)


def test_what_one_build_got_wrong_keeps_the_output_of_both_and_of_no_other_snippet(updated):
    text = CODE + CODE.replace("snippet} a", "snippet} b")
    runs = {GIL: [ran("1")], FT: [ran("1", status=1)]}
    fine = {GIL: [ran("2")], FT: [ran("2")]}
    new = updated(text, {"a": runs, "b": fine})
    assert new == CODE + CODE.replace("snippet} a", "snippet} b").replace(
        "\n\nProse", "\n\n```{output} b\n2\n```\n\nProse"
    )


RACE = "```{snippet} a\n:race: wrong-result\n\nx\n```\n\nProse.\n"


def test_a_race_shows_what_the_free_threaded_build_printed(updated):
    text = RACE.replace("\n\nProse", "\n\n```{output} a\nold\n```\n\nProse")
    runs = {GIL: [ran("by luck", status=1)], FT: [ran("fine"), ran("lost", status=1)]}
    assert updated(text, {"a": runs}) == text.replace("old", "lost")


def test_a_race_that_fits_in_one_of_its_runs_keeps_what_the_page_shows(updated):
    text = RACE.replace("\n\nProse", "\n\n```{output} a\nlost 2\n```\n\nProse")
    runs = {GIL: [ran("fine")], FT: [ran("lost 1", status=1), ran("lost 2", status=1)]}
    assert updated(text, {"a": runs}) == text


def test_a_block_for_both_builds_beside_one_for_one_becomes_one_each(updated):
    both = "```{output} a\nold\n```\n"
    one = "```{output} a\n:build: ft\n\nold\n```\n"
    text = CODE.replace("\n\nProse", f"\n\n{both}\n{one}\nProse")
    new = updated(text, {"a": {GIL: [ran("on")], FT: [ran("off")]}})
    blocks = "```{output} a\n:build: gil\n\non\n```\n\n```{output} a\n:build: ft\n\noff\n```\n"
    assert new == CODE.replace("\n\nProse", f"\n\n{blocks}\nProse")


def test_a_block_for_both_builds_with_prose_below_stays_the_only_one(updated):
    both = "```{output} a\nold\n```\n"
    one = "```{output} a\n:build: ft\n\nold\n```\n"
    text = CODE.replace("\n\nProse", f"\n\n{both}\nBut:\n\n{one}\nProse")
    new = updated(text, {"a": {GIL: [ran("same")], FT: [ran("same")]}})
    assert new == CODE.replace("\n\nProse", f"\n\n{both.replace('old', 'same')}\nBut:\n\nProse")


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n"])
def test_outputs_that_touch_become_one_and_outputs_apart_stay(updated, gap):
    blocks = [f"```{{output}} a\n:build: {build}\n\nold\n```" for build in ("gil", "ft")]
    text = CODE.replace("\n\nProse", f"\n\n{gap.join(blocks)}\n\nProse")
    new = updated(text, {"a": {GIL: [ran("same")], FT: [ran("same")]}})
    assert new.count("{output}") == (1 if len(gap) < 3 else 2)
    assert new.count("same") == (1 if len(gap) < 3 else 2)


def test_outputs_apart_by_prose_that_print_nothing_any_more_go(updated):
    text = (
        "```{snippet} a\nx\n```\n\nOne:\n\n```{output} a\n:build: gil\n\nold\n```\n\nTwo:\n\n"
        "```{output} a\n:build: ft\n\nold\n```\n"
    )
    assert updated(text, {"a": {GIL: [ran("")], FT: [ran("")]}}) == (
        "```{snippet} a\nx\n```\n\nOne:\n\nTwo:\n"
    )
    new = updated(text, {"a": {GIL: [ran("on")], FT: [ran("")]}})
    assert new == text.partition("\n\nTwo")[0].replace("old", "on") + "\n\nTwo:\n"


def test_fences_of_an_output_lengthen_the_marks_wherever_they_stand(rewritten):
    new = rewritten(CODE, "text\n```\n````\ntext")
    assert "\n`````{output} a\ntext\n```\n````\ntext\n`````\n" in new


SESSION = "```{snippet} a\n:lang: console\n\n$ python x\nfits\n$ python y\nold\n```\n"


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("fits", "new"), SESSION.replace("old", "new")),
        (("new", "old"), SESSION.replace("fits", "new")),
        (("new",), SESSION),  # it ended before its second command
        ((), SESSION),
    ],
)
def test_of_a_session_only_the_commands_that_differ_change(updated, parts, shown):
    runs = {GIL: [ran("\n".join(parts), parts=parts)]}
    assert updated(SESSION, {"a": runs}) == shown


def test_a_session_of_which_only_the_status_matters_stays(updated):
    text = SESSION.replace("console\n", "console\n:expect: exit\n")
    assert updated(text, {"a": {GIL: [ran("new\nz", parts=("new", "z"))]}}) == text


@pytest.fixture
def by_line(page):
    """Update a page whose only snippet printed this on these interpreters, by title such as 3.13t."""

    def update_page(text, printed, status=0):
        read = page(text)
        assert read.problems == ()
        (one,) = read.snippets
        judged = []
        for title, output in printed.items():
            line, build = build_of(title)
            runs = [output if isinstance(output, Ran) else ran(output, status)]
            judged.append(check.verdict(one, build, f"{line}.0", runs))
        return update.rewrite(read, {one.name: judged})

    return update_page


ALL = tuple(line + t for line in ("3.13", "3.14", "3.15") for t in ("", "t"))


def block(text, *options):
    head = "".join(f":{name}\n" for name in options) + ("\n" if options and text else "")
    return f"```{{output}} a\n{head}{text}{chr(10) if text else ''}```\n"


def shown(*blocks):
    return CODE.replace("\nProse", "\n" + "".join(f"{one}\n" for one in blocks) + "Prose")


@pytest.mark.parametrize(
    ("printed", "blocks"),
    [
        ("xxxxxx", [block("x")]),
        ("yyxxxx", [block("x"), block("y", "line: 3.13")]),
        ("yyxxyy", [block("x"), block("y", "line: 3.13 3.15")]),
        ("xyxxxx", [block("x"), block("y", "line: 3.13", "build: ft")]),
        ("xyxxxy", [block("x"), block("y", "line: 3.13 3.15", "build: ft")]),
        ("ggxfxf", [block("x", "build: gil"), block("f", "build: ft"), block("g", "line: 3.13")]),
        ("xxxfxf", [block("x", "build: gil"), block("f", "build: ft"), block("x", "line: 3.13")]),
        (
            "abxxcx",
            [
                block("x"),
                block("a", "line: 3.13", "build: gil"),
                block("b", "line: 3.13", "build: ft"),
                block("c", "line: 3.15", "build: gil"),
            ],
        ),
        ("  xxxx", [block("x"), block("", "line: 3.13")]),
        ("xx    ", [block("x", "line: 3.13")]),
    ],
)
def test_a_line_that_prints_something_else_gets_blocks_of_its_own(by_line, printed, blocks):
    outputs = dict(zip(ALL, (text.strip() for text in printed), strict=True))
    new = by_line(CODE, outputs)
    assert new == shown(*blocks)
    assert by_line(new, outputs) == new


def test_a_line_that_agrees_again_loses_its_block_and_one_that_did_not_run_keeps_it(by_line):
    text = shown(block("x"), block("y", "line: 3.13 3.15"))
    again = {"3.14": "x", "3.14t": "x", "3.15": "x", "3.15t": "x"}
    assert by_line(text, again) == shown(block("x"), block("y", "line: 3.13"))
    assert by_line(text, {"3.14": "z", "3.14t": "z"}) == text.replace("\nx\n", "\nz\n")
    assert by_line(text, {"3.15": "z", "3.15t": "z"}) == shown(
        block("x"), block("y", "line: 3.13"), block("z", "line: 3.15")
    )


def test_a_line_that_fits_with_placeholders_needs_no_block(by_line):
    text = shown(block("took <...> s"))
    assert by_line(text, dict.fromkeys(ALL, "took 3 s")) == text
    other = shown(block("x"), block("took <...> s", "line: 3.15"))
    printed = {"3.14": "x", "3.14t": "x", "3.15": "took 1 s", "3.15t": "took 2 s"}
    assert by_line(other, printed) == other


def test_a_line_on_which_it_went_wrong_is_not_written_and_others_are(by_line):
    bad = ran("Traceback", status=1)
    printed = {"3.13": bad, "3.13t": "y", "3.14": "x", "3.14t": "x", "3.15": "z", "3.15t": "z"}
    assert by_line(CODE, printed) == shown(block("x"), block("z", "line: 3.15"))


def test_the_only_build_of_a_snippet_needs_no_name(by_line):
    text = CODE.replace("a\nprint", "a\n:builds: ft\n\nprint")
    new = by_line(text, {"3.14t": "x", "3.15t": "y"})
    assert block("x") + "\n" + block("y", "line: 3.15") in new


def test_a_race_that_was_not_seen_on_a_line_keeps_what_is_shown_for_it(by_line):
    blocks = block("lost"), block("lost late", "line: 3.15")
    text = shown(*blocks).replace("a\nprint", "a\n:race: wrong-result\n\nprint")
    seen, unseen = ran("lost", status=1), ran("fine")
    assert by_line(text, {"3.14t": seen, "3.15t": unseen}) == text
    late = ran("lost later", status=1)
    new = by_line(text, {"3.14t": seen, "3.15": unseen, "3.15t": late})
    assert new == text.replace("lost late", "lost later")


def parts(*texts):
    return Ran(status=0, output="\n".join(texts), parts=texts)


def test_a_session_of_another_line_becomes_an_output_with_its_names(by_line):
    text = "```{snippet} a\n:lang: console\n\n$ X=1 python3.14t -V\n14\n$ echo $?\n0\n```\n"
    new = by_line(text, {"3.13t": parts("13", "0"), "3.14t": parts("14", "0")})
    session = "$ X=1 python3.13t -V\n13\n$ echo $?\n0"
    assert new == text + "\n" + block(session, "line: 3.13")
    assert by_line(new, {"3.13t": parts("13", "0"), "3.14t": parts("14", "0")}) == new
    assert by_line(new, {"3.13t": parts("14", "0"), "3.14t": parts("14", "0")}) == text
    placeholder = new.replace("\n13\n", "\n1<...>\n")
    assert by_line(placeholder, {"3.13t": parts("13", "0")}) == placeholder


def test_a_session_that_ended_early_on_one_line_is_written_for_the_others(by_line):
    text = "```{snippet} a\n:lang: console\n\n$ python3.14 -V\n14\n$ python3.14 -V\n14\n```\n"
    printed = {"3.13": parts("13"), "3.14": parts("x", "14"), "3.15": parts("15", "15")}
    session = "$ python3.15 -V\n15\n$ python3.15 -V\n15"
    new = text.replace("14\n$", "x\n$", 1) + "\n" + block(session, "line: 3.15")
    assert by_line(text, printed) == new


def test_outputs_of_another_line_apart_by_prose_do_not_take_the_own_one_apart(by_line):
    late = [block("y", "line: 3.15", f"build: {build}") for build in ("gil", "ft")]
    text = CODE.replace("\nProse", f"\n{block('x')}\nOne:\n\n{late[0]}\nTwo:\n\n{late[1]}\nProse")
    assert by_line(text, {"3.14": "z", "3.14t": "z"}) == text.replace("\nx\n", "\nz\n")
