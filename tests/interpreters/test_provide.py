"""A pair comes from the first route that has one, and its two builds are as alike as can be had."""

from pathlib import Path

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.interpreters import managed
from ftguide.interpreters.discover import Candidate
from ftguide.interpreters.model import InterpreterError, Pair, Route, Setting
from ftguide.interpreters.provide import check_line, find, provide, ranked_pairs
from tests.interpreters.conftest import LINE, Machine, fake_python

NAME = f"python{LINE}"
FT = Build.FREE_THREADED


def get(machine: Machine, **choices: object) -> Pair:
    return provide(LINE, say=machine.say, means=machine.means(), **choices)  # type: ignore[arg-type]


def pyenv(machine: Machine, folder: str, build: Build = Build.GIL, **said: object) -> Path:
    name = NAME + ("t" if build is FT else "")
    where = machine.root / ".pyenv" / "versions" / folder / "bin" / name
    return fake_python(where, build, **said)  # type: ignore[arg-type]


@pytest.fixture
def with_pool(machine: Machine) -> Machine:
    machine.network.files = {machine.pool_url: machine.tarball}
    return machine


def test_an_installed_pair_comes_first_and_needs_no_network(with_pool: Machine):
    machine = with_pool
    gil, ft = fake_python(machine.bin / NAME), fake_python(machine.bin / f"{NAME}t", FT)
    pair = get(machine)
    assert (pair.gil.executable, pair.ft.executable) == (str(gil), str(ft))
    assert pair.gil.route is Route.INSTALLED
    assert machine.network.asked == []
    assert not machine.shelf.root.exists()
    assert [line.partition(" (")[0] for line in machine.said] == [
        f"GIL-enabled {LINE}.1: found on PATH as {NAME}",
        f"free-threaded {LINE}.1: found on PATH as {NAME}t",
    ]


def test_uv_comes_next(with_pool: Machine, monkeypatch):
    machine = with_pool
    machine.network.routes = (managed.HOSTS[0],)
    paths = [pyenv(machine, "../../elsewhere/x"), pyenv(machine, "../../elsewhere/x", FT)]
    asked = []

    def download(line, *, say, environ):
        asked.append(line)
        return [Candidate(path=str(path), route=Route.UV, detail="by uv") for path in paths]

    monkeypatch.setattr(managed, "download", download)
    pair = get(machine)
    assert asked == [LINE]
    assert pair.gil.route is pair.ft.route is Route.UV
    assert machine.network.asked == []


def test_source_comes_last_and_is_kept(with_pool: Machine, monkeypatch):
    machine = with_pool
    machine.network.routes = managed.HOSTS
    monkeypatch.setattr(managed, "download", lambda line, **_: [])
    pair = get(machine)
    assert pair.gil.route is pair.ft.route is Route.SOURCE
    assert pair.gil.detail.startswith("built here, quick, from")
    assert machine.builds() == ["gil", "ft"]
    again = get(machine)
    assert (again.gil.executable, again.ft.executable) == (
        pair.gil.executable,
        pair.ft.executable,
    )
    assert again.gil.detail.startswith("built here earlier, quick")
    assert machine.builds() == ["gil", "ft"]


def test_without_a_route_uv_is_not_started_and_python_org_not_asked(
    with_pool: Machine, monkeypatch
):
    machine = with_pool

    def download(line, **_):
        raise AssertionError("uv was started without a route")

    monkeypatch.setattr(managed, "download", download)
    assert get(machine).gil.route is Route.SOURCE
    assert machine.network.asked == [machine.pool_url]
    assert machine.told("no route to uv's downloads")
    assert machine.told("no route to python.org")


def test_python_org_is_asked_where_there_is_a_route(machine: Machine):
    machine.network.routes = ("https://www.python.org",)
    machine.network.files = {machine.release.url: machine.tarball}
    assert "python.org" in get(machine).gil.detail
    assert machine.network.asked == [machine.release.url]


def test_a_tarball_given_replaces_the_network(machine: Machine):
    pair = get(machine, tarball=machine.tarball)
    assert pair.gil.detail == "built here, quick, from a tarball given by hand"
    assert machine.network.asked == []


def test_a_wrong_tarball_writes_nothing(machine: Machine):
    machine.tarball.write_bytes(b"x")
    with pytest.raises(InterpreterError, match=str(machine.tarball)):
        get(machine, tarball=machine.tarball)
    assert not machine.shelf.root.exists()


def test_one_build_alone_is_no_reason_to_mix(with_pool: Machine):
    machine = with_pool
    fake_python(machine.bin / NAME, version=f"{LINE}.5")
    pair = get(machine)
    assert pair.gil.route is pair.ft.route is Route.SOURCE
    assert machine.told("no pair of one version", f"GIL-enabled: {LINE}.5", "free-threaded: none")


def test_two_versions_are_no_pair(with_pool: Machine):
    machine = with_pool
    fake_python(machine.bin / NAME, version=f"{LINE}.5")
    fake_python(machine.bin / f"{NAME}t", FT, version=f"{LINE}.4")
    assert get(machine).version == f"{LINE}.1"


def test_a_like_for_like_pair_wins_over_a_nearer_one(machine: Machine):
    fake_python(machine.bin / NAME, compiler="Clang 20")
    ft = fake_python(machine.bin / f"{NAME}t", FT)
    gil = pyenv(machine, "a")
    pair = get(machine)
    assert (pair.gil.executable, pair.ft.executable) == (str(gil), str(ft))
    assert pair.differences == ()


def test_a_pair_that_differs_is_used_when_nothing_is_alike(with_pool: Machine):
    machine = with_pool
    fake_python(machine.bin / NAME, cflags="-O2")
    fake_python(machine.bin / f"{NAME}t", FT)
    pair = get(machine)
    assert pair.gil.route is Route.INSTALLED
    assert pair.differences == ("cflags: GIL-enabled -O2, free-threaded -O3",)
    assert machine.network.asked == []


def test_optimised_wins_over_nearer_and_newer(machine: Machine):
    fake_python(machine.bin / NAME, version=f"{LINE}.9", pgo=False, lto=False)
    fake_python(machine.bin / f"{NAME}t", FT, version=f"{LINE}.9", pgo=False, lto=False)
    pyenv(machine, "a"), pyenv(machine, "b", FT)
    assert get(machine).version == f"{LINE}.1"


def test_newer_wins_among_equals(machine: Machine):
    for number in ("9", "10rc2", "10", "2", "10a1+"):
        pyenv(machine, f"g{number}", version=f"{LINE}.{number}")
        pyenv(machine, f"t{number}", FT, version=f"{LINE}.{number}")
    assert get(machine).version == f"{LINE}.10"
    pairs = ranked_pairs(find(LINE, say=machine.say, means=machine.means()))
    assert [pair.version.removeprefix(f"{LINE}.") for pair in pairs] == [
        *("10", "10rc2", "10a1+", "9", "2")
    ]


@pytest.mark.slow
def test_optimized_refuses_what_is_installed_without_pgo(with_pool: Machine):
    machine = with_pool
    fake_python(machine.bin / NAME, pgo=False)
    fake_python(machine.bin / f"{NAME}t", FT, pgo=False)
    assert get(machine).gil.route is Route.INSTALLED
    assert get(machine, setting=Setting.OPTIMIZED).gil.route is Route.SOURCE
    assert machine.told("unoptimised, and optimized was asked for")
    assert "--enable-optimizations" in machine.diary.read_text()


def test_half_a_build_is_finished_rather_than_mixed(with_pool: Machine):
    """What an interrupted call left on the shelf makes no pair with something different."""
    machine = with_pool
    built = get(machine)
    Path(built.ft.executable).parents[1].joinpath("built.json").unlink()
    fake_python(machine.bin / f"{NAME}t", FT, compiler="Clang 20")
    assert get(machine).differences == ()
    assert machine.builds() == ["gil", "ft", "ft"]


def test_ranking_holds_every_pair_of_one_version(machine: Machine):
    fake_python(machine.bin / NAME)
    fake_python(machine.bin / f"{NAME}t", FT)
    pyenv(machine, "t2", FT, lto=False)
    pyenv(machine, "other", version=f"{LINE}.7")
    pairs = ranked_pairs(find(LINE, say=machine.say, means=machine.means()))
    assert [bool(pair.differences) for pair in pairs] == [False, True]


@pytest.mark.parametrize("line", ["3.12", "2.7", "3", "3.14.7", "3.14t", "", "x"])
def test_what_is_no_line_is_refused(line: str):
    with pytest.raises(InterpreterError):
        check_line(line)
