"""What pages say of rows whose blocks met a neighbour on the core."""

import pytest

from ftguide.render import numbers
from ftguide.suite.derive.analysis import report
from tests import synthetic

TABLE = f"# Beside\n\n```{{bench:neighbours}} {synthetic.MACHINE}\n```\n"


@pytest.fixture
def with_table(site):
    site.page("beside", TABLE)
    site.page("benchmarks/method", "# Method\n\nRows link here.\n")
    site.page("index", (site.source / "index.md").read_text().replace("plain\n", "plain\nbeside\n"))
    return site


def test_a_row_says_both_ratios_and_of_how_many_blocks(site, stored):
    run = stored(blocks=40)
    site.run(run)
    found = report(run).row("nbody").split
    text = site.build().soup("benchmarks/nbody").get_text()
    for one in (found.own, found.shared):
        assert f"{one.k} that" in text or f"{one.k} blocks that" in text
        assert numbers.ratio_text(one.ratio, one.low, one.high) in text


@pytest.mark.slow
def test_the_table_holds_the_range_over_runs_of_that_machine(with_table, stored):
    runs = [stored(synthetic.OLDER, blocks=40), stored(blocks=40)]
    for run in (*runs, stored("20261101T130000Z-0badcafe", blocks=40, name="elsewhere-2vcpu")):
        with_table.run(run)
    built = with_table.build()
    assert built.warnings == []
    rows = {
        line.select("th, td")[0].get_text(): [cell.get_text() for cell in line.select("td")]
        for line in built.soup("beside").select("tbody tr")
    }
    own = [report(run).row("nbody").split.own.ratio for run in runs]
    cells = next(cells for title, cells in rows.items() if "Nbody" in title)
    assert cells[-6] == "2"
    assert cells[-5] == f"{min(own):.2f}\N{EN DASH}{max(own):.2f}"


@pytest.mark.slow
def test_one_run_is_no_range(with_table, stored):
    with_table.run(stored(blocks=40))
    built = with_table.build()
    assert built.warnings == []
    assert not built.soup("beside").select("table")
    assert "No two published runs" in built.soup("beside").get_text()
