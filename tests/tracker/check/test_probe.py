"""`check --probe` on specimen wheels: dependencies nobody has described, on the real interpreters."""

import json

import pytest

from ftguide.cli.main import main
from ftguide.tracker.check import probe
from ftguide.tracker.observe.artifacts import Distribution
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


def test_unknown_dependencies_are_probed_and_judged(wright, tmp_path, capsys):
    path = tmp_path / "requirements.txt"
    pins = {"specimen-declares": "==1.0"}
    path.write_text("".join(f"{name}{pins.get(name, '')}\n" for name in EXPECTED))
    log = tmp_path / "evidence"
    code = main(
        [
            *("check", str(path), "--probe", "--find-links", str(wright.shelf), "--json"),
            *("--evidence", str(log), "--deep-seconds", "30"),
        ]
    )
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert {one["name"]: one["answer"] for one in data["dependencies"]} == EXPECTED
    assert code == 1
    assert len(data["problems"]) == 1
    assert "specimen-nowhere" in data["problems"][0]
    assert "[7/7]" in captured.err
    assert not log.exists()  # the log of the repository is not for other people's dependencies
    proven = [one for one in data["dependencies"] if one["answer"] != "unknown"]
    assert all(one["proof"] for one in proven)


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
    assert probe.import_names(distribution) == ("_thing", "thing")
