"""The record of whole trees can be made again: both audits of a tiny tree, and what cannot be compared."""

import msgspec
import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.runs import git
from ftguide.native.audit import whole_trees
from ftguide.native.audit.trees import read_trees

#: An audit as it was before it weighed single findings.
EARLIER = """
from types import SimpleNamespace as Of
def audit(path):
    rules = [Of(weight=weight) for weight in ("fix", "fix", "look")]
    return Of(files=1, lines=3, findings=[Of(rule=rule) for rule in rules])
"""
SOURCE = "#include <Python.h>\nPyObject *get(PyObject *d, PyObject *k) { return PyDict_GetItem(d, k); }\n"


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "Some_Thing-1.2"
    folder.mkdir()
    (folder / "PKG-INFO").write_text(
        "Metadata-Version: 2.4\nName: Some_Thing\nVersion: 1.2\n\nText\n"
    )
    (folder / "a.c").write_text(SOURCE)
    (folder / "vendored").mkdir()
    (folder / "vendored" / "b.c").write_text(SOURCE)
    return folder


@pytest.fixture
def earlier(monkeypatch):
    """Lay down another audit in place of the code of a revision."""

    def check_out(_, folder):
        (folder / "ftguide" / "audit").mkdir(parents=True)
        (folder / "ftguide" / "audit" / "scan.py").write_text(EARLIER)

    monkeypatch.setattr(whole_trees, "_check_out", check_out)


@pytest.mark.usefixtures("earlier")
def test_a_tree_is_audited_with_both_and_recorded(tree, tmp_path, monkeypatch):
    recorded = read_trees()
    named = msgspec.structs.replace(recorded.distributions[0], name="some-thing")
    monkeypatch.setattr(
        whole_trees,
        "read_trees",
        lambda: msgspec.structs.replace(recorded, before="abc1234", distributions=(named,)),
    )
    assert whole_trees.main([str(tree), "--to", str(tmp_path / "trees.json")]) == 0
    written = read_trees(tmp_path / "trees.json")
    (one,) = written.distributions
    assert (written.before, one.name, one.version) == ("abc1234", "some-thing", "1.2")
    assert (one.before.files, one.before.lines) == (1, 3)
    assert (one.before.fix, one.before.look) == (2, 1)
    assert (one.after.files, one.after.fix, one.folded_fix) == (2, 2, 1)


@pytest.mark.skipif(git(ROOT, "rev-parse", "HEAD") is None, reason="no clone of the repository")
def test_the_code_of_a_revision_is_what_audits(tree):
    (one,) = whole_trees.compare([tree], "HEAD").distributions
    assert one.name == "Some_Thing"
    assert one.before.files == one.after.files == 2
    assert (one.before.fix, one.after.fix) == (2, 2)


@pytest.mark.usefixtures("earlier")
def test_what_is_no_source_distribution_is_named_and_nothing_is_written(tree, tmp_path, capsys):
    (tree / "PKG-INFO").unlink()
    assert whole_trees.main([str(tree), "--to", str(tmp_path / "trees.json")]) == 2
    assert "PKG-INFO: No such file" in capsys.readouterr().err
    assert not (tmp_path / "trees.json").exists()


def test_a_revision_that_is_not_here_is_named(tree, capsys):
    assert whole_trees.main([str(tree), "--before", "no-such-revision"]) == 2
    assert "revision no-such-revision cannot be checked out" in capsys.readouterr().err


def test_a_tree_without_sources_is_named(tree, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(whole_trees, "_check_out", lambda _, folder: folder.mkdir())
    for source in tree.rglob("*.c"):
        source.unlink()
    assert whole_trees.main([str(tree), "--to", str(tmp_path / "trees.json")]) == 2
    assert str(tree) in capsys.readouterr().err
