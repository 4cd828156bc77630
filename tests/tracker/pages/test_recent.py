"""What changed recently, and what is known from file names alone: told apart from what was probed."""

import json
from dataclasses import replace
from datetime import date

import pytest
from docutils import nodes

from ftguide.tracker.derive.derive import derive
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.pages import by_name, recent
from ftguide.tracker.record.findings import Backfill, Kind, Transition, WheelFile, Wheels
from ftguide.tracker.record.model import LINES, PLATFORMS, Package
from tests import tracked
from tests.tracker.pages.test_tracking import project

TODAY = date(2026, 12, 24)


def package(name):
    return Package(name=name, imports=(name,), field="arrays")


def statuses(*evidence, today=TODAY):
    names = sorted({item.package for item in evidence})
    return derive(evidence, [package(name) for name in names], today)


def changed(name="things"):
    """Return a package that was probed twice, with another level the second time."""
    before = tracked.about(name, "turns-on")
    after = tracked.about(name, "declares", at="2026-12-20T00:00:00Z")
    return [*before, *after]


def told(found):
    return [
        (one.change.at, one.change.before, one.change.after, [name for name, _ in one.packages])
        for one in found.news
        if not one.change.backfilled
    ]


def test_a_level_that_changed_is_a_row_and_so_are_first_looks_together():
    first = [*tracked.about("planet", "pure"), *tracked.about("other", "pure")]
    found = recent.recent(statuses(*changed(), *first), TODAY)
    assert found.since == "2026-09-25"
    assert told(found)[0] == ("2026-12-20", Level.GIL_ON, Level.GIL_OFF, ["things"])
    assert not found.news[0].first_look
    looks = [one for one in found.news if one.first_look]
    assert ["other", "planet"] in [[name for name, _ in one.packages] for one in looks]
    rows = [row.astext() for row in recent.shown(found)[0].findall(nodes.row)]
    assert "turns the GIL on" in rows[1]
    assert "GIL stays off" in rows[1]
    assert any("not probed" in row and "planet 6.1.3" in row for row in rows)


def test_what_is_older_than_the_span_is_history():
    found = recent.recent(statuses(*changed(), today=date(2027, 6, 1)), date(2027, 6, 1))
    assert found.news == ()
    (paragraph,) = recent.shown(found)
    assert paragraph.astext() == "Nothing has changed since 2027-03-03."


def test_wheels_come_and_go_by_their_upload_times():
    came = Transition(
        at="2026-11-01T10:00:00Z", version="6.2", line="3.15t", platform=PLATFORMS[0], present=True
    )
    went = replace(came, at="2026-11-10T10:00:00Z", version="6.3", present=False)
    evidence = [
        tracked.item("thing", Kind.WHEEL, tracked.wheels("thing")),
        tracked.item("thing", Kind.BACKFILL, Backfill(transitions=(came, went))),
    ]
    found = recent.recent(statuses(*evidence), TODAY)
    assert [(one.change.at, one.change.after, one.packages) for one in found.news] == [
        ("2026-11-10", Level.NO_WHEEL, (("thing", "6.3"),)),
        ("2026-11-01", Level.NOT_PROBED, (("thing", "6.2"),)),
    ]
    text = recent.shown(found)[0].astext()
    assert "wheel uploaded" in text
    assert "no wheel any more" in text
    assert "Linux x86-64" in text


def test_long_lists_are_cut_and_say_so(monkeypatch):
    monkeypatch.setattr(recent, "MOST_ROWS", 1)
    found = recent.recent(statuses(*changed()), TODAY)
    assert len(found.news) > 1
    table, rest = recent.shown(found)
    assert rest.astext() == f"{len(found.news) - 1} older ones stand on the packages' pages."
    assert len(list(table.findall(nodes.row))) == 2


def wheel(abi, *platforms, lines=LINES):
    return WheelFile(
        file="thing.whl",
        sha256="0" * 64,
        size=1,
        uploaded="",
        abi=abi,
        lines=lines,
        platforms=platforms,
    )


ALL = (*PLATFORMS, "win32", "win_arm64", "macosx_x86_64", "musllinux_x86_64", "musllinux_aarch64")


@pytest.mark.parametrize(
    ("files", "sdist", "said"),
    [
        ((wheel("none", *ALL),), True, "pure Python wheel"),
        ((wheel("cp314t", *ALL), wheel("none", *ALL)), True, "cp314t wheel"),
        ((wheel("none", *PLATFORMS),), True, "wheel for any ABI"),
        ((), True, "source only"),
        ((), False, "no wheel"),
        (
            (wheel("cp314t", *PLATFORMS[:2]),),
            True,
            "cp314t wheel: Linux x86-64, Linux ARM64; no wheel: macOS ARM64, Windows x86-64",
        ),
    ],
)
def test_files_say_what_an_installer_finds(files, sdist, said):
    offer = Wheels(newest="1.0", uploaded="", files=files, sdist=sdist)
    (status,) = statuses(tracked.item("thing", Kind.WHEEL, offer, version="1.0"))
    assert by_name.offered(status, "3.14t") == said
    assert status.probed == 0


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "compatibility"
    tracked.fill(made, len(tracked.FATES))
    (made / "names.txt").write_text(
        "# a list\nlisted\nnever-asked\npure-004  # described as well\n"
    )
    offer = tracked.item("listed", Kind.WHEEL, tracked.wheels("listed"))
    tracked.write(tmp_path, [offer])
    (made / "by-name").mkdir()
    (tmp_path / "evidence" / "listed.jsonl").rename(made / "by-name" / "listed.jsonl")
    return made


def test_the_page_tells_both_apart(tmp_path, folder):
    site = project(tmp_path, folder)
    site.page(
        "tracking",
        "# Tracking\n\n```{compat:table}\n```\n\n```{compat:changes}\n```\n\n```{compat:names}\n```\n",
    )
    built = site.build()
    assert built.warnings == []
    soup = built.soup("tracking")
    names = soup.select_one("table.compat-names")
    assert "nothing of it was installed" in names.caption.get_text()
    assert [row.th.get_text(strip=True) for row in names.select("tbody tr")] == ["listed 6.1.3"]
    probed = soup.select_one("table.compat").get_text()
    assert "listed" not in probed
    assert "pure-004" not in names.get_text()  # described, so it stands among the probed ones
    assert soup.select_one("table.compat-recent")
    data = json.loads((built.out / "tracking" / "data" / "status.json").read_text())
    assert [(one["name"], one["asked_at"]) for one in data["by_name"]] == [
        ("listed", "2026-11-23"),
        ("never-asked", ""),
    ]
    assert data["by_name"][0]["files"] == {"3.14t": "cp314t wheel", "3.15t": "cp315t wheel"}
    assert "listed" not in {one["name"] for one in data["packages"]}


def test_a_damaged_list_is_a_warning_and_no_end(tmp_path, folder):
    (folder / "names.txt").write_text("listed\n../evil\n")
    (warning,) = project(tmp_path, folder).build().warnings
    assert "names.txt, line 2: '../evil' is not a normalised name" in warning
