"""`{examples:report}` and `{examples:built}`: tables from the report, in three formats."""

from dataclasses import replace

import pytest

from ftguide.ground.files import to_json
from ftguide.native.examples import report
from ftguide.native.examples.catalogue import EXAMPLES
from ftguide.native.examples.report import Outcome
from tests.native.examples import specimens

HOSTILE = "<script>alert(1)</script>"
PAGE = "# Examples\n\n```{examples:report}\n```\n\n## One\n\n```{examples:built} NAME\n```\n"


@pytest.fixture
def with_report(site, tmp_path):
    """Return a function that writes the page and the report."""
    path = tmp_path / "report.json"
    site.overrides["examples_report"] = str(path)

    def write(stored=None, name="cython"):
        site.page("plain", PAGE.replace("NAME", name))
        if stored is not None:
            path.write_bytes(to_json(stored))
        return site

    return write


def test_one_row_per_example_with_its_reason(with_report):
    skipped = Outcome(name="f2py", skipped="no gfortran here")
    outcomes = [skipped if one.name == "f2py" else specimens.outcome(one.name) for one in EXAMPLES]
    built = with_report(specimens.report(specimens.part(*outcomes))).build()
    assert built.warnings == []
    table, one = built.soup("plain").select("table")
    rows = [[cell.get_text() for cell in row.select("th,td")] for row in table.select("tbody tr")]
    assert [row[0] for row in rows] == [example.title for example in EXAMPLES]
    by_name = dict(zip([example.name for example in EXAMPLES], rows, strict=True))
    assert by_name["f2py"][-1] == "skipped: no gfortran here"
    assert by_name["capi"][1:] == [
        *("on", "off", "0 of 10", "10 of 10", "0 of 20", specimens.SAID, "setuptools 1.2.3"),
    ]
    assert by_name["pyo3"][1:3] == ["off", "off"]
    assert by_name["pyo3"][-1] == "pyo3 0.30.1, maturin 1.2.3"
    assert len(one.select("tbody tr")) == 4
    said = built.soup("plain").select_one("p.bench-provenance + div table, p.bench-provenance")
    assert "CPython 3.14.7" in said.get_text()


def test_one_example_says_what_built_it(with_report):
    built = with_report(specimens.report()).build("text")
    assert built.warnings == []
    text = " ".join((built.out / "plain.txt").read_text().split())
    assert (
        "Built on 2026-11-24 for CPython 3.14.7 with setuptools 1.2.3, cython 1.2.3 and g++ 12.2.0, "
        "and raced on 2 CPUs."
    ) in text
    assert "tally-1.0-cp314-cp314t-linux_x86_64.whl" in text


def test_latex(with_report):
    built = with_report(specimens.report()).build("latex")
    assert built.warnings == []
    (tex,) = built.out.glob("*.tex")
    text = tex.read_text()
    assert text.count(r"tally\sphinxhyphen{}1.0\sphinxhyphen{}cp314\sphinxhyphen{}cp314t") == 2
    assert text.count(r"\begin{varwidth}[t]{\sphinxcolwidth{1}{8}}") > 8 * len(EXAMPLES)
    assert r"g++ 12.2.0, and raced on 2 CPUs." in " ".join(text.split())


def test_an_example_is_shown_on_the_oldest_line_that_has_it(with_report):
    only = specimens.part(
        *(
            specimens.outcome(one.name)
            if one.name == "capi-abi3t"
            else Outcome(name=one.name, failed="no")
            for one in EXAMPLES
        ),
        line="3.15",
    )
    rest = specimens.part(
        *(
            Outcome(name=one.name, skipped="needs CPython 3.15")
            if one.name == "capi-abi3t"
            else specimens.outcome(one.name)
            for one in EXAMPLES
        )
    )
    stored = specimens.report(only, rest)
    built = with_report(stored, name="capi-abi3t").build()
    tables = built.soup("plain").select("table")
    captions = [table.caption.get_text().rstrip("\N{PILCROW SIGN}") for table in tables]
    assert captions[:2] == [
        "The examples on CPython 3.14.7",
        "The examples on CPython 3.15.7",
    ]
    assert captions[2].endswith("on CPython 3.15.7")


def test_nothing_recorded_is_a_note(with_report):
    built = with_report().build()
    assert built.warnings == []
    notes = [note.get_text() for note in built.soup("plain").select(".note")]
    assert len(notes) == 2
    assert all("nox -s examples -- --record" in note for note in notes)


def test_not_built_says_why(with_report):
    part = specimens.part(Outcome(name="f2py", skipped="no gfortran here"))
    built = with_report(specimens.report(part), name="f2py").build()
    assert built.warnings == []
    assert "(on 3.14: no gfortran here)" in built.soup("plain").select_one(".note").get_text()


def test_an_unknown_name_is_a_warning(with_report):
    built = with_report(specimens.report(), name="cpython").build("dummy")
    (warning,) = built.warnings
    assert warning.startswith("plain.md:8: WARNING: no example is called 'cpython'; there are capi")
    assert warning.endswith("[examples.unknown]")


def test_a_broken_report_is_a_warning(with_report, tmp_path):
    (tmp_path / "report.json").write_text("{")
    built = with_report().build("dummy")
    assert len(built.warnings) == 2
    assert all(
        "report.json: " in text
        and "examples -- --record" in text
        and "[examples.unreadable]" in text
        for text in built.warnings
    )


def test_text_of_a_report_stays_text(with_report):
    whole = specimens.outcome("cython")
    results = tuple(
        replace(one, races=replace(one.races, said=(HOSTILE,)), wheel=f"{HOSTILE}.whl")
        for one in whole.results
    )
    part = specimens.part(replace(whole, results=results, tools={"cython": HOSTILE}))
    built = with_report(specimens.report(part)).build()
    assert built.soup("plain").select("article script, table script") == []
    assert HOSTILE in built.soup("plain").get_text()


def test_a_new_report_reads_the_page_again(with_report, tmp_path):
    site = with_report(specimens.report())
    site.build()
    report.save(tmp_path / "report.json", specimens.part(specimens.outcome("swig")))
    again = site.build()
    assert again.read == ["plain"]
    assert len(again.soup("plain").select("table")[0].select("tbody tr")) == 1


def test_diffs_do_not_name_the_builders_folder(site):
    for name, text in (("before", "old\n"), ("after", "new\n")):
        (site.source / f"{name}.txt").write_text(text)
    site.page("plain", "# Plain\n\n```{literalinclude} after.txt\n:diff: before.txt\n```\n")
    built = site.build()
    assert built.warnings == []
    text = built.soup("plain").select_one(".highlight").get_text()
    assert text.startswith("--- before.txt\n+++ after.txt\n@@ -1 +1 @@\n-old\n+new")
    for path in sorted(site.source.parent.rglob("*.html")):
        assert str(site.root) not in path.read_text()
