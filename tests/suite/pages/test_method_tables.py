"""What the tests of the method found: drawn when it is there, named when it is damaged."""

import json

import pytest

from ftguide.suite.pages import method_tables

MACHINE = {"machine": {"cpu_model": "Z80", "usable_cpus": 2}, "commit": "c" * 40}
FILES = {
    "accuracy.json": {
        **MACHINE,
        "python": "3.14.7",
        "compiler": "GCC 12.2.0",
        "blocks": 8,
        "rows": [
            {
                "slug": "nbody",
                "slices": [1.1, 1.09, 1.11],
                "stretches": [1.1, 1.08, 1.12],
                "slices_over_stretches": [1.0, 0.99, 1.01],
                "agree": True,
            },
            {
                "slug": "call-function",
                "slices": [1.2, 1.19, 1.21],
                "stretches": [1.3, 1.29, 1.31],
                "slices_over_stretches": [0.92, 0.91, 0.93],
                "slices_all_time": [1.25, 1.24, 1.26],
                "agree": False,
            },
        ],
    },
    "stock-0a1b2c3d.json": {
        **MACHINE,
        "python": "3.14.7",
        "compiler": "GCC 12.2.0",
        "pyperf": "2.10.0",
        "passes": {
            "nbody": {
                name: {"process_means": [0.010, 0.011, 0.012], "wall_seconds": 20.0}
                for name in ("gil", "ft", "gil-again", "ft-again")
            }
        },
    },
    "scalingbench.json": {
        **MACHINE,
        "python": "3.14.7",
        "compiler": "GCC 12.2.0",
        "threads": 2,
        "speedups": {"object_cfunction": {"100": [1.1, 0.5], "1000": [1.9, 2.0]}},
    },
}
ATTEMPT = {
    "script": "precision",
    "when": "2026-11-24T07:00:00Z",
    "commit": "a" * 40 + "-dirty",
    "goals": {"narrow <b>enough</b>": False, "soon enough": True},
    "figures": {},
}


@pytest.fixture
def page(site, tmp_path, monkeypatch):
    folder = tmp_path / "method"
    folder.mkdir()
    monkeypatch.setattr(method_tables, "FOLDER", folder)
    names = ("accuracy", "stock", "scalingbench", "attempts")
    text = "\n\n".join(f"```{{bench:method}} {name}\n```" for name in names)
    site.page("found", f"# Found\n\n{text}\n")
    site.page("index", (site.source / "index.md").read_text().replace("plain\n", "plain\nfound\n"))
    return folder


def test_without_files_the_page_says_what_is_missing(site, page):
    built = site.build()
    assert built.warnings == []
    assert built.soup("found").get_text().count("Not measured yet") == 4


def test_what_was_found_is_drawn_and_escaped(site, page):
    for name, data in FILES.items():
        (page / name).write_text(json.dumps(data))
    (page / "attempts.jsonl").write_text(json.dumps(ATTEMPT) + "\n\n")
    built = site.build()
    assert built.warnings == []
    soup = built.soup("found")
    text = soup.get_text()
    assert len(soup.select("table")) == 4
    assert "1.100 [1.090, 1.110]" in text
    assert "agree" in text
    assert "differ; values with all laps 1.250" in text
    assert "0.50\N{EN DASH}1.10" in text
    assert "narrow <b>enough</b>" in text
    assert "aaaaaaaaaaaa-dirty" in text
    assert "1.00 [" in text, "a build against itself"


@pytest.mark.parametrize("damage", ["{", "[]", '{"rows": [{}]}'])
def test_damage_is_named(site, page, damage):
    (page / "accuracy.json").write_text(damage)
    built = site.build()
    assert len(built.warnings) == 1
    assert "accuracy.json is damaged" in built.warnings[0]
