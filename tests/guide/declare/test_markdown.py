"""Fences are found where Sphinx finds them, with the line an editor would jump to."""

from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.guide.declare import markdown
from ftguide.guide.declare.finding import PageError, Place

TEXT = """\
---
checked: 2026-11-24
---

# Title

:::::{tab-set}
::::{tab-item} Linux
:sync: linux

- An item

  ```{snippet} deep
  :builds: ft

  print(1)
  ```
::::
:::::

````md
```{snippet} shown-not-meant
print(2)
```
````

<!--
```{snippet} commented
```
-->

    ```{snippet} indented
    ```
"""


def test_a_fence_is_found_in_tabs_and_lists_and_not_in_code_or_comments():
    found = markdown.fences(Path("page.md"), TEXT)
    assert [(one.directive or one.language, one.line) for one in found] == [
        ("tab-set", 7),
        ("tab-item", 8),
        ("snippet", 13),
        ("md", 21),
    ]
    assert found[2].content == ":builds: ft\n\nprint(1)\n"
    assert (found[2].argument, found[2].end) == ("deep", 17)


def test_options_are_split_from_the_content_with_its_line():
    fence = markdown.fences(Path("page.md"), TEXT)[2]
    options, body, first = markdown.options_of(fence, frozenset({"builds"}))
    assert (options, body) == ({"builds": "ft"}, ["print(1)"])
    assert TEXT.splitlines()[first].strip() == "print(1)"


def test_an_unknown_option_names_line_and_choice():
    fence = markdown.fences(Path("page.md"), TEXT)[2]
    with pytest.raises(
        PageError, match=r"page\.md:13: .*'builds'.*options of snippet are build-s\."
    ):
        markdown.options_of(fence, frozenset({"build-s"}))


def test_a_value_that_would_lose_its_end_is_refused():
    text = "```{snippet} a\n:args: one # two\n\nprint(1)\n```\n"
    (fence,) = markdown.fences(Path("page.md"), text)
    with pytest.raises(PageError, match=r"page\.md:1: .*single quotes"):
        markdown.options_of(fence, frozenset({"args"}))


def test_a_page_that_is_not_utf8_names_line_and_byte(tmp_path):
    path = tmp_path / "page.md"
    path.write_bytes(b"# Title\n\ncaf\xe9\n")
    with pytest.raises(PageError, match=r"page\.md:3: byte 0xe9 is not UTF-8\. Save"):
        markdown.read(path)


def test_a_missing_page_is_named(tmp_path):
    with pytest.raises(PageError, match=r"none\.md: No such file"):
        markdown.read(tmp_path / "none.md")


def test_front_matter_is_returned_or_empty():
    assert markdown.front_matter(TEXT) == "checked: 2026-11-24"
    assert markdown.front_matter("# Title\n") == ""


def test_sphinx_parses_with_the_same_extensions():
    configured: dict[str, object] = {"__file__": str(ROOT / "conf.py")}
    exec((ROOT / "conf.py").read_text(), configured)
    assert set(configured["myst_enable_extensions"]) == markdown.EXTENSIONS


def test_an_error_keeps_its_place_apart():
    error = PageError("no value. Give one.", Place("source/p.md", 3))
    assert (error.message, error.place) == ("no value. Give one.", Place("source/p.md", 3))
    assert str(error) == "source/p.md:3: no value. Give one."
    assert str(PageError("gone.", Place("p.md"))) == "p.md: gone."
    assert str(PageError("--today is no date.")) == "--today is no date."
