"""`check --probe` on specimen wheels: dependencies nobody has described, on the real interpreters."""

import json

import pytest

from ftguide.cli import check_probe
from ftguide.cli.main import main
from ftguide.tracker.observe.artifacts import Distribution, import_names
from ftguide.tracker.record.findings import Claim

pytestmark = [pytest.mark.interpreters, pytest.mark.timeout(300)]

EXPECTED = {
    "specimen-crashes": "breaks",
    "specimen-undeclared": "turns-gil-on",
    "specimen-lazy": "turns-gil-on",
    "specimen-abi3": "no-wheel",
    "specimen-declares": "gil-stays-off",
    "specimen-pure": "pure-python",
    "specimen-nowhere": "unknown",
}


@pytest.mark.slow
def test_unknown_dependencies_are_probed_and_judged(wright, tmp_path, capsys):
    path = tmp_path / "requirements.txt"
    pins = {"specimen-declares": "==1.0"}
    path.write_text("".join(f"{name}{pins.get(name, '')}\n" for name in EXPECTED))
    log = tmp_path / "evidence"
    code = main(
        [
            *("check", str(path), "--probe", "--find-links", str(wright.shelf), "--json"),
            *("--evidence", str(log), "--deep-seconds", "150"),
        ]
    )
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert {one["name"]: one["answer"] for one in data["dependencies"]} == EXPECTED
    assert code == 1
    assert len(data["problems"]) == 1
    assert "specimen-nowhere" in data["problems"][0]
    assert "[5/5]" in captured.err  # two are answered by the names of their files
    assert not log.exists()  # the log of the repository is not for other people's dependencies
    proven = {one["name"] for one in data["dependencies"] if one["proof"]}
    assert proven == EXPECTED.keys() - {"specimen-nowhere", "specimen-abi3", "specimen-pure"}


def test_a_pin_without_a_wheel_is_no_wheel_and_is_not_probed(wright, tmp_path, capsys):
    path = tmp_path / "requirements.txt"
    path.write_text("specimen-abi3==1.0\n")
    words = ("--probe", "--find-links", str(wright.shelf), "--evidence", str(tmp_path / "log"))
    assert main(["check", str(path), *words]) == 1
    captured = capsys.readouterr()
    assert "has no wheel" in captured.out
    assert "--probe installs" not in captured.out
    assert captured.err == ""


@pytest.mark.slow
def test_a_long_list_is_probed_as_far_as_the_limit_and_says_so(
    wright, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(check_probe, "MOST_PROBES", 1)
    path = tmp_path / "requirements.txt"
    path.write_text("specimen-declares\nspecimen-undeclared\n")
    words = ("--probe", "--find-links", str(wright.shelf), "--deep-seconds", "0", "--json")
    main(["check", str(path), *words, "--evidence", str(tmp_path / "log")])
    captured = capsys.readouterr()
    answers = {one["name"]: one["answer"] for one in json.loads(captured.out)["dependencies"]}
    assert answers == {"specimen-declares": "gil-stays-off", "specimen-undeclared": "only-claimed"}
    assert captured.err.index("probing 1 of 2") < captured.err.index("[1/1]")


@pytest.mark.slow
def test_a_package_is_probed_by_its_name_alone(wright, tmp_path, capsys, monkeypatch):
    """Nobody has described it; its own files say what to import, and nothing is kept."""
    monkeypatch.chdir(tmp_path)
    described = tmp_path / "packages.toml"
    described.write_text("package = []\n")
    words = ("--find-links", str(wright.shelf), "--deep-seconds", "0", "--packages", str(described))
    assert main(["probe", "specimen-undeclared", *words]) == 0
    captured = capsys.readouterr()
    assert "turns the GIL on" in captured.out
    assert "nothing is kept" in captured.err
    steps = ("asking the folder", "downloading", ": installing", "extension modules", "importing")
    places = [captured.err.index(step) for step in steps]
    assert places == sorted(places)
    assert not list(tmp_path.rglob("*.jsonl"))
    keep = ("--evidence", str(tmp_path / "kept"), "--quiet")
    assert main(["probe", "specimen-undeclared==1.0", *words, *keep]) == 0
    assert "downloading" not in capsys.readouterr().err
    assert (tmp_path / "kept" / "specimen-undeclared.jsonl").exists()


@pytest.mark.slow
def test_a_wrong_import_name_hides_nothing(wright, tmp_path, capsys):
    """The name stands in none of the files, so the package's own names are imported."""
    described = tmp_path / "packages.toml"
    described.write_text(
        '[[package]]\nname = "specimen-undeclared"\nimports = ["specimen_undeclard"]\nfield = "x"\n'
    )
    words = ("--find-links", str(wright.shelf), "--deep-seconds", "0", "--packages", str(described))
    assert main(["probe", *words, "--evidence", str(tmp_path / "log")]) == 0
    captured = capsys.readouterr()
    assert "no file of it is called specimen_undeclard" in captured.err
    assert "turns the GIL on" in captured.out
    assert "inconclusive" not in captured.out


def test_import_names_come_from_the_record():
    files = {
        "thing/__init__.py",
        "thing/deep/part.py",
        "thing/tests/test_it.py",
        "tests/test_all.py",
        "_thing.cpython-314t-x86_64-linux-gnu.so",
        "thing-1.0.dist-info/METADATA",
    }
    distribution = Distribution(
        name="thing", version="1.0", files=frozenset(files), claim=Claim(classifiers=())
    )
    assert import_names(distribution) == ("_thing", "thing")
