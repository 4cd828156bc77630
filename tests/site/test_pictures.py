"""Pictures drawn by hand into the pages: they follow the theme, can be read on a phone, and are heard."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from ftguide.ground.files import ROOT
from ftguide.guide.declare import extract, markdown

#: The width of the text of a page on a phone 390 px wide, in CSS pixels, and the smallest letters there.
COLUMN = 358
SMALLEST = 12
#: A picture from before this limit, and the limit it is within.
OLDER: dict[str, float] = {}
#: A colour is that of the text, one of the theme with another for books, or none.
COLOUR = re.compile(r"currentColor|none|var\(--[\w-]+,#[0-9a-f]{3,6}\)")
OUTSIDE = re.compile(r"url\(|href|https?:|@import")


@dataclass(frozen=True)
class Picture:
    """A drawing and the line that stands above its block."""

    markup: str
    before: str

    @property
    def name(self) -> str:
        """What names the drawing, which tells it from all others."""
        return self.drawing.get("aria-labelledby", "").partition(" ")[0]

    @property
    def drawing(self) -> ET.Element:
        """The drawing as XML, which it must be in a book."""
        return ET.fromstring(self.markup)  # noqa: S314 - a page of this repository


def pictures() -> list[Picture]:
    """Return the drawings of all pages."""
    found = []
    for path in extract.pages(ROOT):
        text = markdown.read(path)
        if "<svg" not in text:
            continue
        lines = text.splitlines()
        for fence in markdown.fences(path, text):
            if fence.directive == "raw" and "<svg" in fence.content:
                before = next(line for line in reversed(lines[: fence.start]) if line)
                markup = re.search(r"<svg\b.*</svg>", fence.content, re.DOTALL)
                found.append(Picture(markup=markup[0] if markup else "", before=before))
    return found


PICTURES = pictures()
EACH = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)


def faults(picture: Picture) -> list[str]:
    """Return what keeps a drawing from being read, heard, or seen in the dark."""
    drawing = picture.drawing
    found = []
    named = [drawing.find("title"), drawing.find("desc")]
    said = [one.get("id") for one in named if one is not None and (one.text or "").strip()]
    if drawing.get("role") != "img" or drawing.get("aria-labelledby", "").split() != said:
        found.append("has no title and description that it is labelled by")
    width = float(drawing.get("viewBox", "0 0 0 0").split()[2])
    sizes = [float(one.get("font-size", "inf")) for one in drawing.iter()]
    least = OLDER.get(picture.name, SMALLEST)
    if not width or min(sizes) * COLUMN / width < least:
        found.append(f"has letters of {min(sizes) * COLUMN / (width or 1):.1f} px on a phone")
    for one in drawing.iter():
        styles = dict(part.split(":", 1) for part in one.get("style", "").split(";") if part)
        for name in ("fill", "stroke", "color", "stop-color"):
            found += [
                f"has a colour that no theme changes: {value}"
                for value in (one.get(name), styles.get(name))
                if value and not COLOUR.fullmatch(value)
            ]
        if one.tag in {"style", "script", "image", "foreignObject"}:
            found.append(f"has <{one.tag}>")
    if OUTSIDE.search(picture.markup):
        found.append("asks for something outside of it")
    if not picture.before.rstrip().endswith((":", ".")):
        found.append("has no sentence before it that says what to see")
    return found


def test_there_are_pictures_and_each_has_its_own_names():
    ids = [one.get("id") for picture in PICTURES for one in picture.drawing.iter()]
    named = [name for name in ids if name]
    assert len(PICTURES) >= 6
    assert len(set(named)) == len(named)


@EACH
def test_a_picture_can_be_read_and_heard(picture):
    assert faults(picture) == []


GOOD = (
    '<svg viewBox="0 0 360 40" role="img" aria-labelledby="a-title a-text" font-size="13">'
    '<title id="a-title">A</title><desc id="a-text">B</desc>'
    '<rect width="50" height="20" style="fill:var(--color-brand-primary,#00695c)"/>'
    '<text x="60" y="16">right</text></svg>'
)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('role="img" ', "", "has no title and description that it is labelled by"),
        ("B</desc>", "</desc>", "has no title and description that it is labelled by"),
        ("0 0 360", "0 0 450", "has letters of 10.3 px on a phone"),
        ("var(--color-brand-primary,#00695c)", "#fff", "has a colour that no theme changes: #fff"),
        ("<text ", '<text fill="black" ', "has a colour that no theme changes: black"),
        ("</svg>", "<style/></svg>", "has <style>"),
        ('y="16"', 'y="16" href="#a"', "asks for something outside of it"),
    ],
)
def test_a_fault_is_found(old, new, fault):
    assert faults(Picture(markup=GOOD, before="See:")) == []
    assert faults(Picture(markup=GOOD.replace(old, new), before="See:")) == [fault]


def test_a_picture_without_a_sentence_before_it_is_found():
    assert faults(Picture(markup=GOOD, before="## A heading"))


#: Letters against each other, against lines and the borders of boxes, and against the edge. The boxes that a
#: browser has for letters are taller than letters.
MEET = r"""() => {
  const drawing = document.querySelector('svg');
  const { x: left, width } = drawing.viewBox.baseVal;
  const { y: top, height } = drawing.viewBox.baseVal;
  const found = [];
  const box = text => {
    const { x, y, width, height } = text.getBBox();
    return { said: text.textContent, left: x, right: x + width, top: y + 3, bottom: y + height - 3 };
  };
  const texts = [...drawing.querySelectorAll('text')].map(box);
  const points = [];
  for (const shape of drawing.querySelectorAll('path, line, rect')) {
    if (getComputedStyle(shape).stroke === 'none') continue;
    const length = shape.getTotalLength();
    for (let at = 0; at <= length; at += 1) points.push(shape.getPointAtLength(at));
  }
  texts.forEach((text, index) => {
    if (text.left < left - 0.5 || text.right > left + width + 0.5) found.push([text.said, 'edge']);
    if (text.top < top || text.bottom > top + height) found.push([text.said, 'edge']);
    for (const other of texts.slice(index + 1)) {
      const beside = text.right <= other.left || other.right <= text.left;
      const below = text.bottom <= other.top || other.bottom <= text.top;
      if (!beside && !below) found.push([text.said, other.said]);
    }
    if (points.some(p => p.x > text.left && p.x < text.right && p.y > text.top && p.y < text.bottom))
      found.push([text.said, 'line']);
  });
  return found;
}"""


def met(browser, markup, family):
    """Return which letters of a drawing lie on something, in a font family."""
    page = browser.new_page(viewport={"width": COLUMN, "height": 600})
    page.set_content(
        f"<!doctype html><style>body {{ margin: 0; font-family: {family} }}</style>{markup}"
    )
    found = page.evaluate(MEET)
    page.close()
    return found


@EACH
@pytest.mark.parametrize("family", ["sans-serif", "serif"])  # a site and a book
def test_no_text_of_a_picture_lies_on_anything(browser, picture, family):
    assert met(browser, picture.markup, family) == []


@pytest.mark.parametrize(
    ("markup", "where"),
    [
        ('<path d="M70 0V40" stroke="currentColor"/></svg>', "line"),
        ('<text x="70" y="18">other</text></svg>', "other"),
        ('<text x="350" y="38">right</text></svg>', "edge"),
    ],
)
def test_text_that_lies_on_something_is_found(browser, markup, where):
    assert met(browser, GOOD, "sans-serif") == []
    assert ["right", where] in met(browser, GOOD.replace("</svg>", markup), "sans-serif")
