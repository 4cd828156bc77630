"""Pages about services: tables and figures of a run, and what stands there without one."""

from dataclasses import replace

import pytest

from ftguide.services.derive.ratios import report
from ftguide.services.pages import data
from ftguide.services.pages.data import Shown
from tests.services.derive.test_ratios import block, served, stored_of
from tests.sphinx_project import make


@pytest.fixture
def site(tmp_path):
    return make(tmp_path)


@pytest.fixture
def shown(monkeypatch):
    blocks = [
        block(
            index,
            {
                "gil-single": served(1),
                "ft-single": served(1.1 + index / 1000),
                "gil-processes-2": served(1),
                "ft-threads-2": served(0.5 + index / 1000),
            },
        )
        for index in range(5)
    ]
    stored = stored_of(blocks)
    machine = replace(stored.head.machine, name="some-machine")
    stored = replace(stored, head=replace(stored.head, machine=machine))
    made = Shown(report=report(stored), path=None, problems=(), paths=())
    monkeypatch.setattr(data, "shown", lambda *_: made)
    return made


PAGE = """---
orphan: true
---

# Services

```{services:run}
```

```{services:summary} cpu
```

```{services:tables} flask-gunicorn
```

Threads need {services:value}`flask-gunicorn/json:cpu:ft-threads-2/gil-processes-2`,
and hold {services:value}`flask-gunicorn:memory:ft-threads-2`.
"""


def test_a_page_shows_a_run(shown, site):
    site.page("page", PAGE)
    built = site.build()
    text = built.soup("page").get_text(" ")
    assert "0.502 (0.500\N{EN DASH}0.504)" in text or "0.50" in text
    assert "Flask under gunicorn: 2 threads in a process of the free-threaded build" in text
    (row,) = [
        row
        for row in built.soup("page").find_all("tr")
        if row.find(id="services-flask-gunicorn-json-ft-threads-2-vs-gil-processes-2")
    ]
    assert row.find("th").get_text(strip=True) == "JSON from memory"
    ids = [each["id"] for each in built.soup("page").find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert "wrk 4.1.0" in text
    assert "PostgreSQL 18.1" in text
    assert built.warnings == []


def test_without_a_run_the_page_says_how_to_measure(monkeypatch, site):
    monkeypatch.setattr(
        data, "shown", lambda *_: Shown(report=None, path=None, problems=(), paths=())
    )
    site.page("page", PAGE)
    built = site.build()
    text = " ".join(built.soup("page").get_text(" ").split())
    assert "nox -s bench -- --group services" in text
    assert "not measured yet" in text
    assert built.warnings == []


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("flask-gunicorn/json:speed:ft-single/gil-single", "write service/route"),
        ("flask-gunicorn/nothing:cpu:ft-single/gil-single", "no such figure"),
        ("other/json:cpu:ft-single", "no such figure"),
    ],
)
def test_a_figure_that_is_not_there_is_a_warning(shown, site, role, said):
    site.page("page", f"---\norphan: true\n---\n\n# Page\n\nIt is {{services:value}}`{role}`.\n")
    (warning,) = site.build().warnings
    assert said in warning


def test_what_is_damaged_is_named_and_the_rest_is_shown(tmp_path):
    from ftguide.services.record import store
    from ftguide.services.record.model import Entry
    from tests.services.made import head_of

    good = store.begin(head_of(), tmp_path)
    store.append(good, Entry(block=block(0, {})))
    store.append(good, Entry(finished="now"))
    store.publish(good, "one", tmp_path)
    (store.path_of("one", "20261128T150000Z-ffffffff", tmp_path)).write_bytes(b"{\n")
    found = data.shown(tmp_path)
    assert found.path == store.path_of("one", head_of().run_id, tmp_path)
    assert "ffffffff" in found.problems[0]


def test_the_published_run_with_most_slices_is_shown():
    found = data.shown()
    plan = found.report.stored.head.plan
    runs = [data.store.read(path).head.plan for path in found.paths]
    assert plan.passes * plan.slices == max(each.passes * each.slices for each in runs)
