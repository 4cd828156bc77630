"""`python -m ftguide collect` and `probe`: wrong requests, hostile wheels, no network, interruption."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ftguide.cli import main as front_door
from ftguide.ground.process import Ended
from ftguide.ground.vocabulary import Build
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.observe import ask, index
from ftguide.tracker.observe.install import Workshop
from ftguide.tracker.observe.probe import Request, cell_key, probe
from ftguide.tracker.observe.survey import Survey, cell_of
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Declarations, Declares, Kind
from ftguide.tracker.record.model import CompatError
from tests.tracker.clock import limits_begin_with
from tests.tracker.conftest import package
from tests.tracker.wheelwright import Wheelwright

ENTRY = '[[package]]\nname = "specimen-{0}"\nimports = ["specimen_{0}"]\nfield = "specimens"\n'


def described(folder: Path, *names: str) -> list[str]:
    """Write a packages file; return the options for it and for a log of its own."""
    path = folder / "packages.toml"
    path.write_text("".join(ENTRY.format(name) for name in names))
    return ["--packages", str(path), "--evidence", str(folder / "log")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--only", "lxmm"], "'lxmm' is not described"),
        (["--only", "lxmm"], "probe it by its name (`python -m ftguide probe NAME`)"),
        (["../lxml"], "'../lxml' is not NAME or NAME==VERSION"),
        (["<script>"], "'<script>' is not NAME"),
        (["lxml==moon; rm"], "'lxml==moon; rm' is not NAME"),
        (["lxml", "--only", "lxml"], "NAME chooses packages, and so do --only and --shard"),
        (["lxml", "--shard", "1/2"], "leave one out"),
        (["--only", "../lxml"], "'../lxml' is not described"),
        (["--only", "<script>"], "'<script>' is not described"),
        (["--shard", "9/8"], "--shard '9/8' is not a part; give one such as 2/8"),
        (["--shard", "0/8"], "--shard '0/8' is not a part"),
        (["--line", "3.14"], "--line '3.14' is not a free-threaded line; give one such as 3.14t"),
        (["--pin", "lxml"], "--pin 'lxml' is not NAME==VERSION"),
        (["--pin", "nowhere==1.0"], "--pin 'nowhere==1.0' is not NAME==VERSION of a chosen"),
        (["--pin", "lxml==1.0 --evil"], "is not NAME==VERSION"),
        (["--find-links", "/nowhere"], "--find-links /nowhere is not a folder of wheels"),
        (["--packages", "/nowhere.toml"], "/nowhere.toml: No such file"),
    ],
)
def test_a_wrong_request_is_answered_and_writes_nothing(words, says, tmp_path, capsys):
    log = tmp_path / "log"
    assert front_door.main(["probe", "--evidence", str(log), *words]) == 2
    assert says in capsys.readouterr().err
    assert not log.exists()


def test_without_a_network_each_package_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(index, "default_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr("ftguide.tracker.observe.collect.PAUSE_SECONDS", 0.0)
    words = ["collect", *described(tmp_path, "pure", "lazy")]
    assert front_door.main(words) == 1
    said = capsys.readouterr().err
    assert "package specimen-pure: the index does not answer" in said
    assert "package specimen-lazy: the index does not answer" in said
    assert "Nothing was written" in said
    assert not (tmp_path / "log").exists()


@pytest.fixture
def fresh(survey: Survey, tmp_path: Path) -> Survey:
    """Give the survey an empty log."""
    return replace(survey, log=tmp_path / "log")


@pytest.mark.slow
@pytest.mark.interpreters
def test_the_verb_probes_from_a_folder(wright, pair, tmp_path, capsys):
    words = ["probe", *described(tmp_path, "pure"), "--find-links", str(wright.shelf)]
    words += ["--deep-seconds", "0", "--python", pair.gil.executable]
    assert front_door.main([*words, "--python", pair.ft.executable]) == 0
    assert "pure Python" in capsys.readouterr().out
    kinds = [item.kind for item in evidence.read_package(tmp_path / "log", "specimen-pure")]
    assert kinds == [
        *(Kind.WHEEL, Kind.BACKFILL, Kind.CLAIM),
        *(Kind.DECLARE, Kind.IMPORT, Kind.FALLBACK),
    ]


@pytest.mark.interpreters
def test_a_wrong_hash_is_named_and_nothing_is_written(pair, workshop, wright, tmp_path):
    wheel = next(wright.shelf.glob("specimen_pure-*.whl")).name
    request = Request(package=package("specimen-pure"), version="1.0", hashes={wheel: "0" * 64})
    with pytest.raises(CompatError, match=rf"specimen-pure: {wheel} has the sha256 .* stated 0000"):
        probe(request, pair, workshop)
    unlisted = replace(request, hashes={"another.whl": "0" * 64})
    with pytest.raises(CompatError, match="stated no such file"):
        probe(unlisted, pair, workshop)


@pytest.mark.interpreters
def test_hostile_wheels_are_named_and_run_nothing(fresh, wright: Wheelwright, tmp_path):
    """None of them is installed, so none of them runs; a trace would appear where they say."""
    trace = tmp_path / "trace"
    run = f"open({str(trace)!r}, 'w').close()\n"
    wright.wheel("evil-path", "py3-none-any", {"evil_path.py": run, "../../evil.pth": run})
    wright.wheel("evil-bomb", "py3-none-any", {"evil_bomb.py": run, "zeros": bytes(50_000_000)})
    wright.wheel("evil-name", "py3-none-any", {"evil_name.py": run}).rename(
        wright.shelf / "evil_name-2.0-py3-none-any.whl"
    )
    for name, says in (
        (
            "evil-path",
            r"evil_path-1\.0-py3-none-any\.whl: member '../../evil\.pth' would be written",
        ),
        ("evil-bomb", r"evil_bomb-1\.0-py3-none-any\.whl: .* zip bomb"),
        ("evil-name", r"evil-name"),
    ):
        report = fresh.one(package(name))
        assert re.search(says, report.problem), report
        assert {item.kind for item in evidence.read_package(fresh.log, name)} == {
            *(Kind.WHEEL, Kind.BACKFILL),
        }
    assert not trace.exists()


@pytest.mark.slow
@pytest.mark.interpreters
def test_a_record_cannot_take_what_is_not_its_own(fresh, wright: Wheelwright, monkeypatch):
    """uv drops rows for what it did not write; with a client that keeps them, we leave them out.

    Otherwise the extension module outside would be judged as the package's own, and it would not be pure.
    """
    rows = f"../evil{wright.headers[Build.FREE_THREADED].suffix},,\n/etc/passwd,,\n"
    wright.wheel("evil-record", "py3-none-any", {"evil_record.py": "x = 1\n"}, record=rows)

    def kept(venv: Path) -> list[Path]:
        (record,) = venv.glob("lib/python*/site-packages/evil_record-1.0.dist-info/RECORD")
        with record.open("a") as stream:
            stream.write(rows)
        return [record.parents[1]]

    monkeypatch.setattr("ftguide.tracker.observe.artifacts.site_packages_of", kept)
    report = fresh.one(package("evil-record"))
    facts = fresh.pair.ft.facts
    cell = cell_of(package("evil-record"), fresh.log, "3.14t", cell_key(facts)[1])
    assert report.problem == ""
    assert cell.level is Level.PURE


@pytest.mark.interpreters
def test_a_library_without_a_module_in_it_is_not_asked_about(fresh, wright: Wheelwright):
    """What modules link to is left out; what is damaged, or raises while it is created, is not."""
    core, binary = wright.compile(Build.FREE_THREADED, "_core", "DECLARES")
    suffix = core.removeprefix("_core")
    wright.wheel(
        "evil-library",
        wright.tag(Build.FREE_THREADED),
        {
            "evil_library/__init__.py": "",
            f"evil_library/{core}": binary,
            f"evil_library/_linked{suffix}": binary,  # exports PyInit__core only
            f"evil_library/_damaged{suffix}": b"no library",
        },
    )
    report = fresh.one(package("evil-library"))
    assert report.problem == ""
    (declared,) = [item.result for item in report.items if item.kind is Kind.DECLARE]
    assert isinstance(declared, Declarations)
    assert {module.module: module.declares for module in declared.modules} == {
        "evil_library._core": Declares.NOT_USED,
        "evil_library._damaged": Declares.ERROR,
    }


@pytest.mark.interpreters
def test_what_a_package_prints_is_no_answer(fresh, wright: Wheelwright):
    """A package that writes what our scripts write does not speak for itself."""
    lie = '{"name": "evil_liar", "gil_before": false, "gil_after": false, "error": ""}'
    core, binary = wright.compile(Build.FREE_THREADED, "_core")
    code = f"print({lie!r}, flush=True)\nfrom evil_liar import _core\n"
    wright.wheel(
        "evil-liar",
        wright.tag(Build.FREE_THREADED),
        {"evil_liar/__init__.py": code, f"evil_liar/{core}": binary},
    )
    assert fresh.one(package("evil-liar")).problem == ""
    facts = fresh.pair.ft.facts
    platform = cell_key(facts)[1]
    assert cell_of(package("evil-liar"), fresh.log, "3.14t", platform).level is Level.GIL_ON


@pytest.mark.slow
@pytest.mark.interpreters
def test_hangs_and_bad_endings_are_results(fresh, wright: Wheelwright, tmp_path, monkeypatch):
    monkeypatch.setattr(ask, "IMPORT_SECONDS", 1.5)
    monkeypatch.setattr(ask, "SUBMODULE_SECONDS", 1.0)
    asleep = tmp_path / "asleep"
    limits_begin_with(monkeypatch, asleep)
    put = ask._run

    def awake(*arguments: object, **more: object) -> Ended:
        asleep.unlink(missing_ok=True)  # the next process has all the time it needs to get there
        return put(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ask, "_run", awake)
    wright.wheel(
        "evil-sleeper",
        "py3-none-any",
        {
            "evil_sleeper/__init__.py": "",
            "evil_sleeper/a_quits.py": "import os\nos._exit(7)\n",
            "evil_sleeper/b_sleeps.py": (
                f"import time\nopen({str(asleep)!r}, 'w').close()\ntime.sleep(600)\n"
            ),
            "evil_sleeper/c_raises.py": "raise SystemExit('<b>no</b>')\n",
            "evil_sleeper/d_works.py": "",
        },
    )
    report = fresh.one(package("evil-sleeper", "evil_sleeper", "evil_sleeper.b_sleeps"))
    found = {item.kind: item.result for item in report.items}
    names = found[Kind.IMPORT].names  # type: ignore[union-attr]
    assert [one.ended for one in names] == ["", "time-out after 1.5 s"]
    deep = found[Kind.DEEP]
    assert [(one.module, one.detail) for one in deep.ended] == [  # type: ignore[union-attr]
        ("evil_sleeper.a_quits", "exit status 7"),
        ("evil_sleeper.b_sleeps", "time-out after 1 s"),
    ]
    assert (deep.imported, deep.not_reached) == (2, 0)  # type: ignore[union-attr]
    assert deep.errors[0].detail == "SystemExit: <b>no</b>"  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_missing_smoke_script_is_named(pair, workshop: Workshop, tmp_path):
    request = Request(
        package=package("specimen-pure", smoke="nowhere.py"),
        version="1.0",
        smoke=tmp_path,
        deep_seconds=0,
    )
    with pytest.raises(
        CompatError, match=r"specimen-pure: its smoke script .*nowhere\.py is missing"
    ):
        probe(request, pair, workshop)


@pytest.mark.slow
@pytest.mark.interpreters
def test_interrupting_leaves_no_process_and_no_folder(wright: Wheelwright, pair, tmp_path):
    code = "import pathlib, time\npathlib.Path(%r).touch()\ntime.sleep(600)\n"
    flag = tmp_path / "importing"
    wright.wheel("evil-waiter", "py3-none-any", {"evil_waiter.py": code % str(flag)})
    (tmp_path / "packages.toml").write_text(
        '[[package]]\nname = "evil-waiter"\nimports = ["evil_waiter"]\nfield = "specimens"\n'
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "ftguide", "probe", "--find-links", str(wright.shelf)),
            *("--packages", str(tmp_path / "packages.toml")),
            *("--evidence", str(tmp_path / "log")),
            *("--python", pair.gil.executable, "--python", pair.ft.executable),
        ],
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while not flag.exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert list(scratch.iterdir()) == []
    kinds = {item.kind for item in evidence.read_package(tmp_path / "log", "evil-waiter")}
    assert kinds == {Kind.WHEEL, Kind.BACKFILL}
