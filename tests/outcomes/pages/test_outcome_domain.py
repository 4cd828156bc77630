"""Pages of the outcome laboratory, built from observations that were made up."""

import csv
import dataclasses
import gzip
import json
import re

import bs4
import pytest
from sphinx.util.inventory import InventoryFile

from ftguide.ground.files import ROOT
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.derive import board as boards
from ftguide.outcomes.derive import grades
from ftguide.outcomes.derive.differences import differences
from ftguide.outcomes.pages import data, draw, export, stubs, words
from ftguide.outcomes.pages.data import Laboratory
from outcomes.tests.declare import acceptable, interesting
from tests.outcomes.made import observation
from tests.sphinx_project import CONF, Site

#: MyST's resolver of links to a heading uses a name that Sphinx deprecates.
pytestmark = pytest.mark.filterwarnings(
    "ignore:'myst_parser.*is deprecated:PendingDeprecationWarning"
)

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def found(specimens, monkeypatch):
    """Put made-up observations in the place of the stored ones."""

    def put(*seen) -> Laboratory:
        made = boards.board("epyc", specimens, seen) if seen else None
        laboratory = Laboratory(
            catalogue=specimens,
            board=made,
            differences=differences(made) if made else {},
            problems=(),
            paths=(),
        )
        monkeypatch.setattr(data, "laboratory", lambda: laboratory)
        return laboratory

    return put


@pytest.fixture
def seen(specimens):
    lost, crashes = specimens.tests["specimen-lost"], specimens.tests["specimen-crashes"]
    return (
        observation(lost, "3.14.7", counts=[{"2": 1000}] * 4),
        observation(lost, "3.14.7t", counts=[{"2": 900 - n, "1": 100 + n} for n in range(8)]),
        observation(
            crashes, counts=[{"fine": 2}], ending="SIGSEGV", traces={"SIGSEGV": f"Fatal {HOSTILE}"}
        ),
    )


PAGE = """# Tests

```{outcome:grid}
```

```{outcome:totals}
```

```{outcome:issues}
```

```{outcome:changes}
```

```{outcome:legend}
```

```{outcome:downloads}
```

{outcome:ref}`specimen-lost`, {outcome:rate}`specimen-lost:1@3.14t`, {outcome:rate}`specimen-lost:1@3.14`,
{outcome:rate}`specimen-crashes:SIGSEGV@3.14.7t`, {outcome:rate}`specimen-lost:SIGSEGV@3.14t`.

| 3.14.7t | 3.14.7 |
|---|---|
| {outcome:count}`specimen-lost:1@3.14t` | {outcome:count}`specimen-lost:SIG*@3.14` |
"""
REMEDIES = "# Remedies\n\n(remedy-locks)=\n## Lock the whole `step`\n"
FAMILY = "# Specimens\n\n```{outcome:family} specimens\n```\n"


@pytest.fixture
def build(tmp_path):
    """Build a page that shows everything and the family's page; return the folder and the warnings."""

    def run(page=PAGE, builder="html"):
        site = Site(tmp_path)
        site.source.mkdir(exist_ok=True)
        (site.source / "conf.py").write_text(CONF)
        site.page("index", f"{page}\n\n```{{toctree}}\nfamily\nremedies\n```\n")
        site.page("family", FAMILY)
        site.page("remedies", REMEDIES)
        built = site.build(builder)
        return built.out, "\n".join(built.warnings)

    return run


def test_nothing_observed_says_how(found, build):
    found()
    out, warnings = build(builder="text")
    assert warnings == ""
    text = (out / "index.txt").read_text()
    assert '"nox -s outcomes"' in text
    assert "not observed yet" in text
    assert "def actor1" in (out / "family.txt").read_text()


def test_every_number_has_its_denominator(found, seen, build):
    found(*seen)
    out, warnings = build()
    assert warnings == ""
    html = (out / "index.html").read_text()
    assert "10 % of 8,000 samples on 3.14.7t" in html
    assert "0 of 4,000 samples on 3.14.7 (rate below 0.08 %)" in html
    assert "1 of 2 processes on 3.14.7t" in html
    assert "0 of 8 processes on 3.14.7t" in html
    cells = [cell.get_text() for cell in bs4.BeautifulSoup(html, "html.parser").select("td")]
    assert cells[-2:] == ["828 of 8,000", "0 of 4"]
    assert 'href="family.html#specimen-lost"' in html
    assert "int: n += 1" in html


def test_a_remedy_is_linked_by_the_title_of_its_section(found, seen, build):
    found(*seen)
    out, warnings = build()
    assert warnings == ""
    for page in "index.html", "family.html":
        soup = bs4.BeautifulSoup((out / page).read_text(), "html.parser")
        [link] = soup.select('a[href$="#remedy-locks"] .std-ref')
        assert link.get_text() == "Lock the whole step"


def test_a_family_shows_program_counts_configurations_and_stack(found, seen, build):
    found(*seen)
    out, _ = build()
    html = (out / "family.html").read_text()
    assert 'id="specimen-lost"' in html
    for text in ("Does it lose updates?", "pinned, short switch interval, warm", "60 %", "8,000"):
        assert text in html
    assert "Interpreters that differ" in html
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ("nothing:1@3.14t", "no outcome test is called 'nothing'"),
        ("specimen-lost:1@3.15t", "was not observed on 3.15t"),
        ("specimen-lost:7@3.14t", "neither saw nor declares '7'"),
        ("specimen-lost", "write test:outcome@3.14t"),
    ],
)
def test_a_rate_that_does_not_exist_is_a_warning(found, seen, build, role, message):
    found(*seen)
    _, warnings = build(f"# T\n\n{{outcome:rate}}`{role}`\n")
    assert message in warnings


def test_an_unknown_test_and_an_unknown_family_are_warnings(found, seen, build):
    found(*seen)
    _, warnings = build("# T\n\n{outcome:ref}`nowhere`\n\n```{outcome:family} nobody\n```\n")
    assert "no outcome test is called 'nowhere'" in warnings
    assert "no family of outcome tests is called 'nobody'" in warnings


def test_a_rare_outcome_is_a_count(specimens):
    lost = specimens.tests["specimen-lost"]
    cell = grades.cell(lost, observation(lost, "3.14.7t", counts=[{"2": 99_997, "1": 3}] * 4))
    text = words.rate_text(draw.seen_of(cell, "1"), "3.14.7t")
    assert text == "12 of 400,000 samples on 3.14.7t"


def test_a_declared_pattern_stands_for_all_that_it_grades(specimens):
    raises, crashes = specimens.tests["specimen-raises"], specimens.tests["specimen-crashes"]
    made = dataclasses.replace(
        raises, outcomes=(acceptable("2", "Both."), interesting("*", "Something else."))
    )
    cell = grades.cell(made, observation(made, counts=[{"2": 90, "1": 6, "0": 4}] * 4))
    assert draw.seen_of(cell, "*").rate.count == 40
    assert draw.seen_of(cell, "2").rate.count == 360
    assert draw.seen_of(cell, "7") is None

    seen = observation(crashes, counts=[{"fine": 2}] * 2, ending="SIGSEGV")
    cell = grades.cell(crashes, seen)
    assert draw.seen_of(cell, "SIG*").rate.count == draw.seen_of(cell, "SIGSEGV").rate.count > 0
    assert draw.seen_of(cell, "SIGABRT").rate.count == 0
    undeclared = dataclasses.replace(crashes, outcomes=(acceptable("fine", "Nothing."),))
    cell = grades.cell(undeclared, seen)
    assert draw.seen_of(cell, "SIG*").rate == draw.seen_of(cell, "SIGSEGV").rate


def test_other_builders_have_the_same_words(found, seen, build):
    found(*seen)
    out, warnings = build(builder="text")
    assert warnings == ""
    assert "interesting" in (out / "family.txt").read_text()


def test_exports(found, seen, build):
    laboratory = found(*seen)
    out, _ = build()
    written = json.loads(gzip.decompress((out / export.JSON).read_bytes()))
    assert written["machine"] == "epyc"
    by_slug = {test["test"]: test for test in written["tests"]}
    cell = by_slug["specimen-lost"]["interpreters"]["3.14.7t"]
    assert (cell["verdict"], cell["samples"]) == ("interesting", 8000)
    count = written["outcome_fields"].index("count")
    assert sum(one[count] for one in cell["outcomes"]) == 8000
    assert all(len(one) == len(written["outcome_fields"]) for one in cell["outcomes"])
    assert len(cell["configurations"][0]) == len(written["configuration_fields"])
    assert re.fullmatch("[0-9a-f]{64}", written["binaries"][cell["binary"]])
    with gzip.open(out / export.CSV, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["test"], row["outcome"]) for row in rows} >= {("specimen-crashes", "SIGSEGV")}
    assert export.files(laboratory) == export.files(laboratory)


def test_the_inventory_has_the_tests(found, seen, build):
    found(*seen)
    out, _ = build()
    inventory = InventoryFile.loads((out / "objects.inv").read_bytes(), uri="")
    assert "specimen-lost" in inventory.data["outcome:test"]


def test_every_family_has_its_page():
    """`python -m ftguide.outcomes.pages.stubs` writes what is missing here."""
    tests = catalogue()
    assert tests.problems == ()
    folder = ROOT / "source" / "thread-safety"
    assert {family.name for family in tests.families} <= {path.stem for path in folder.glob("*.md")}
    for family in tests.families:
        assert (folder / f"{family.name}.md").read_text() == stubs.stub(family)


def test_stubs_replace_stubs_only(tmp_path):
    folder = tmp_path / "thread-safety"
    folder.mkdir()
    written = stubs.write(tmp_path)
    assert len(written) == len(catalogue().families)
    written[0].write_text("# By hand\n")
    written[1].write_text("```{outcome:family} other\n```\n")
    assert stubs.write(tmp_path) == [written[1]]
