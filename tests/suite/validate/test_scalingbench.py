"""CPython's own script: found in its tarball, its figures read either way, their range recorded."""

import io
import itertools
import json
import sys
import tarfile
from types import SimpleNamespace

import pytest

from ftguide.suite.validate import (
    scalingbench,
)
from tests.suite.validate.scripts import called, last_attempt


def test_figures_of_cpythons_script_are_speed_ups_whichever_way_it_says_them(tmp_path):
    path = tmp_path / "ftscalingbench.py"
    path.write_text(
        "import sys\n"
        "assert sys.argv[1:] == ['--threads', '2', '--scale', '100'], sys.argv\n"
        "print('Running benchmarks with 2 threads')\n"
        "print('object_cfunction            1.9x faster')\n"
        "print('cmodule_function            4.0x slower')\n"
    )
    assert scalingbench.figures(sys.executable, path, 100) == {
        "object_cfunction": 1.9,
        "cmodule_function": 0.25,
    }


def test_cpythons_script_comes_out_of_the_tarball(tmp_path, monkeypatch):
    tarball = tmp_path / "Python-3.14.7.tar"
    with tarfile.open(tarball, "w") as archive:
        for name, text in (
            ("Python-3.14.7/Lib/test/ftscalingbench.py", b"wrong"),
            ("Python-3.14.7/Tools/ftscalingbench/ftscalingbench.py", b"right"),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    asked = []

    def fetch(line, *_, **__):
        asked.append(line)
        return SimpleNamespace(path=tarball)

    monkeypatch.setattr(scalingbench.sources, "fetch", fetch)
    folder = tmp_path / "out"
    folder.mkdir()
    assert scalingbench.script("3.14.7", folder).read_text() == "right"
    assert asked == ["3.14"]


@pytest.mark.parametrize(("silent", "status"), [(None, 0), (3, 1)])
def test_the_range_of_every_figure_is_recorded(
    pair, log, tmp_path, monkeypatch, capsys, silent, status
):
    """Each repetition says a tenth more; one that says nothing is a goal missed."""
    number = itertools.count()

    def figures(python, path, scale):
        assert python == "ft-python"
        at = next(number)
        steady = {} if at == silent else {"steady": 2.0}
        return {**steady, "wide": 1 + 0.1 * (at % scalingbench.REPEATS)}

    monkeypatch.setattr(scalingbench, "script", lambda version, folder: folder / version)
    monkeypatch.setattr(scalingbench, "figures", figures)
    monkeypatch.setattr(scalingbench, "OUTPUT", tmp_path / "scalingbench.json")
    assert called(monkeypatch, scalingbench) == status
    assert last_attempt(log)["figures"] == {"workloads": 2, "widest_range": 1.5}
    speedups = json.loads((tmp_path / "scalingbench.json").read_text())["speedups"]
    assert speedups["wide"] == {
        "100": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5],
        "1000": speedups["wide"]["100"],
    }
    assert len(speedups["steady"]["1000"]) == 6
    assert "1.00 to 1.50" in capsys.readouterr().out
