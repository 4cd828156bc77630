"""A package's page and files: proof, history, commands, exports, and hostile text in all of them."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import bs4
import pytest

from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Reason, ReasonKind
from ftguide.tracker.pages import badge, commands, data, export, words
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import (
    Assertion,
    Claim,
    Control,
    Declarations,
    Declared,
    Declares,
    ImportedName,
    Imports,
    Kind,
    Retraction,
    Smoke,
    SourceBuild,
    UpstreamCi,
)
from ftguide.tracker.record.model import TOOL, Artifact
from tests import tracked
from tests.tracker.pages.test_tracking import project

ATOM = "{http://www.w3.org/2005/Atom}"
TODAY = date.fromisoformat(tracked.TODAY)


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory):
    """Build one package of every fate once, for the tests that only look at it."""
    root = tmp_path_factory.mktemp("ordinary")
    tracked.fill(root / "compatibility", len(tracked.FATES))
    return project(root, root / "compatibility", html_baseurl="https://guide.example/").build()


@pytest.fixture(scope="module")
def tracker(ordinary):
    return data.load(ordinary.out.parent.parent / "compatibility", TODAY)


def soup_of(text):
    return bs4.BeautifulSoup(text, "html.parser")


def test_page_proves_its_cells(ordinary, tracker):
    soup = ordinary.soup("tracking/turns-on-001")
    status = tracker.find("turns-on-001")
    cell = status.cells[0]
    part = soup.find(id=words.anchor(cell))
    assert "turns the GIL on" in part.get_text()
    assert cell.proof
    for id_ in cell.proof:
        assert part.find("a", href=f"#e-{words.short(id_)}")
        item = soup.find(id=f"e-{words.short(id_)}")
        assert item.has_attr("open")
        assert id_ in item.get_text()
    text = soup.get_text()
    for item in tracker.items["turns-on-001"]:
        assert item.id in text
        if item.artifact:
            assert item.artifact.sha256 in text
            assert item.artifact.file in text


def test_commands_repeat_the_finding_and_are_pinned(ordinary):
    commands = [
        line
        for block in ordinary.soup("tracking/turns-on-001").select("div.highlight pre")
        for line in block.get_text().splitlines()
    ]
    assert "$ nox -s probe -- --only turns-on-001 --line 3.14t" in commands
    (install,) = {line for line in commands if "pip install" in line}
    assert re.search(r"turns-on-001==6\.1\.3 --hash=sha256:[0-9a-f]{64}", install)
    check = "'import sys, turns_on_001; print(sys._is_gil_enabled())'  # False"
    assert f"$ probe-turns-on-001/bin/python -c {check}" in commands
    assert any("turns_on_001._core" in line and line.endswith("# True") for line in commands)


def test_history_tells_observed_from_reconstructed(ordinary):
    text = ordinary.soup("tracking/turns-on-001").find(id="history").get_text(" ", strip=True)
    assert "2025-09-22" in text
    assert "wheels appeared upload times" in text
    assert "2026-11-23" in text
    assert "unknown → turns the GIL on" in text


def test_claim_and_evidence_stand_side_by_side(ordinary):
    differs = ordinary.soup("tracking/turns-on-001").find(id="claim").get_text()
    assert "classify free-threading support as 3 - Stable" in differs
    assert "turns the GIL on" in differs
    assert "different questions" in differs
    agrees = ordinary.soup("tracking/exercised-006").find(id="claim").get_text()
    assert "different questions" not in agrees
    assert "state nothing" in ordinary.soup("tracking/pure-004").find(id="claim").get_text()


def test_pages_have_the_theme_and_unique_ids(ordinary, tracker):
    for status in tracker.statuses:
        soup = ordinary.soup(f"tracking/{status.package.name}")
        ids = [tag["id"] for tag in soup.select("[id]")]
        assert len(ids) == len(set(ids)), status.package.name
        assert soup.title.get_text().startswith(f"{status.package.name} on free-threaded Python")
        assert soup.select_one(".sidebar-tree")
        canonical = soup.select_one("link[rel=canonical]")["href"]
        assert canonical == f"https://guide.example/tracking/{status.package.name}.html"
        for link in soup.select("article a[href^='#']"):
            assert link["href"] == "#" or soup.find(id=link["href"][1:]), link
    assert not list(ordinary.out.rglob("*compat-shell*"))


@pytest.mark.slow
def test_directory_addresses_work_too(tmp_path):
    tracked.fill(tmp_path / "compatibility", 3)
    built = project(tmp_path, tmp_path / "compatibility").build("dirhtml")
    assert built.warnings == []
    page = built.out / "tracking" / "turns-on-001" / "index.html"
    soup = soup_of(page.read_text())
    for link in soup.select("article a, article img"):
        target = (link.get("href") or link.get("src")).partition("#")[0]
        if target and "://" not in target:
            path = (page.parent / target).resolve()
            assert path.is_file() or (path / "index.html").is_file(), target
    row = soup_of((built.out / "tracking" / "index.html").read_text())
    assert row.find(id="package-turns-on-001").a["href"] == "turns-on-001/"
    assert not list(built.out.rglob("*compat-shell*"))


def test_exports_agree_with_each_other(ordinary, tracker):
    whole = json.loads((ordinary.out / "tracking/data/status.json").read_text())
    assert (whole["schema"], whole["as_of"]) == (export.SCHEMA, tracked.TODAY)
    assert [one["name"] for one in whole["packages"]] == [
        one.package.name for one in tracker.statuses
    ]
    text = (ordinary.out / "tracking/data/status.csv").read_text()
    lines = list(csv.DictReader(io.StringIO(text)))
    cells = [(p["name"], c) for p in whole["packages"] for c in p["cells"]]
    assert len(lines) == len(cells)
    for line, (name, cell) in zip(lines, cells, strict=True):
        assert (line["package"], line["level"], line["platform"]) == (
            name,
            cell["level"],
            cell["platform"],
        )
    for status in tracker.statuses:
        path = ordinary.out / f"tracking/{status.package.name}.json"
        one = json.loads(path.read_text())
        assert one["headline"] == status.headline.value
        known = {item["id"] for item in one["evidence"]}
        assert all(set(cell["proof"]) <= known for cell in one["cells"])


def test_feed_has_changes_of_levels_only(ordinary):
    raw = (ordinary.out / "tracking/data/changes.atom").read_bytes()
    root = ET.fromstring(raw)  # noqa: S314 - written by the test
    entries = root.findall(f"{ATOM}entry")
    assert entries
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert "turns-on-001 6.1.3, 3.14t: unknown → turns the GIL on" in titles
    assert not any("→ not probed" in title for title in titles)
    assert all("2025" not in entry.findtext(f"{ATOM}updated") for entry in entries)
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]
    assert "https://guide.example/tracking/turns-on-001.html" in links


def test_badge_says_level_coverage_and_day(tracker):
    status = tracker.find("turns-on-001")
    text = badge.text_of(status)
    assert text == f"turns the GIL on · {status.probed} of 8 cells · 2026-11-23"
    root = ET.fromstring(badge.badge(status))  # noqa: S314 - written by us
    assert text in root.findtext("{http://www.w3.org/2000/svg}title")
    assert {badge.colour(level) for level in Level} == {
        "#5f6368",
        "#3b5b92",
        "#00695c",
        "#a83200",
    }


@pytest.mark.slow
def test_everything_is_the_same_twice(tmp_path):
    contents = []
    for name in ("one", "two"):
        tracked.fill(tmp_path / name / "compatibility", len(tracked.FATES))
        built = project(tmp_path / name, tmp_path / name / "compatibility").build()
        contents.append(
            {
                path.relative_to(built.out): path.read_bytes()
                for path in sorted(built.out.glob("tracking*/**/*"))
                if path.is_file()
            }
        )
        contents[-1]["page"] = (built.out / "tracking.html").read_bytes()
    assert contents[0] == contents[1]


# --- hostile text -----------------------------------------------------------------------------------


def hostile(name="evil"):
    """Return evidence with markup in every text that comes from a package."""
    bad = tracked.HOSTILE
    artifact = Artifact(file=f"{bad}.whl", sha256="ab" * 32, uploaded="2026-09-02T14:49:00Z")
    module = Declared(module=bad, file=bad, declares=Declares.USED, init="multi", detail=bad)
    offered = tracked.wheels(name)
    offered = replace(offered, files=(replace(offered.files[0], file=bad), *offered.files))
    more = {"line": "3.14t", "artifact": artifact}
    return [
        tracked.item(name, Kind.WHEEL, offered, run="javascript:alert(1)"),
        tracked.item(name, Kind.CLAIM, Claim(classifiers=(f"x :: {bad}",))),
        tracked.item(name, Kind.DECLARE, Declarations(modules=(module,)), **more),
        tracked.item(
            name,
            Kind.IMPORT,
            Imports(names=(ImportedName(name=bad, gil_enabled=True, error=bad, ended=""),)),
            **more,
        ),
        tracked.item(
            name,
            Kind.SMOKE,
            Smoke(
                script=bad,
                script_sha256="0",
                threads=4,
                passed=False,
                gil_enabled=True,
                detail=bad,
                control=Control.FAILED,
            ),
            **more,
        ),
        tracked.item(name, Kind.BUILD, SourceBuild(worked=False, image=bad, detail=bad), **more),
        tracked.item(name, Kind.UPSTREAM_CI, UpstreamCi(url="javascript:alert(1)")),
        tracked.item(name, Kind.ASSERTION, Assertion(url="data:text/html,x", statement=bad)),
        tracked.item(name, Kind.RETRACTION, Retraction(of=f"sha256:{'0' * 64}", reason=bad)),
    ]


def test_no_text_of_a_package_becomes_markup(tmp_path):
    folder = tmp_path / "compatibility"
    tracked.describe(folder, {"evil": "hostile"}, evil=tracked.HOSTILE)
    tracked.write(folder, hostile())
    built = project(tmp_path, folder).build()
    assert built.warnings == []
    written = [p for p in built.out.rglob("*") if p.suffix in {".html", ".svg", ".atom"}]
    assert {"tracking.html", "evil.html", "evil.svg"} <= {path.name for path in written}
    for path in written:
        text = path.read_text()
        assert "<script>alert" not in text, path
        assert "alert('x')</script>" not in text, path
        if path.suffix == ".html":
            assert not soup_of(text).select("a[href^='javascript:'], a[href^='data:']"), path
    text = built.soup("tracking/evil").get_text()
    assert text.count(tracked.HOSTILE) >= 8


def test_commands_never_carry_other_peoples_text(tmp_path):
    folder = tmp_path / "compatibility"
    tracked.describe(folder, {"evil": "hostile"})
    tracked.write(folder, hostile())
    status = data.load(folder, TODAY).find("evil")
    for cell in status.cells:
        for command in commands.by_hand(cell, "evil"):
            assert "<script>" not in command
            assert "alert" not in command
    assert commands.probe_command("; rm -rf /", "3.14t") == ""
    assert commands.probe_command("fine", "3.14t; true") == ""
    odd = tracked.item(
        "evil", Kind.DECLARE, Declarations(modules=()), line="3.14t", version="1;true"
    )
    cell = replace(status.cells[0], seen={Kind.DECLARE: odd})
    assert commands.by_hand(cell, "evil") == []


def test_a_spreadsheet_takes_nothing_for_a_formula(tmp_path):
    folder = tmp_path / "compatibility"
    tracked.describe(folder, {"evil": "hostile"})
    text = (folder / "packages.toml").read_text().replace('"arrays"', '"=1+1"')
    (folder / "packages.toml").write_text(text)
    raw = export.status_csv(data.load(folder, TODAY)).decode()
    assert {line["field"] for line in csv.DictReader(io.StringIO(raw))} == {"'=1+1"}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", 'https://x.example/"onload="', "//x", ""]
)
def test_addresses_that_are_not_linked(address):
    assert words.web(address) == ""


def test_every_kind_of_evidence_has_words():
    for item in [*hostile(), *tracked.about("thing", "exercised"), *tracked.about("t", "crashes")]:
        assert words.sentences(item)
    assert len({words.kind(kind) for kind in Kind}) == len(Kind)
    suite = next(one for one in tracked.about("t", "exercised") if one.kind is Kind.SUITE)
    part = replace(suite.result, sample=True, modules=("t.tests",), new_failures=("t.tests::race",))
    said = " ".join(words.sentences(replace(suite, result=part)))
    assert "no ground for a level" in said
    assert "Failing in parallel only: t.tests::race." in said
    with pytest.raises(TypeError, match="no words"):
        words.sentences(replace(hostile()[0], result=None))


def test_every_reason_has_words_with_its_values():
    values = {"about": "ABOUT", "detail": "DETAIL", "owner": "OWNER", "line": "3.14t"}
    for kind in ReasonKind:
        about = Level.PURE.value if kind is ReasonKind.LEVEL else "ABOUT"
        detail = "gil-stays-off" if kind in words.NAMING_ANSWERS else "DETAIL"
        given = {**values, "about": about, "detail": detail}
        text = words.reason(Reason(kind, **given, count=2, total=7))
        assert "gil-stays-off" not in text
        assert text, kind
        assert "{" not in text, kind
    assert words.reason(Reason(ReasonKind.NOT_REACHED, count=2, total=7)) == (
        "2 of 7 submodules not reached in time"
    )
    assert words.reason(Reason(ReasonKind.LEVEL, Level.PURE)) == Level.PURE.meaning
    braces = Reason(ReasonKind.IMPORT_FAILED, "{detail}", "{owner} {0}")
    assert (
        words.reason(braces) == "import {detail}: {owner} {0}"
    )  # other people's text is no template


def test_the_version_of_the_probe_stands_beside_the_proof(tmp_path):
    folder = tmp_path / "compatibility"
    tracked.describe(folder, {"new": "declares", "old": "declares"})
    imports = Imports(names=(ImportedName(name="new", gil_enabled=False),))
    tracked.write(folder, [tracked.item("new", Kind.IMPORT, imports, tool=TOOL)])
    tracked.write(folder, [tracked.item("old", Kind.IMPORT, imports)])
    built = project(tmp_path, folder).build()
    assert TOOL in built.soup("tracking/new").find(id="evidence").get_text()
    assert "Looked at with" not in built.soup("tracking/old").find(id="evidence").get_text()
    (item,) = json.loads((built.out / "tracking/new.json").read_text())["evidence"]
    assert item["tool"] == TOOL


def test_names_that_are_no_names_never_become_files(tmp_path):
    folder = tmp_path / "compatibility"
    tracked.describe(folder, {"../../evil": "declares"})
    built = project(tmp_path, folder).build()
    (warning,) = built.warnings
    assert "'../../evil'" in warning
    assert "name is not normalised" in warning
    assert evidence.NAME.fullmatch("evil")
    assert not list(tmp_path.rglob("evil*"))


def test_evidence_that_nothing_rests_on_leads_to_its_data(ordinary):
    for page in sorted((ordinary.out / "tracking").glob("*.html")):
        soup = ordinary.soup(f"tracking/{page.stem}")
        data = (page.with_suffix(".json")).read_text()
        for item in soup.select("details.compat-item"):
            proof, short = item.has_attr("open"), item["id"].removeprefix("e-")
            assert (item.select_one("dl.compat-facts") is not None) == proof
            assert proof or item.select_one("p a")["href"] == f"{page.stem}.json"
            assert short in data
