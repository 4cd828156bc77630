"""The grid of all tests in a browser: cells show shapes, and the field above it hides rows and families."""

import pytest

from ftguide.ground.files import ROOT
from tests.outcomes.pages.test_outcome_domain import build, found, seen
from tests.site.conftest import browser

#: Fixtures: pytest finds them by their names here.
__all__ = ["browser", "build", "found", "seen"]

pytestmark = pytest.mark.filterwarnings(
    "ignore:'myst_parser.*is deprecated:PendingDeprecationWarning"
)

STATIC = ROOT / "source" / "_static"
GRID = "table.outcome-grid"


@pytest.fixture
def page(browser, found, seen, build):
    """Show the grid as the site does."""
    found(*seen)
    out, _ = build("# Tests\n\n```{outcome:grid}\n```\n")
    shown = browser.new_page(viewport={"width": 390, "height": 800})
    shown.goto((out / "index.html").as_uri())
    for name in ("bench.css", "outcomes.css"):
        shown.add_style_tag(path=STATIC / name)
    shown.add_script_tag(path=STATIC / "outcomes.js")
    yield shown
    shown.close()


def rows(page, scope):
    """Return the names in the first column that are shown, of tests or of families."""
    heads = page.locator(f"{GRID} tbody tr:visible > th[scope={scope}]")
    return heads.all_inner_texts()


def test_a_cell_shows_its_shape_and_keeps_its_word(page):
    cells = page.locator(f"{GRID} td:is(.oc, :has(.oc))")
    assert cells.count() == 3
    for number in range(3):
        cell = cells.nth(number)
        shape, word = cell.text_content().split(" ", 1)
        assert len(shape) == 1
        assert word in page.locator(f"{GRID} caption").inner_text()
        assert cell.get_attribute("title") == f"{shape} {word}"
        width, whole = cell.evaluate("cell => [cell.clientWidth, cell.scrollWidth]")
        assert width + 20 < whole, "the word is there, and cut off"


def test_the_field_hides_rows_and_families_without_its_words(page):
    families, tests = rows(page, "rowgroup"), rows(page, "row")
    assert len(families) == 1
    assert len(tests) > 2
    field = page.locator(".outcome-filter input")
    count = page.locator(".outcome-filter output")
    field.fill("CRASH process")
    assert len(rows(page, "row")) == 1, "only one crashed, and that is a word of its cell"
    assert rows(page, "rowgroup") == families, "the family of a row stays"
    assert count.inner_text() == f"1 of {len(tests)}"
    field.fill("no such words")
    assert rows(page, "row") == rows(page, "rowgroup") == []
    assert count.inner_text() == f"0 of {len(tests)}"
    field.fill("")
    assert rows(page, "row") == tests
