"""Walking uv.lock: forks, circles and diamonds, extras that edges ask for, locks without a project."""

import pytest
from packaging.markers import Marker

from ftguide.tracker.check import uvlock
from ftguide.tracker.check.dependency import DependencyError, Lack, Selection
from ftguide.tracker.check.target import Target
from tests.tracker.check.conftest import TARGET

APP = {"name": "app", "source": {"virtual": "."}}


def package(name, *edges, version="1", **more):
    listed = [edge if isinstance(edge, dict) else {"name": edge} for edge in edges]
    return {"name": name, "version": version, "dependencies": listed, **more}


def walk(*packages, target=TARGET, **selection):
    found = uvlock.walk(list(packages), target, Selection(**selection), "uv.lock")

    def names(places):
        return sorted(f"{packages[n]['name']} {packages[n].get('version')}" for n in places)

    left = [(one.lack, one.about, one.count) for one in found.left]
    return names(found.installed), names(found.elsewhere), left


OLD = package(
    "numpy", version="1", **{"resolution-markers": ["python_version < '3.14'", "os_name == 'nt'"]}
)
NEW = package("numpy", version="2", **{"resolution-markers": ["python_version >= '3.14'"]})


def test_forks_without_versions_on_their_edges():
    assert walk(package(**APP, version="0"), OLD, NEW)[0] == ["numpy 2"]
    app = {**APP, "dependencies": [{"name": "numpy"}]}
    assert walk(app, OLD, NEW)[:2] == (["numpy 2"], ["numpy 1"])
    windows = Target(line="3.14t", platform="win_amd64")
    assert walk(app, OLD, NEW, target=windows)[0] == ["numpy 1", "numpy 2"]  # both belong there


def test_a_version_on_an_edge_says_more_than_the_fork():
    app = {**APP, "dependencies": [{"name": "numpy", "version": "1"}]}
    assert walk(app, OLD, NEW)[0] == ["numpy 1"]


def test_a_lock_without_a_project_holds_what_belongs_to_the_fork():
    lock = (OLD, NEW, package("plain"))
    assert walk(*lock)[:2] == (["numpy 2", "plain 1"], ["numpy 1"])


def test_circles_and_diamonds_end():
    app = {**APP, "dependencies": [{"name": "a"}, {"name": "b"}]}
    lock = (package("a", "c", "b"), package("b", "c", "a"), package("c", "d"), package("d", "a"))
    assert walk(app, *lock)[0] == ["a 1", "b 1", "c 1", "d 1"]


def test_extras_that_an_edge_asks_for_are_followed_by_any_spelling():
    web = package(
        "web", **{"optional-dependencies": {"Fast_IO": [{"name": "io"}], "x": [{"name": "no"}]}}
    )
    app = {**APP, "dependencies": [{"name": "Web", "extra": ["fast-io"]}]}
    assert walk(app, web, package("io"), package("no"))[:2] == (["io 1", "web 1"], ["no 1"])


def test_an_edge_whose_marker_does_not_hold_leads_nowhere():
    edge = {"name": "winonly", "marker": "sys_platform == 'win32'"}
    app = {**APP, "dependencies": [edge]}
    assert walk(app, package("winonly")) == ([], ["winonly 1"], [])
    with pytest.raises(DependencyError, match=r"uv\.lock: 'moon' is not a marker"):
        walk({**APP, "dependencies": [{"name": "a", "marker": "moon"}]}, package("a"))


def test_what_nothing_leads_to_is_looked_at():
    assert walk(APP, package("stray", "deep"), package("deep"))[0] == ["deep 1", "stray 1"]


def test_a_group_counts_only_what_it_adds():
    app = {
        **APP,
        "dependencies": [{"name": "a"}],
        "dev-dependencies": {"dev": [{"name": "a"}, {"name": "tool"}], "same": [{"name": "a"}]},
    }
    lock = (app, package("a"), package("tool", "deep"), package("deep"))
    assert walk(*lock) == (["a 1"], [], [(Lack.GROUP, "dev", 2)])
    assert walk(*lock, groups={"dev"})[0] == ["a 1", "deep 1", "tool 1"]
    assert walk(*lock, groups={"dev"}, direct=True)[0] == ["a 1", "tool 1"]
    assert walk(*lock, everything=True)[2] == []


def test_the_members_of_a_workspace_are_projects():
    member = {"name": "member", "source": {"editable": "member"}, "dependencies": [{"name": "b"}]}
    app = {**APP, "dependencies": [{"name": "member"}]}
    assert walk(app, member, package("b"))[0] == ["b 1"]


def test_markers_are_for_the_target():
    for text, holds in (
        ("platform_machine == 'x86_64'", True),
        ("sys_platform == 'darwin'", False),
    ):
        assert TARGET.holds(Marker(text)) is holds
    old = Target(line="3.14t", platform="win32")
    assert old.holds(Marker("platform_machine == 'x86' and sys_platform == 'win32'"))
