"""Uses the table's menus in a real browser: python -m tests.tracker.pages.tracking_browser _build/html.

Searches, filters, sorts, reloads and follows links, with the keyboard too, and prints what does not
behave. Needs a built site with packages; like the pictures it belongs to `nox -s site`, not to pytest.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.site.browser import launch, report, served

WIDTHS = (320, 390, 768, 1024, 1100, 1280, 1400, 1920)
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def shown(page: Page) -> list[str]:
    """Return the names in the visible rows, in order."""
    names = page.locator(
        "table.compat tbody tr:not([hidden]) th a:not(.row-link)"
    ).all_text_contents()
    return [name.strip() for name in names]


class Visit:
    """A page in the browser, and what does not behave on it."""

    def __init__(self, page: Page, address: str) -> None:
        """Listen for errors of scripts."""
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def expect(self, fine: bool, fault: str) -> None:
        """Note a fault."""
        if not fine:
            self.faults.append(fault)

    def reset(self) -> None:
        """Show all rows again."""
        self.page.get_by_role("button", name="Show all").click()

    def search(self) -> None:
        """Search for the last package; the address keeps the search."""
        everything = shown(self.page)
        self.expect(everything == sorted(everything), "the table does not start sorted by name")
        last = everything[-1]
        self.page.get_by_label("Find a package").fill(last)
        found = shown(self.page)
        self.expect(last in found and len(found) < len(everything), f"searching finds {found}")
        self.expect(f"q={last}" in self.page.url, f"the search is not in {self.page.url}")
        self.page.reload()
        self.expect(shown(self.page) == found, "a shared address shows something else")
        self.reset()
        self.expect(shown(self.page) == everything, "'Show all' does not show all")

    def filter(self) -> None:
        """Choose every level: each row that stays says it."""
        menu = self.page.get_by_label("Level there")
        for option in menu.locator("option").all_text_contents()[1:]:
            menu.select_option(label=option)
            cells = self.page.locator("table.compat tbody tr:not([hidden]) td:nth-child(2)")
            texts = cells.all_inner_texts()
            self.expect(all(option in text for text in texts), f"level {option!r} shows {texts}")
        self.reset()

    def sort(self) -> None:
        """Sort by name with the keyboard, then by level with the mouse."""
        everything = shown(self.page)
        head = self.page.locator("table.compat thead th").first
        for order in ("ascending", "descending"):
            head.get_by_role("button").press("Enter")
            self.expect(head.get_attribute("aria-sort") == order, f"names are not {order}")
            right = sorted(everything, reverse=order == "descending")
            self.expect(shown(self.page) == right, f"names are not {order}")
        self.page.locator("table.compat thead th").nth(1).get_by_role("button").click()
        ranks = self.page.locator("table.compat tbody tr").evaluate_all(
            "rows => rows.map(row => Number(row.dataset.headline))"
        )
        self.expect(ranks == sorted(ranks, reverse=True), f"sorting by level gives {ranks}")
        self.expect(head.get_attribute("aria-sort") is None, "two columns say they are sorted")

    def widths(self) -> None:
        """Follow a row to its page, and look at both at many widths."""
        self.page.locator("table.compat tbody tr th a").first.click()
        pages = (self.page.url, f"{self.address}/tracking.html")
        self.expect("/tracking/" in pages[0], "a row does not lead to the package's page")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            for path in pages:
                self.page.goto(path)
                sideways = self.page.evaluate(_SIDEWAYS)
                self.expect(sideways <= 0, f"{path} scrolls by {sideways} px at {width} px")


def main(arguments: list[str] | None = None) -> int:
    """Use the table; 0 = it behaves, 1 = it does not, 2 = there is no table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    site = parser.parse_args(arguments).site
    if not list((site / "tracking").glob("*.html")):
        print(f"{site} holds no packages: run `nox -s docs` with evidence first", file=sys.stderr)
        return 2
    with served(site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        visit = Visit(browser.new_page(), address)
        visit.page.goto(f"{address}/tracking.html")
        visit.search()
        visit.filter()
        visit.sort()
        visit.widths()
        browser.close()
    return report("the table was used", visit.faults)


if __name__ == "__main__":
    sys.exit(main())
