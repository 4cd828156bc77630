"""A run of a reader's own code on its local page."""

from dataclasses import replace

from tests.suite.derive.mine import SLUG, own
from tests.suite.derive.test_reading import SHARED

SCALING = """# Scaling

(scaling-cause-1)=
## Cause 1: counts

(scaling-cause-2)=
## Cause 2: locks
"""
RUN_ID = "20261124T120000Z-0badcafe"


def test_nobody_claims_to_know_what_foreign_code_shares(site):
    stored = own(scope="shared-write", expectation="scales").stored
    site.run(replace(stored, run=replace(stored.run, run_id=RUN_ID)))
    soup = site.build().soup(f"benchmarks/runs/local-{RUN_ID}")
    table = next(
        table for table in soup.select("table") if "as planned" in table.caption.get_text()
    )
    headings = [th.get_text(strip=True) for th in table.select("thead th")]
    row = table.select_one("tbody tr")
    cells = dict(zip(headings, (c.get_text(strip=True) for c in row.select("th, td")), strict=True))
    assert cells["Workload"] == SLUG
    assert (cells["Scope"], cells["Expected"]) == ("\N{EN DASH}", "\N{EN DASH}")
    assert cells["Scaling"] == "weak"


def test_what_the_numbers_say_together_stands_on_the_page(site):
    site.page("scaling", SCALING)
    stored = own(SHARED).stored
    site.run(replace(stored, run=replace(stored.run, run_id=RUN_ID)))
    section = (
        site.build().soup(f"benchmarks/runs/local-{RUN_ID}").find(id=SLUG).find_parent("section")
    )
    assert "something that the threads share costs them the difference" in section.get_text()
    links = {a.get_text(): a["href"] for a in section.select("a.reference.internal")}
    assert links["Cause 1: counts"].endswith("scaling.html#scaling-cause-1")
