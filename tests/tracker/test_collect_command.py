"""`collect --names`: a list of packages known from file names alone, in parts, against a loopback index."""

import json
import shutil

import pytest

from ftguide.cli.main import main
from ftguide.ground.files import ROOT
from ftguide.tracker.declare import packages
from ftguide.tracker.observe import collect
from ftguide.tracker.observe import index as indexing
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Kind, Wheels
from tests.tracker.loopback import serving

COUNT = 60


@pytest.fixture
def loopback(monkeypatch):
    monkeypatch.setattr(collect, "PAUSE_SECONDS", 0.0)
    with serving() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for number in range(COUNT):
            index.offer(f"p{number}", f"p{number}-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl")
        yield index


@pytest.fixture
def run(tmp_path, loopback, capsys):
    listed = tmp_path / "names.txt"
    listed.write_text("# a list\n" + "".join(f"p{number}\n" for number in range(COUNT)))

    def call(*options):
        words = ("--names", str(listed), "--cache", str(tmp_path / "cache"))
        code = main(["collect", *words, "--evidence", str(tmp_path / "log"), *options])
        return code, capsys.readouterr().err

    return call


@pytest.mark.slow
def test_parts_are_disjoint_and_all_of_them_are_the_whole(run, loopback, tmp_path):
    for part in range(1, 5):
        before = len(loopback.asked)
        assert run("--shard", f"{part}/4")[0] == 0
        assert 5 < len(loopback.asked) - before < 30
    names = [name for name, _ in loopback.asked]
    assert sorted(names) == sorted({f"p{number}" for number in range(COUNT)})
    (wheels, history) = evidence.read_package(tmp_path / "log", "p7")
    assert (wheels.kind, history.kind) == (Kind.WHEEL, Kind.BACKFILL)
    assert isinstance(wheels.result, Wheels)
    assert wheels.result.files[0].lines == ("3.14t",)


def test_a_later_run_is_conditional_and_repeats_no_observation(
    run, loopback, tmp_path, monkeypatch
):
    loopback.etags = True
    assert run("--shard", "1/4")[0] == 0
    first = len(loopback.asked)
    monkeypatch.setattr(indexing, "FRESH_SECONDS", 0.0)
    assert run("--shard", "1/4")[0] == 0
    again = loopback.asked[first:]
    assert len(again) == first
    assert all("If-None-Match" in headers for _, headers in again)
    (log,) = {path for path in (tmp_path / "log").glob("*.jsonl") if path.stem == again[0][0]}
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [sorted(line) for line in lines[2:]] == [["at", "seen"]] * 2


def test_parts_of_a_job_are_merged_and_nothing_is_repeated(run, tmp_path, capsys):
    log, parts = tmp_path / "log", tmp_path / "parts"
    assert run("--shard", "1/2")[0] == 0
    shutil.copytree(log, parts / "one")
    shutil.rmtree(log)
    assert run("--shard", "2/2")[0] == 0
    for number in (2 * COUNT - 2 * len(list(log.glob("*.jsonl"))), 0):
        assert main(["collect", "--merge", str(parts), "--evidence", str(log)]) == 0
        assert f"{number} new sightings merged, 0 files refused" in capsys.readouterr().err
    assert len(list(log.glob("*.jsonl"))) == COUNT
    (parts / "evil.jsonl").write_text("{}\n")
    assert main(["collect", "--merge", str(parts), "--evidence", str(log)]) == 1
    assert "evil.jsonl, line 1" in capsys.readouterr().err
    assert main(["collect", "--merge", str(tmp_path / "nowhere")]) == 2


def test_one_that_fails_stops_nothing(run, loopback):
    loopback.statuses["p3"] = 403
    code, said = run()
    assert code == 1
    assert f"{COUNT - 1} packages collected, 1 failed" in said
    assert "package p3: the index answered 403" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ok\n../evil\n", "line 2: '../evil' is not a normalised name"),
        ("Ok\n", "line 1: 'Ok' is not a normalised name"),
        ("a\n# b\na\n", "line 3: a stands on line 1, too"),
        ("".join(f"p{n}\n" for n in range(2001)), "2001 names, at most 2000"),
    ],
)
def test_a_damaged_list_is_refused(tmp_path, capsys, loopback, text, says):
    path = tmp_path / "names.txt"
    path.write_text(text)
    assert main(["collect", "--names", str(path), "--evidence", str(tmp_path / "log")]) == 2
    assert says in capsys.readouterr().err
    assert loopback.asked == []


def test_wrong_requests(tmp_path, capsys, loopback):
    path = tmp_path / "names.txt"
    path.write_text("a\n")
    for words, says in (
        (("--only", "lxml"), "--names chooses packages, and so does --only"),
        (("--shard", "5/4"), "--shard '5/4' is not a part"),
    ):
        assert main(["collect", "--names", str(path), *words]) == 2
        assert says in capsys.readouterr().err


def test_the_list_of_the_project_names_nobody_who_is_described():
    names = packages.read_names(ROOT / packages.NAMES)
    described = {package.name for package in packages.read(ROOT / packages.PACKAGES)}
    assert names
    assert described.isdisjoint(names)
    for name in names:
        assert evidence.read_package(ROOT / evidence.BY_NAME, name), name
