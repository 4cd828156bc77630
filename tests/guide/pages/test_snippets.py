"""What pages print about their code: verified, edited since, never run, not run; in every builder."""

import datetime as dt
import shutil

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import extract
from ftguide.guide.record import report
from ftguide.guide.record.report import Block, Report, Result
from tests.sphinx_project import make

# myst-parser 5.2 resolves `[](#label)` through an attribute that Sphinx 11 takes away.
pytestmark = pytest.mark.filterwarnings("ignore:'myst_parser:PendingDeprecationWarning")

ENDINGS = {Build.GIL: {"passed": 10}, Build.FREE_THREADED: {"passed": 7, "wrong-result": 3}}
CRASHES = "Crashes of the interpreter are known on 3.13t and 3.14t: gh-120321, gh-156351."
RACED = "10 runs on 3.14.7: 10 passed; 10 runs on 3.14.7t: 7 passed, 3 wrong results"

PAGE = """\
# Code

```{snippet} shown
:save: shown.py
:emphasize-lines: 1

print(1 < 2)
```

```{output} shown
:build: gil

True
```

```{output} shown
:build: ft

True & <so>
```

```{snippet} fails
:expect: error

1 / 0
```

```{snippet} races
:race: wrong-result
:crash: gh-120321 gh-156351 on 3.13t 3.14t

import part
```

```{snippet} part
:expect: used

x = 1
```

```{snippet} needs-part
:uses: part

import part
```

```{snippet}
:lang: powershell
:not-run: needs Windows
:source: https://example.com/windows

py install 3.14t
```

[](#snippet-fails)
"""


def verdict(root, name="code", **changes):
    """Write a report in which every snippet of a page passed on both builds."""
    page = extract.extract(root / "source" / f"{name}.md", root)
    known = {"version": "3.14.7", "date": "2026-11-24", "passed": True, **changes}
    blocks = {
        one.hash: Block(
            name=one.name,
            expect=str(one.expect),
            results=tuple(Result(build=b, **known, runs=10, endings=ENDINGS[b]) for b in Build),
        )
        for one in page.snippets
        if one.runs_itself
    }
    report.write(report.path_of(f"source/{name}.md", root), Report(blocks=blocks))


@pytest.fixture
def project(tmp_path, declared):
    site = make(tmp_path)
    shutil.rmtree(site.source / "benchmarks")
    site.page("index", "# Index\n\n```{toctree}\ncode\nplain\n```\n")
    site.page("code", PAGE)
    site.overrides["myst_heading_anchors"] = 3
    return site


def lines(built, page="code"):
    return [p.get_text() for p in built.soup(page).select("p.snippet-status")]


def test_other_pages_can_link_a_snippet(project):
    verdict(project.root)
    project.page("plain", "# Plain\n\n[](code.md#snippet-races) and [text](code.md#snippet-part)\n")
    built = project.build()
    assert built.warnings == []
    links = {a.get_text(): a["href"] for a in built.soup("plain").select("p a.reference")}
    assert links["races"] == "code.html#snippet-races"
    assert links["text"] == "code.html#snippet-part"


def test_what_each_block_was_verified_on(project):
    verdict(project.root)
    built = project.build()
    assert built.warnings == []
    assert lines(built) == [
        "Verified on 3.14.7 and 3.14.7t, 2026-11-24.",
        "Verified to fail on 3.14.7 and 3.14.7t, 2026-11-24.",
        f"Verified to race: {RACED}; 2026-11-24. {CRASHES}",
        "Runs in needs-part.",
        "Verified on 3.14.7 and 3.14.7t, 2026-11-24.",
        "Not run here: needs Windows. Source.",
    ]


def test_a_block_that_many_use_names_three(project):
    more = "".join(
        f"\n```{{snippet}} more-{n}\n:uses: part\n\nimport part\n```\n" for n in range(4)
    )
    project.page("code", PAGE + more)
    found = lines(project.build())
    assert found[3] == "Runs in needs-part, more-0, more-1 and 2 others."


def test_code_is_highlighted_named_and_linked(project):
    verdict(project.root)
    soup = project.build().soup("code")
    box = soup.find(id="snippet-shown")
    assert "shown.py" in box.get_text()
    assert box.select_one("div.highlight-python span.hll") is not None
    assert soup.select_one("p.snippet-status a")["href"] == "#snippet-shown"
    captions = [one.get_text() for one in soup.select(".snippet-output .caption-text")]
    assert captions == ["Output on the GIL-enabled build", "Output on the free-threaded build"]
    assert "True & <so>" in soup.get_text()
    assert soup.find("a", href="#snippet-fails") is not None


def test_an_edited_block_says_so_and_others_do_not(project):
    verdict(project.root)
    project.page("code", PAGE.replace("1 / 0", "2 / 0"))
    built = project.build()
    found = lines(built)
    assert found[1] == "Not verified: edited since the last run."
    assert found[0].startswith("Verified on")
    assert len(built.soup("code").select(".snippet-unverified")) == 1


def test_an_edited_output_counts_too(project):
    verdict(project.root)
    project.page("code", PAGE.replace("True & <so>", "True"))
    assert lines(project.build())[0] == "Not verified: edited since the last run."


def test_without_a_report_nothing_is_verified(project):
    found = lines(project.build())
    assert found[0] == "Not verified: not run yet."
    assert found[-1] == "Not run here: needs Windows. Source."


def test_a_failure_is_told(project):
    verdict(project.root, passed=False)
    assert lines(project.build())[0] == (
        "Not verified: not as shown on 3.14.7 and 3.14.7t, 2026-11-24."
    )


def test_only_the_page_whose_report_changed_is_read_again(project):
    project.page("other", "# Other\n\n```{snippet} a\nx = 1\n```\n")
    project.page("index", "# Index\n\n```{toctree}\ncode\nplain\nother\n```\n")
    project.build()
    verdict(project.root)  # a file that was not there before
    built = project.build()
    assert built.read == ["code"]
    assert lines(built)[0].startswith("Verified on")
    verdict(project.root, date=str(dt.date(2026, 12, 1)))
    built = project.build()
    assert built.read == ["code"]
    assert "2026-12-01" in lines(built)[0]


@pytest.mark.slow
def test_readers_in_parallel_write_the_same(project):
    verdict(project.root)
    for number in range(8):
        project.page(f"more{number}", f"---\norphan: true\n---\n\n{PAGE}")
        verdict(project.root, f"more{number}")
    one = project.build()
    assert one.warnings == []
    pages = {name: (one.out / f"{name}.html").read_text() for name in ("code", "more7")}
    shutil.rmtree(project.root / "build")
    two = project.build(jobs=2)
    assert two.warnings == []
    assert {name: (two.out / f"{name}.html").read_text() for name in pages} == pages


@pytest.mark.parametrize(("builder", "file"), [("text", "code.txt"), ("latex", "project.tex")])
def test_other_builders_say_the_same(project, builder, file):
    verdict(project.root)
    built = project.build(builder)
    assert built.warnings == []
    found = list(built.out.glob("*.tex")) if builder == "latex" else [built.out / file]
    text = " ".join(found[0].read_text().split())
    assert "Verified to fail on 3.14.7 and 3.14.7t" in text
    assert "Output on the free" in text
    assert "needs Windows" in text


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```{snippet} a\n:builds: nogil\n\nx\n```", "page.md:3: :builds: 'nogil' is not one of"),
        ("```{output} a\nx\n```", "page.md:3: no snippet above is called 'a'"),
    ],
)
def test_a_broken_block_warns_and_is_drawn(project, block, message):
    project.page("page", f"# P\n\n{block}\n")
    project.page("index", "# Index\n\n```{toctree}\ncode\nplain\npage\n```\n")
    built = project.build()
    assert len(built.warnings) == 1
    assert message in built.warnings[0]
    assert built.soup("page").select_one("pre").get_text() == "x\n"


def test_a_broken_report_warns(project):
    path = report.path_of("source/code.md", project.root)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    built = project.build()
    assert built.warnings
    assert all("Delete the file and run `nox -s snippets`" in line for line in built.warnings)


def test_markup_in_output_stays_text(project):
    project.page(
        "code", "# P\n\n```{snippet} a\nx\n```\n\n```{output} a\n<script>1</script>\n```\n"
    )
    soup = project.build().soup("code")
    assert soup.select_one(".snippet-output script") is None
    assert "<script>1</script>" in soup.select_one(".snippet-output pre").get_text()


LINES = """# Code

```{snippet} a
:since: 3.14

x
```

```{output} a
:build: gil

on
```

```{output} a
:build: ft

off
```

```{output} a
:line: 3.15

late
```

Prose.

```{snippet} s
:lang: console

$ python3.14t -V
14
```

```{output} s
:line: 3.13 3.15

$ python3.13t -V
```

```{snippet} b
:until: 3.13

x
```

```{output} b
:build: ft

narrow
```

```{output} b
:build: gil

%s
```
"""


def known(project, **blocks):
    """Write a report with these results, by the snippet's name."""
    page = extract.extract(project.root / "source" / "code.md", project.root)
    assert page.problems == ()
    stored = {one.hash: blocks[one.name] for one in page.snippets if one.name in blocks}
    report.write(report.path_of("source/code.md", project.root), Report(blocks=stored))


def stored(*titles, failed=(), **changes):
    results = tuple(
        Result(
            build=Build.FREE_THREADED if title.endswith("t") else Build.GIL,
            version=title.removesuffix("t"),
            date="2026-11-28",
            passed=title not in failed,
        )
        for title in titles
    )
    return Block(name="a", expect="output", results=results, **changes)


def test_outputs_say_which_lines_they_are_of(project):
    project.page("code", LINES % "narrow")
    soup = project.build().soup("code")
    captions = [one.get_text() for one in soup.select(".snippet-output .caption-text")]
    assert captions == [
        "Output on the GIL-enabled build of 3.14",
        "Output on the free-threaded build of 3.14",
        "Output on 3.15",
        "Output on 3.13 and 3.15",
        "Output on the free-threaded build",
        "Output on the GIL-enabled build",
    ]
    assert soup.select_one(".snippet-output div.highlight-console") is not None


def test_narrow_outputs_stand_side_by_side_and_wide_ones_do_not(project):
    project.page("code", LINES % "narrow")
    groups = project.build().soup("code").select(".snippet-outputs")
    assert [len(group.select(".snippet-output")) for group in groups] == [3, 2]
    project.page("code", LINES % ("wide " * 20))
    groups = project.build().soup("code").select(".snippet-outputs")
    assert [len(group.select(".snippet-output")) for group in groups] == [3]


def test_a_line_that_prints_nothing_says_so(project):
    project.page("code", "# P\n\n```{snippet} a\nx\n```\n\n```{output} a\n:line: 3.13\n```\n")
    built = project.build()
    assert built.warnings == []
    assert "(nothing)" in built.soup("code").select_one(".snippet-output pre").get_text()


def test_the_stamp_names_all_interpreters_in_order_and_what_a_block_is_for(project):
    project.page("code", LINES % "narrow")
    known(
        project,
        a=stored("3.15.0rc2", "3.15.0rc2t", "3.14.7", "3.14.7t"),
        s=stored("3.13.15", "3.14.7", failed=["3.13.15"], lacking={"3.13.15t": ("hypothesis",)}),
        b=stored("3.13.15"),
    )
    assert lines(project.build()) == [
        "Verified on 3.14.7, 3.14.7t, 3.15.0rc2 and 3.15.0rc2t, 2026-11-28. For 3.14 and newer.",
        "Verified on 3.14.7, 2026-11-28. Not as shown on 3.13.15, 2026-11-28. "
        "Not run on 3.13.15t: no wheel of hypothesis.",
        "Verified on 3.13.15, 2026-11-28. For 3.13 and older.",
    ]


def test_a_block_that_ran_nowhere_says_what_it_lacks(project):
    project.page("code", "# P\n\n```{snippet} a\n:since: 3.14\n:until: 3.15\n\nx\n```\n")
    known(project, a=stored(lacking={"3.13.15": ("x",), "3.13.15t": ("x",)}))
    assert lines(project.build()) == [
        "Not verified. For 3.14 to 3.15 only. Not run on 3.13.15 and 3.13.15t: no wheel of x."
    ]
