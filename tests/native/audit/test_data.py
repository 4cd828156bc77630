"""The committed data: levels out of tarballs, reviews of packages, and what they point at."""

import io
import re
import tarfile
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT, UnreadableError
from ftguide.native.audit import capi
from ftguide.native.audit.files import AuditError
from ftguide.native.audit.reviews import read_reviews
from ftguide.native.audit.rules import REPLACEMENTS, RULES

LIST_PAGE = """\
.. c:function:: PyObject* PyList_GetItemRef(PyObject *list, Py_ssize_t index)

   Text.

   .. versionadded:: 3.13

.. c:function:: PyObject* PyList_GetItem(PyObject *list, Py_ssize_t index)

   Like :c:func:`PyList_GetItemRef`, but borrowed.
"""


def tarball(path: Path, levels: str | None, page: str = LIST_PAGE) -> Path:
    files = {
        "Python-3.97.0/Doc/c-api/list.rst": page,
        "Python-3.97.0/Doc/c-api/index.rst": "Text.\n",
    }
    if levels is not None:
        files["Python-3.97.0/Doc/data/threadsafety.dat"] = levels
    with tarfile.open(path, "w:xz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_levels_are_read_out_of_a_tarball(tmp_path):
    levels = "# comment\n\nPyList_GetItemRef:atomic:\nPyList_GetItem : compatible\n"
    found = capi.extract([("3.97.0", "0" * 64, tarball(tmp_path / "a.tar.xz", levels))])
    assert [(one.name, one.page, one.since, one.levels) for one in found.functions] == [
        ("PyList_GetItem", "list", "", {"3.97.0": "compatible"}),
        ("PyList_GetItemRef", "list", "3.13", {"3.97.0": "atomic"}),
    ]
    capi.write(found, tmp_path / "out" / "levels.json")
    assert capi.read(tmp_path / "out" / "levels.json") == found


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (None, "has no Doc/data/threadsafety.dat"),
        ("PyList_GetItem:safe:\n", "line 1 of Doc/data/threadsafety.dat"),
        ("PyList_GetItem\n", "line 1 of"),
        ("PyList_Nothing:atomic:\n", "describes no PyList_Nothing"),
    ],
)
def test_a_tarball_that_is_none(tmp_path, levels, message):
    path = tarball(tmp_path / "a.tar.xz", levels)
    with pytest.raises(AuditError, match=message):
        capi.extract([("3.97.0", "0" * 64, path)])


def test_no_tarball_at_all(tmp_path):
    (tmp_path / "a.tar.xz").write_bytes(b"not a tarball")
    with pytest.raises(AuditError, match="cannot be read"):
        capi.extract([("3.97.0", "", tmp_path / "a.tar.xz")])
    with pytest.raises(UnreadableError, match="python -m ftguide levels"):
        capi.read(tmp_path / "missing.json")


def test_the_committed_levels_are_whole():
    levels = capi.read()
    assert len(levels.functions) > 100
    assert {level for one in levels.functions for level in one.levels.values()} <= set(capi.LEVELS)
    assert levels.versions[-1] in levels.sha256
    known = {one.name for one in levels.functions}
    # A replacement with a level must be better than what it replaces.
    order = {level: number for number, level in enumerate(capi.LEVELS)}
    newest = {one.name: order[list(one.levels.values())[-1]] for one in levels.functions}
    listed = [one for one in REPLACEMENTS if {one.strong, one.borrowed} <= known]
    assert len(listed) >= 5
    for one in listed:
        assert newest[one.strong] > newest[one.borrowed], one


def test_reviews_match_the_rules():
    reviews = read_reviews()
    assert len(reviews.packages) >= 6
    for package in reviews.packages:
        assert len(package.sha256) == 64
        assert len(package.looked) <= sum(package.counts.values())
        for look in package.looked:
            assert package.counts[look.rule] > 0
            assert look.why


def test_a_damaged_review(tmp_path):
    (tmp_path / "a.json").write_text('{"looked_at": 3}')
    with pytest.raises(UnreadableError, match=r"a\.json"):
        read_reviews(tmp_path / "a.json")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_leads_to_a_section_of_its_page(rule):
    page, _, section = rule.explained.partition("#")
    text = (ROOT / "source" / f"{page}.md").read_text()
    assert re.findall(rf"^\({section}\)=\n\n?#+ ", text, re.MULTILINE)
