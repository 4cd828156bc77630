"""Tables as Markdown and CSV: what would end a cell, compute, or steer a terminal is escaped."""

import pytest

from ftguide.render.tables import csv_cell, markdown_table


def test_cells_are_escaped():
    headers, rows = ("workload", "ratio"), [("nbody", "1.083"), ("a|b\n", "")]
    assert markdown_table(headers, rows) == (
        "| workload | ratio |\n| --- | --- |\n| nbody | 1.083 |\n| a\\|b |  |\n"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\x1b[31mred", "\N{REPLACEMENT CHARACTER}[31mred"),
        ("\u202egnp.exe", "\N{REPLACEMENT CHARACTER}gnp.exe"),
        ("nbody", "nbody"),
        (-1.5, -1.5),
    ],
)
def test_a_cell_of_a_csv_file_is_no_formula_and_no_escape_code(value, shown):
    assert csv_cell(value) == shown
