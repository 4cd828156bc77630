"""Figures as a browser draws them: with its fonts, no text lies on another one, on a line or on a mark."""

import os
import struct
import subprocess
import sys

import pytest

from ftguide.ground.files import ROOT
from tests import synthetic
from tests.slow import slow_but

#: Texts against texts, upright lines, marks and the edge; the boxes of letters are taller than letters.
CLASHES = r"""() => {
  const found = [];
  document.querySelectorAll('details').forEach(fold => { fold.open = true; });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const placed = (element, box, said) => {  // a posted figure has its drawing below a title
    const group = element.closest('g[transform]');
    const { e: x, f: y } = group ? group.transform.baseVal[0].matrix : { e: 0, f: 0 };
    return { said, left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y };
  };
  const boxed = (element, less, said) => {
    const { x, y, width, height } = element.getBBox();
    return placed(element, { left: x, right: x + width, top: y + less, bottom: y + height - less }, said);
  };
  for (const drawing of document.querySelectorAll('svg.bench-chart')) {
    const wide = drawing.viewBox.baseVal.width;
    const texts = [...drawing.querySelectorAll('text')].map(text => boxed(text, 3, text.textContent));
    const drawn = [...drawing.querySelectorAll('circle, path.whisker, rect.hollow')].map(
      mark => boxed(mark, 0, mark.className.baseVal));
    for (const path of drawing.querySelectorAll('path.one, path.grid, path.ideal, path.ceiling')) {
      for (const [, x, top, bottom] of path.getAttribute('d').matchAll(/M([\d.]+) ([\d.]+)V([\d.]+)/g)) {
        const line = { left: +x - 0.5, right: +x + 0.5, top: +top, bottom: +bottom };
        drawn.push(placed(path, line, path.className.baseVal));
      }
    }
    texts.forEach((text, index) => {
      if (text.left < -0.5 || text.right > wide + 0.5) found.push([text.said, 'edge']);
      for (const other of [...texts.slice(index + 1), ...drawn]) {
        if (meet(text, other)) found.push([text.said, other.said]);
      }
    });
  }
  return [document.querySelectorAll('svg.bench-chart').length, found];
}"""
PAGES = ("benchmarks/mandelbrot.html", "benchmarks/counter-lock.html", "benchmarks/nbody.html")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", slow_but(PAGES[:1], [*PAGES, "benchmarks/figures/mandelbrot.svg"]))
def test_no_text_of_a_figure_lies_on_anything(browser, address, path, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}/{path}")
    number, found = page.evaluate(CLASHES)
    page.close()
    assert number
    assert found == []


def test_a_line_through_a_title_is_found(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/{PAGES[0]}")
    page.evaluate(
        "document.querySelector('svg.bench-chart path.one').setAttribute('d', 'M20 8V80')"
    )
    _, found = page.evaluate(CLASHES)
    page.close()
    assert ["GIL-enabled build", "one"] in found


def test_a_posted_figure_asks_for_nothing(browser, address):
    asked = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/benchmarks/figures/mandelbrot.svg")
    page.wait_for_load_state("networkidle")
    page.close()
    assert [url for url in asked if not url.endswith("favicon.ico")] == [
        f"{address}/benchmarks/figures/mandelbrot.svg"
    ]


def photographed(tmp_path, **environment):
    """Have a figure of a synthetic run written as SVG and PNG by the command that pages name."""
    folder = synthetic.write(tmp_path / "results", synthetic.stored())
    return subprocess.run(
        [sys.executable, "-m", "ftguide", "report", folder, "--figure", "mandelbrot", "--png"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.usefixtures("browser")  # skips where there is none
def test_a_figure_becomes_a_picture(tmp_path):
    done = photographed(tmp_path)
    assert done.returncode == 0, done.stderr
    data = (tmp_path / "mandelbrot.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1200
    assert height > 600


def test_without_a_browser_that_is_said_and_nothing_is_written(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    # Playwright leaves the profile of a browser that it could not start.
    none = dict.fromkeys(("PATH", "PLAYWRIGHT_BROWSERS_PATH", "TMPDIR"), str(empty))
    done = photographed(tmp_path, **none)
    assert done.returncode == 2
    assert "without --png you get the SVG" in " ".join(done.stderr.split())
    assert not [*tmp_path.glob("mandelbrot.*")]
