"""The tables of the native pages are drawn from committed data, and damaged data is a warning."""

import os
import subprocess
import sys

from docutils import nodes

from ftguide.ground.files import ROOT
from ftguide.native.audit import capi
from ftguide.native.audit.reviews import REVIEWS
from ftguide.native.audit.rules import REPLACEMENTS, RULES
from ftguide.native.pages import native_tables
from ftguide.native.sanitize.model import CASES


def drawn(name: str) -> nodes.table:
    path, draw = native_tables._TABLES[name]
    return draw(path)


def rows(table: nodes.table) -> list[list[str]]:
    body = next(table.findall(nodes.tbody))
    return [[entry.astext() for entry in row.children] for row in body.children]


def test_every_function_with_a_level_is_there_once_and_linked():
    table = drawn("levels")
    levels = capi.read()
    links = {link.astext(): link["refuri"] for link in table.findall(nodes.reference)}
    assert set(links) == {one.name for one in levels.functions}
    assert links["PyList_GetItemRef"] == (
        "https://docs.python.org/3.15/c-api/list.html#c.PyList_GetItemRef"
    )
    by_name = {cells[0]: cells for cells in rows(table)}
    assert by_name["PyList_GetItem"][-1] == "PyList_GetItemRef"
    assert by_name["PyDict_Next"][1] == "compatible"


def test_replacements_rules_and_cases_are_whole():
    assert [cells[0] for cells in rows(drawn("replacements"))] == [
        one.borrowed for one in REPLACEMENTS
    ]
    assert [cells[0] for cells in rows(drawn("rules"))] == list(RULES)
    cases = rows(drawn("sanitize"))
    assert [cells[0] for cells in cases] == list(CASES)
    # Before the fix each bug shows in exactly one of the two tools; after it, and with the GIL, in none.
    for _, before, gil_on, after, address, address_after, printed in cases:
        assert printed
        assert before.startswith("none") is not address.startswith("none")
        assert all(cell.startswith("none") for cell in (gil_on, after, address_after))


def test_reviews_add_up():
    for cells in rows(drawn("reviews")):
        _, _, found, looked, *verdicts, _ = cells
        assert int(looked) == sum(map(int, verdicts)) <= int(found)


def test_the_audit_says_less_and_each_tree_is_there_twice():
    lines = rows(drawn("trees"))
    assert len(lines) >= 10
    for before, after in zip(lines[::2], lines[1::2], strict=True):
        assert before[0].removesuffix(", before") == after[0].removesuffix(", after")
        assert int(after[3]) * 2 <= int(before[3])
        assert int(after[1]) >= int(before[1])  # no file is lost


ALL_TABLES = """
from ftguide.native.pages import native_tables
for path, draw in native_tables._TABLES.values():
    print(draw(path).pformat())
"""


def test_tables_are_the_same_in_every_process():
    texts = {
        subprocess.run(
            [sys.executable, "-c", ALL_TABLES],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    assert texts.pop().count("<table ") == len(native_tables._TABLES)


def test_hostile_data_stays_text(tmp_path):
    text = REVIEWS.read_text().replace('"why": "a constant"', '"why": "<script>alert(1)</script>"')
    (tmp_path / "reviews.json").write_text(text)
    table = native_tables.looked_table(tmp_path / "reviews.json")
    assert "<script>alert(1)</script>" in [cell for cells in rows(table) for cell in cells]
    assert not list(table.findall(nodes.raw))
