"""The PDF of the small site, as a reader of PDFs opens it."""

import io
import sys
from datetime import date

import pytest
from playwright.sync_api import Error, sync_playwright

from ftguide.site import pdf
from tests.site import browser as browsers
from tests.site.conftest import ADDRESS, HOSTILE, LINE, small_site

pypdf = pytest.importorskip("pypdf", reason="no pypdf: install requirements.txt")
#: Its quick form is `test_pdf_document.py`.
pytestmark = pytest.mark.slow
MEASURED = """# Measured

See [the locks](guide.md#memory-and-what-it-costs), [a workload](benchmarks/nbody.md) and
[elsewhere](https://example.org/).

```{bench:chart}
```

## Numbers in a table

```{bench:table}
```
"""
#: More than fits, and nothing that may break.
WIDE = f"# Wide\n\n| a | b |\n|---|---|\n| {'w' * 300} | 2 |\n"


def build(root, **pages):
    """Print the small site with some pages more, listed in its menu."""
    with small_site(root) as site:
        index = (site.source / "index.md").read_text()
        site.page(
            "index", index.replace("Read\n", "Read\n" + "".join(f"{name}\n" for name in pages), 1)
        )
        for name, text in pages.items():
            site.page(name, text)
        return site.build("pdf")


@pytest.fixture(scope="module", autouse=True)
def _chromium():
    with sync_playwright() as playwright:
        try:
            browsers.launch(playwright).close()
        except Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")


@pytest.fixture(scope="module")
def built(tmp_path_factory, _chromium):
    return build(tmp_path_factory.mktemp("pdf"), measured=MEASURED)


@pytest.fixture(scope="module")
def book(built):
    (path,) = built.out.glob("*.pdf")
    return pypdf.PdfReader(io.BytesIO(path.read_bytes()))


@pytest.fixture(scope="module")
def texts(book):
    """What is to be read on every page, in lines without what only separates words."""
    return [" ".join(page.extract_text().split()) for page in book.pages]


def outline(book):
    """Return titles of the outline with their levels and pages, from 1."""

    def walk(entries, level):
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry, level + 1)
            else:
                yield level, entry.title, book.get_destination_page_number(entry) + 1

    return list(walk(book.outline, 0))


def annotations(book):
    for number, page in enumerate(book.pages, start=1):
        for link in page.get("/Annots", ()):
            yield number, page, link.get_object()


def test_it_prints_without_a_warning(built):
    assert built.warnings == []


def test_the_title_page_says_which_state_of_the_guide_it_is(built, book, texts):
    assert texts[0].startswith("A guide Version")
    assert str(built.app.config.version) in texts[0]
    assert ADDRESS in texts[0]
    assert book.metadata.title == "A guide"
    assert book.metadata.author == built.app.config.epub_author
    assert book.metadata.subject == built.app.config.epub_description
    assert book.root_object["/Lang"] == "en"
    assert book.page_mode == "/UseOutlines"


def test_contents_and_outline_name_the_pages_on_which_things_are(book, texts):
    pages = {title: number for _, title, number in outline(book)}
    assert pages["Memory and what it costs"] == pages["Threads and their locks"]
    assert "Contents" in texts[1]
    for title in ("Threads and their locks", "Memory and what it costs", "Numbers in a table"):
        assert title in texts[pages[title] - 1]
        assert f"{title} {pages[title]}" in texts[1]
    assert texts[pages["Measured"] - 1].startswith(
        f"Measured {pages['Measured']} "
    )  # head and foot


def test_the_outline_has_parts_chapters_and_sections(book):
    said = [(level, title) for level, title, _ in outline(book)]
    at = said.index((0, "Read"))
    assert said[at : at + 3] == [(0, "Read"), (1, "Measured"), (2, "Numbers in a table")]
    assert said[0] == (0, "A guide")


def test_links_lead_to_pages_of_the_book_and_to_the_site_for_the_rest(book):
    inside, outside = [], set()
    for _, _, link in annotations(book):
        if "/Dest" in link:
            inside.append(link["/Dest"])
        else:
            outside.add(link["/A"]["/URI"])
    assert inside
    assert set(inside) <= set(book.named_destinations)
    assert f"{ADDRESS}benchmarks/nbody.html" in outside
    assert "https://example.org/" in outside
    assert not [address for address in outside if not address.startswith("http")]
    pages = {title: number for _, title, number in outline(book)}
    targets = [
        book.get_destination_page_number(book.named_destinations[link["/Dest"]]) + 1
        for number, _, link in annotations(book)
        if number == pages["Measured"] and "/Dest" in link
    ]
    assert pages["Memory and what it costs"] in targets


def test_what_is_looked_up_is_left_out(texts):
    whole = " ".join(texts)
    assert "What does nbody cost?" not in whole
    assert "What is folded on a screen." in whole


def test_code_is_not_cut_at_the_margin(texts):
    assert LINE.replace(" ", "") in "".join(texts).replace(" ", "")


def test_hostile_text_is_text(texts):
    assert " ".join(HOSTILE.split()) in " ".join(texts)


def test_drawings_have_light_colours(built):
    """Of a dark theme nothing is left to the browser to choose."""
    paper = (built.out / "paper.xhtml").read_text()
    assert "svg" in paper
    assert "color-scheme: light" in paper


def test_what_is_too_wide_is_named(tmp_path):
    built = build(
        tmp_path,
        wide=WIDE.replace("w" * 300, '<span style="white-space: pre">' + "w" * 300 + "</span>"),
    )
    assert built.warnings == ["WARNING: Wide: something is too wide for the paper, see paper.css"]


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    with pytest.raises(
        pdf.PrintError, match=r"paper\.xhtml could not be printed: .*ERR_FILE_NOT_FOUND"
    ):
        pdf.print_document(tmp_path / "paper.xhtml", tmp_path / "out.pdf")
    monkeypatch.setenv(
        "TMPDIR", str(tmp_path)
    )  # Playwright leaves there what it made for the browser
    monkeypatch.setattr(pdf.shutil, "which", lambda _name: str(tmp_path / "none"))
    with pytest.raises(pdf.PrintError, match="install Chromium"):
        pdf.print_document(tmp_path / "paper.xhtml", tmp_path / "out.pdf")
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(pdf.PrintError, match=r"pypdf.*requirements\.txt"):
        pdf.page_numbers(tmp_path / "out.pdf")
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(pdf.PrintError, match=r"playwright.*requirements\.txt"):
        pdf.print_document(tmp_path / "paper.xhtml", tmp_path / "out.pdf")


def test_contents_that_never_settle_are_an_error(monkeypatch, tmp_path):
    counts = iter(range(100))
    monkeypatch.setattr(pdf, "print_document", lambda _source, _path: [])
    monkeypatch.setattr(pdf, "page_numbers", lambda _path: {"p1": next(counts)})
    with pytest.raises(pdf.PrintError, match="still name other pages after 4 attempts"):
        build(tmp_path)


def test_outside_of_a_checkout_no_commit_is_named(built, monkeypatch):
    monkeypatch.setattr(pdf, "git", lambda _root, *_words: None)
    said = dict(built.app.builder.facts(date(2026, 11, 29)))
    assert "Commit" not in said
    assert said["Printed"] == "2026-11-29"
    monkeypatch.setattr(pdf, "git", lambda _root, *words: "abc" if words[0] == "rev-parse" else "")
    assert dict(built.app.builder.facts(date(2026, 11, 29)))["Commit"] == "abc"
    monkeypatch.setattr(pdf, "git", lambda _root, *words: "abc")
    assert dict(built.app.builder.facts(date(2026, 11, 29)))["Commit"].startswith(
        "abc with changes"
    )
