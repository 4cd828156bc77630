"""What is taken from a finished page for the search and for Markdown."""

from ftguide.site.articles import spelled_out

PICTURE = """<figure><svg viewBox="0 0 1 1" role="img"><title id="t">Two counts</title>
<desc id="d">A owns it; B &lt;counts&gt; aside.</desc><text>A</text></svg><p>Below.</p></figure>"""


def test_a_picture_is_told_in_its_own_words():
    assert spelled_out(PICTURE) == (
        "<figure><p>Two counts.</p><p>A owns it; B &lt;counts&gt; aside.</p><p>Below.</p></figure>"
    )


def test_charts_and_ornaments_are_left_out():
    assert spelled_out('a<svg class="bench-chart"><title>T</title><text>1</text></svg>b') == "ab"
    assert spelled_out("a<svg><path/></svg>b<svg></svg>") == "ab"
