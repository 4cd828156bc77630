"""What only a browser sees: barriers, keyboards, paper, a page without JavaScript, and what it asks for."""

import pytest

from tests.site.axe import SCHEMES, WIDTHS, violations
from tests.site.weight import weigh
from tests.slow import slow_but

PAGES = (
    "index.html",
    "guide.html",
    "hostile.html",
    "benchmarks/nbody.html",
    "benchmarks/runs/index.html",
    "benchmarks/runs/20260101T000000Z-00000001.html",
    "tracking.html",
    "tracking/turns-on-001.html",
    "a-z.html",
    "search.html?q=memory",
)


#: Notes that a row has said that its address was copied.
WATCH = """() => {
  const look = () => { window.copied ||= document.querySelector('.row-link[data-copied]') !== null; };
  new MutationObserver(look).observe(document.body, { attributes: true, subtree: true });
}"""


@pytest.fixture
def view(browser, address):
    """Open a page of the small site in a window of its own."""
    opened = []

    def open_(path, *, width=1366, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{address}/{path}")
        return page

    yield open_
    for context in opened:
        context.close()


@pytest.mark.parametrize("path", slow_but({"guide.html"}, PAGES))
def test_axe_finds_nothing(browser, address, path):
    found = [
        fault
        for scheme, width in zip(SCHEMES, WIDTHS, strict=True)  # `nox -s site` looks at every pair
        for fault in violations(browser, address, path, scheme, width)
    ]
    assert found == []


@pytest.mark.slow
def test_axe_would_find_what_the_filter_repairs(browser, address, small):
    page = (small.out / "guide.html").read_text()
    for name in ('aria-label="Pages"', 'aria-label="On this page"', 'aria-level="2"'):
        page = page.replace(name, "")
    (small.out / "broken.html").write_text(page)
    found = violations(browser, address, "broken.html", "light", 1366)
    (small.out / "broken.html").unlink()
    assert {line.split(" px: ")[1].partition(" ")[0] for line in found} == {
        "aria-required-attr",
        "landmark-unique",
    }


def test_a_row_has_an_address_that_is_copied(view):
    page = view("benchmarks/nbody.html", permissions=["clipboard-read", "clipboard-write"])
    link = page.locator(".row-link").first
    target = link.get_attribute("href")
    assert page.locator(f"[id='{target[1:]}']").count() == 1
    page.evaluate(WATCH)  # it says so for a second and a half only
    link.click(force=True)
    page.wait_for_function("window.copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith(
        f"/benchmarks/nbody.html{target}"
    )


def test_code_that_scrolls_can_be_focused_and_other_code_is_not_in_the_way(view):
    assert view("guide.html", width=390).locator("pre").first.get_attribute("tabindex") == "0"
    assert view("guide.html").locator("pre").last.get_attribute("tabindex") is None


def test_the_menu_opens_and_closes_with_the_keyboard_on_a_phone(view):
    page = view("guide.html", width=390)
    menu = page.get_by_role("button", name="Toggle site navigation sidebar")
    menu.focus()
    page.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    page.wait_for_function("document.activeElement.closest('.sidebar-drawer') !== null")
    page.keyboard.press("Escape")
    assert menu.get_attribute("aria-expanded") == "false"


def test_the_first_stop_of_a_keyboard_skips_to_the_content(view):
    page = view("guide.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#furo-main-content"


def test_paper_shows_what_is_folded_and_repeats_heads(view):
    page = view("guide.html")
    folded = page.get_by_text("What is folded on a screen.")
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    heads = page.evaluate("getComputedStyle(document.querySelector('thead')).display")
    assert heads == "table-header-group"
    breaks = page.evaluate("getComputedStyle(document.querySelector('table')).breakInside")
    assert breaks == "auto"
    assert page.evaluate("getComputedStyle(document.querySelector('pre')).whiteSpace") == "pre-wrap"
    assert not page.get_by_text("Skip to content").is_visible()


def test_without_javascript_search_leads_to_a_to_z(view):
    page = view("search.html?q=memory", java_script_enabled=False)
    page.locator("noscript a").click()
    assert page.url.endswith("/a-z.html")
    page.get_by_role("link", name="Memory and what it costs").click()
    assert page.url.endswith("/guide.html#memory-and-what-it-costs")


@pytest.mark.parametrize("path", ["index.html", "benchmarks/mandelbrot.html", "search.html"])
def test_a_page_asks_nobody_else_and_loads_nothing_that_is_not_there(browser, address, small, path):
    sizes, foreign = weigh(browser, small.out, address, path)
    assert foreign == []
    assert f"/{path}" in sizes
    assert "/_static/site.js" in sizes
