"""A run that nothing pinned, from a system that cannot, says so on its page and is not for citing."""

import dataclasses

from tests import synthetic


def test_an_unpinned_run_is_marked_on_its_page(site, stored):
    made = stored(pinned=False, machine=synthetic.machine(system="Darwin"))
    blocks = tuple(dataclasses.replace(each, cpus=None) for each in made.blocks)
    site.run(dataclasses.replace(made, blocks=blocks), contributed=True)
    built = site.build()
    soup = built.soup(f"benchmarks/runs/{synthetic.RUN_ID}")
    (caution,) = soup.select(".caution")
    assert "Not for citing" in caution.get_text()
    assert "Unpinned: the system (Darwin) chose the CPU of every process" in caution.get_text()
    assert "unpinned" in soup.select_one("main, body").get_text()
