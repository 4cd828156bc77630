"""Links inside the site lead somewhere, and images say what they show."""

import pytest

from ftguide.guide.lint import links, page

OTHER = """\
(a-label)=
# Other page

## A `code` heading

```{snippet} code-here
x
```

```{figure} x.png
:name: a-figure
:alt: A drawing of a lock
```
"""


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "source" / "_static").mkdir(parents=True)
    (tmp_path / "source" / "_static" / "x.png").touch()

    def check(text, name="source/dir/p.md"):
        pages = {
            "source/other.md": page.parse("source/other.md", OTHER),
            "source/drawn.md": page.parse("source/drawn.md", "# D\n\n```{bench:table}\n```\n"),
        }
        pages[name] = page.parse(name, text)
        known = links.targets(pages.values(), tmp_path)
        return [(one.line, one.rule) for one in links.check(pages[name], known)]

    return check


@pytest.mark.parametrize(
    "link",
    [
        "[x](https://example.com)",
        "[x](mailto:a@example.com)",
        "[](../other.md)",
        "[x](../other)",
        "[x](/other.md)",
        "[x](../other.md#a-code-heading)",
        "[x](../other.md#a-label)",
        "[x](../other.md#snippet-code-here)",
        "[x](../other.md#a-figure)",
        "[x](#a-label)",
        "[x](#here)",
        "[x](../drawn.md#anything-sphinx-draws)",
        "[x](../_static/x.png)",
        "![A lock](../_static/x.png)",
        "`[x](nowhere.md)`",
    ],
)
def test_allowed(rules, link):
    assert rules(f"# P\n\n## Here\n\n{link}\n") == []


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        ("[x](nowhere.md)", "link"),
        ("[x](other.md)", "link"),
        ("[x](../other.md#no-such-heading)", "link"),
        ("[x](#no-such-label)", "link"),
        ("[x]()", "link"),
        ("![](../_static/x.png)", "alt-text"),
        ("```{image} ../_static/x.png\n```", "alt-text"),
        ("```{figure} ../_static/x.png\n:alt:\n\nCaption\n```", "alt-text"),
    ],
)
def test_found(rules, link, rule):
    assert rules(f"# P\n\n## Here\n\n{link}\n") == [(5, rule)]
    assert rules(f"# P\n\n## Here\n\n% lint: {rule}, made on purpose\n{link}\n") == []


def test_the_line_of_a_link_in_a_paragraph(rules):
    assert rules("# P\n\none\ntwo [x](nowhere.md)\nthree\n") == [(4, "link")]


def test_a_file_outside_of_the_pages_has_its_own_anchors(rules):
    text = "# P\n\n## Here\n\n[x](#here) [y](source/other.md#a-label)\n\n[z](#a-label)\n"
    assert rules(text, "CONTRIBUTING.md") == [(7, "link")]


def test_the_second_heading_of_a_name_has_a_number(rules):
    assert rules("# P\n\n## Same\n\n## Same\n\n[x](#same) [y](#same-1)\n") == []
