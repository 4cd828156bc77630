"""Tables as Markdown: what would end a cell or a row is escaped."""

from ftguide.render.tables import markdown_table


def test_cells_are_escaped():
    headers, rows = ("workload", "ratio"), [("nbody", "1.083"), ("a|b\n", "")]
    assert markdown_table(headers, rows) == (
        "| workload | ratio |\n| --- | --- |\n| nbody | 1.083 |\n| a\\|b |  |\n"
    )
