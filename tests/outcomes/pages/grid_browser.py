"""Uses the grid of outcomes in a real browser: python -m tests.outcomes.pages.grid_browser _build/html.

Looks at every width whether all interpreters are in view, scrolls, and searches; prints what does not behave.
Needs a built site with observations; it belongs to `nox -s site`, not to pytest.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.site.browser import launch, report, served

PAGE = "thread-safety/index.html"
GRID = "table.outcome-grid"
#: With the number of interpreters observed so far, all of them fit.
WIDTHS = (390, 768, 800, 1024, 1280, 1920)
#: From here on the heads of columns stay in view.
STICKY = 800
_BEYOND = f"""() => {{
  const box = document.querySelector("{GRID}").parentElement.getBoundingClientRect();
  const heads = [...document.querySelectorAll("{GRID} thead th")];
  return heads.filter((head) => head.getBoundingClientRect().right > box.right + 1).length;
}}"""
_HEAD_AT = f'() => document.querySelector("{GRID} thead th").getBoundingClientRect().bottom'
_SCROLL = f"""() => {{
  document.querySelector("{GRID} tbody tr:nth-child(200)").scrollIntoView({{behavior: "instant"}});
}}"""


def faults_at(page: Page, width: int) -> list[str]:
    """Return what does not behave at a width."""
    faults = []
    page.set_viewport_size({"width": width, "height": 900})
    beyond = page.evaluate(_BEYOND)
    if beyond:
        faults.append(f"{beyond} columns are out of view at {width} px")
    page.evaluate(_SCROLL)
    bottom = page.evaluate(_HEAD_AT)
    if width >= STICKY and not 0 < bottom < 450:
        faults.append(f"the heads of columns end at {bottom} px of 900 at {width} px")
    return faults


def search(page: Page) -> list[str]:
    """Return what does not behave when somebody searches."""
    faults = []
    rows = page.locator(f"{GRID} tr.oc-row")
    everything = rows.count()
    page.locator(".outcome-filter input").fill("dict crash")
    found = rows.filter(visible=True).all_inner_texts()
    if not 0 < len(found) < everything:
        faults.append(f"searching shows {len(found)} of {everything} rows")
    if "q=dict" not in page.url:
        faults.append(f"the search is not in {page.url}")
    page.reload()
    if rows.filter(visible=True).all_inner_texts() != found:
        faults.append("a shared address shows something else")
    return faults


def main(arguments: list[str] | None = None) -> int:
    """Use the grid; 0 = it behaves, 1 = it does not, 2 = there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    site = parser.parse_args(arguments).site
    path = site / PAGE
    if not path.exists() or "outcome-grid" not in path.read_text(encoding="utf-8"):
        print(f"{site} holds no grid of outcomes; `nox -s docs` builds one", file=sys.stderr)
        return 2
    with served(site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.goto(f"{address}/{PAGE}")
        for width in WIDTHS:
            faults += faults_at(page, width)
        faults += search(page)
        browser.close()
    return report("the grid was used", faults)


if __name__ == "__main__":
    sys.exit(main())
