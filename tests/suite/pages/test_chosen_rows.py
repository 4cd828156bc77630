"""Which rows a table shows: the option :workload: names one or more."""

import pytest

from tests.sphinx_project import built_with


@pytest.mark.parametrize("chosen", [["nbody"], ["mandelbrot", "nbody"], ["nbody", "no-such-thing"]])
def test_a_table_shows_the_workloads_that_it_names(site, stored, chosen):
    text = f"```{{bench:table}}\n:workload: {' '.join(chosen)}\n```"
    built = built_with(site, [stored()], text)
    links = built.soup("overview").select("tbody th[scope=row] a")
    shown = {link["href"].partition("#")[0].rpartition("/")[2] for link in links}
    assert shown == {f"{slug}.html" for slug in chosen} - {"no-such-thing.html"}


def test_a_workload_that_no_run_has_is_no_table(site, stored):
    built = built_with(site, [stored()], "```{bench:table}\n:workload: no-such-thing\n```")
    assert "No run has been published for this table yet." in built.soup("overview").text
