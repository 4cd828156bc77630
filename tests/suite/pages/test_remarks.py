"""Remarks that forbid nothing wait in a fold where the answer comes first; what forbids citing never does."""

import dataclasses

import pytest

from tests import synthetic

FLAGS = ("pre-release beside final: what it shows may change", "")


@pytest.mark.parametrize("citable", [True, False])
def test_remarks_are_folded_on_the_page_of_a_workload_only(site, stored, citable):
    made = stored(flags=FLAGS)
    if not citable:
        made = stored(flags=FLAGS, pinned=False, machine=synthetic.machine(system="Darwin"))
        blocks = tuple(dataclasses.replace(each, cpus=None) for each in made.blocks)
        made = dataclasses.replace(made, blocks=blocks)
    site.run(made, contributed=not citable)
    built = site.build()
    assert len(built.soup(f"benchmarks/runs/{synthetic.RUN_ID}").select(".caution")) == 1
    soup = built.soup("benchmarks/nbody")
    folds = [fold.get_text() for fold in soup.select("details.bench-fold")]
    if citable:
        assert soup.select(".caution") == []
        assert folds[0].split("\n")[0] == "Remarks about this run (2)"
        assert "Pre-release beside final: what it shows may change." in folds[0]
        assert not soup.select_one("details.bench-fold").has_attr("open")
    else:
        assert folds == []
        assert "Not for citing" in soup.select_one(".caution").get_text()
