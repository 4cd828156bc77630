"""`summarise` and `report --export`: what is derived on demand, and what cannot be."""

import pytest

from ftguide.cli.main import main
from ftguide.suite import summaries
from tests import synthetic


@pytest.fixture
def folder(tmp_path):
    return synthetic.write(tmp_path / "results", synthetic.stored())


def test_a_summary_is_derived_when_it_is_not_right_and_left_alone_when_it_is(folder, capsys):
    path = folder / summaries.NAME
    assert main(["summarise", str(folder)]) == 0
    assert "is right" in capsys.readouterr().out
    before = path.read_bytes()
    path.unlink()
    assert main(["summarise", str(folder), "--check"]) == 1
    assert "is not there" in capsys.readouterr().out
    assert main(["summarise", str(folder)]) == 0
    assert path.read_bytes() == before
    assert main(["summarise", str(folder), "--check"]) == 0
    assert "as derived anew" in capsys.readouterr().out


def test_a_run_that_cannot_be_derived_is_named_and_nothing_is_lost(folder, capsys):
    path = folder / summaries.NAME
    before = path.read_bytes()
    (folder / "blocks.xz").write_bytes(b"no xz")
    assert main(["summarise", str(folder)]) == 1
    assert "blocks.xz: cannot be unpacked" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_a_run_or_machine_that_does_not_exist_is_named(capsys):
    assert main(["summarise", "nobody"]) == 2
    assert "no run is called 'nobody'" in capsys.readouterr().err


def test_a_run_is_exported_on_demand(folder, tmp_path, capsys):
    assert main(["report", str(folder), "--export", str(tmp_path / "suites")]) == 0
    names = {path.name for path in (tmp_path / "suites").iterdir()}
    assert {"gil-single.json.gz", "ft-threads-2.json.gz"} <= names
    assert {path.name for path in folder.iterdir()} == {
        "run.json",
        "blocks.xz",
        summaries.NAME,
    }
    (tmp_path / "file").write_text("")
    capsys.readouterr()
    assert main(["report", str(folder), "--export", str(tmp_path / "file")]) == 2
    assert "Name a folder that can be written" in capsys.readouterr().err
