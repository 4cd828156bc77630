"""What templates write: nodes of every element, text that stays text, and faults that are named."""

import jinja2
import pytest
from docutils import nodes

from ftguide.render import drawn
from ftguide.render.nodes import header_cell
from ftguide.render.templates import Templates

HOSTILE = '<script>alert("1 & 2")</script>\x00'


@pytest.fixture
def draw(tmp_path):
    """Draw the body of a macro that is given one value."""

    def drawn(body, value=None):
        (tmp_path / "t.jinja").write_text(f"{{% macro m(value) %}}\n{body}\n{{% endmacro %}}\n")
        return Templates(tmp_path, {"shout": str.upper}).draw("t.m", value)

    return drawn


def test_blocks_and_inline_elements_become_nodes(draw):
    (section,) = draw(
        '<section id="a" title="Title"><p class="big">See <code>x</code>,\n  <strong>so</strong>.</p>\n'
        '<pre lang="console">$ a\n  b</pre><note><p>Note</p></note></section>'
    )
    title, paragraph, block, note = section.children
    assert (section["ids"], title.astext()) == (["a"], "Title")
    assert (paragraph.astext(), paragraph["classes"]) == ("See x, so.", ["big"])
    assert [type(node) for node in paragraph if not isinstance(node, nodes.Text)] == [
        nodes.literal,
        nodes.strong,
    ]
    assert (block.astext(), block["language"]) == ("$ a\n  b", "console")
    assert isinstance(note, nodes.note)


def test_a_hostile_value_stays_text_in_cells_captions_and_attributes(draw):
    (table,) = draw(
        '<table caption="{{ value }}"><th>{{ value }}</th><tr><td>{{ value }}</td></tr></table>',
        HOSTILE,
    )
    table = drawn.expanded(table)
    shown = HOSTILE.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    assert [n.astext() for n in (table.next_node(nodes.title), *table.findall(nodes.entry))] == [
        shown
    ] * 3


def test_blanks_are_those_of_a_browser_and_unbreakable_ones_stay(draw):
    (paragraph,) = draw("<p>\n  a\n  b {{ value }}\n</p>", "1\N{NO-BREAK SPACE}%")
    assert paragraph.astext() == "a b 1\N{NO-BREAK SPACE}%"


def test_nodes_are_put_in_as_they_are(draw):
    given = [nodes.image(uri="a"), nodes.image(uri="b")]
    assert draw("{{ value }}", given) == given
    (paragraph,) = draw("<p>See {{ value }}.</p>", given[0])
    assert paragraph.children[1] is given[0]
    assert draw("{{ value }}", []) == []


def test_names_are_known_in_every_template(draw):
    assert draw("<p>{{ shout(value) }}</p>", "a")[0].astext() == "A"


def test_a_table_has_columns_groups_and_classes(draw):
    (table,) = draw(
        '<table caption="C"><th>A</th><th class="num">B</th><tr><th>Group</th></tr>'
        '<tr class="sum"><td>x</td><td>1</td></tr></table>'
    )
    head, group, line = drawn.expanded(table).findall(nodes.row)
    assert [cell["scope"] for cell in head.findall(header_cell)] == ["col", "col"]
    assert next(group.findall(header_cell))["morecols"] == 1
    assert line["classes"] == ["sum"]
    assert [cell["classes"] for cell in line.findall(nodes.entry)] == [[], ["num"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<blink>x</blink>", "<blink>, which is not an element of ftguide.render.templates"),
        (
            '<table caption="C"><th>A</th><tr><td><p>x</p></td></tr></table>',
            "<p> in a cell",
        ),
        ("stray", "'stray' outside of a paragraph"),
        ('<table caption="C"><th>A</th><tr><td>x</td><td>y</td></tr></table>', "a row of 2 cells"),
    ],
)
def test_what_is_not_known_is_named(draw, body, said):
    with pytest.raises(ValueError, match=said):
        draw(body)


def test_what_a_value_does_not_have_is_named(draw):
    with pytest.raises(jinja2.UndefinedError, match="no attribute 'slices'"):
        draw("<p>{{ value.slices }}</p>", "text")


def test_a_fold_keeps_its_blocks_and_its_summary(draw):
    (fold,) = draw('<fold summary="Remarks ({{ value }})"><p>One.</p><p>Two.</p></fold>', 2)
    assert fold["summary"] == "Remarks (2)"
    assert [child.astext() for child in fold] == ["One.", "Two."]
