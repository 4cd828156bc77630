"""The HTML form of an index's page: what is read of it, and what hostile pages cost."""

import html
import time

import pytest

from ftguide.tracker.observe import index as indexing
from ftguide.tracker.observe.anchors import anchors
from ftguide.tracker.observe.index import Index, IndexFile
from ftguide.tracker.record.model import CompatError
from tests.chance import seen
from tests.slow import slow_but
from tests.tracker.loopback import HASH

WHEEL = "my_thing-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl"
PAGE = f"""<!DOCTYPE html>
<html><head><title>Links for <a href="title-1.0.zip">my-thing</title>
<script>var it = '<a href="my_thing-9-py3-none-any.whl">';</script></head><body>
<!-- <a href="my_thing-8-py3-none-any.whl">8</a> -- > -->
<a href="../../files/{WHEEL}#sha256={HASH}" data-requires-python="&gt;=3.11"
   data-core-metadata="sha256={HASH.upper()}">{WHEEL}</a><br>
<A CLASS=it's HREF='https://files.test/a%2Fb/my%5Fthing-0.9.tar.gz' data-requires-python=">=3.9">x</A>
<a data-yanked href=my_thing-0.8.tar.gz rel=internal data-dist-info-metadata=true>text > of its own</a>
<a data-yanked="it &amp; its &quot;reason&quot;" href="my_thing-0.7.zip?a=1&amp;b=2">0.7</a>
<a name="here">no address</a> <a href="">empty</a> <a href="http://[">broken</a> <abbr href="no-1.zip">
<a href="twice-1.0.zip" href="my_thing-7.zip">the first counts</a>
<a href="{"x" * 5000}.whl">too long</a> <a href="never-ends-1.0.zip" """


def read(body, name="my-thing"):
    raw = body if isinstance(body, bytes) else body.encode()
    index = Index(address="http://index.test", fetch=lambda *_: (200, {}, raw))
    return index._decode(name, raw)


def test_what_an_anchor_says_of_a_file():
    page = read(PAGE)
    assert page.name == "my-thing"
    assert page.files == (
        IndexFile(
            filename=WHEEL,
            url=f"../../files/{WHEEL}",
            hashes={"sha256": HASH},
            requires_python=">=3.11",
            core_metadata={"sha256": HASH},
        ),
        IndexFile(
            filename="my_thing-0.9.tar.gz",
            url="https://files.test/a%2Fb/my%5Fthing-0.9.tar.gz",
            requires_python=">=3.9",
        ),
        IndexFile(filename="my_thing-0.8.tar.gz", url="my_thing-0.8.tar.gz", yanked=True),
        IndexFile(
            filename="my_thing-0.7.zip",
            url="my_thing-0.7.zip?a=1&b=2",
            yanked='it & its "reason"',
        ),
        IndexFile(filename="twice-1.0.zip", url="twice-1.0.zip"),
    )


def test_addresses_are_relative_to_the_base_of_the_page():
    page = read(
        '\ufeff<base href="https://files.test/pool/"><base href="/no/"><a href="x-1.zip">', "x"
    )
    assert [file.url for file in page.files] == ["https://files.test/pool/x-1.zip"]


def test_hostile_names_stay_text():
    hurt = "<script>alert(1)</script>\x1b[31m"
    page = read(
        f'<a href="{html.escape(hurt)}"><a href="my-thing-1.zip"><a href="..%2F..%2Fy-1.zip">'
    )
    assert [file.filename for file in page.files] == [
        "script>\x1b[31m",  # the last part of the address
        "my-thing-1.zip",
        "y-1.zip",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<html><h1>Sign in</h1><a href='/login'>here</a></html>",
        "<html></html>",
        "<a href='another-1.0-py3-none-any.whl'>",
        "<!-- <a href='my-thing-1.0.zip'>",
        "<a href='my-thing-1.0.zip'",
    ],
)
def test_a_page_that_lists_no_file_of_the_package_is_refused(body):
    with pytest.raises(CompatError, match=r"package my-thing: .* HTML that lists no file of it"):
        read(body)


def test_a_page_with_too_many_links_is_refused(monkeypatch):
    monkeypatch.setattr(indexing, "MAX_LINKS", 10)
    listed = "".join(f"<a href=my_thing-{number}.zip>" for number in range(11))
    with pytest.raises(CompatError, match="more than 10 links"):
        read(listed)
    assert len(read(listed.replace("<a href=my_thing-0.zip>", "")).files) == 10


def test_a_number_too_long_for_a_character_is_text():
    (file,) = read(
        f'<a title="&#{"9" * 5000};" data-x="&#{"9" * 3000};" href="my_thing-1.zip">'
    ).files
    assert file.filename == "my_thing-1.zip"


HOSTILE = (
    *(
        "<a <a <a ",
        "<a ",
        "<a>",
        "<a href=",
        '<a href="',
        "<a href='",
        "<a ='\"",
        "<a =\"'",
        "<a = ",
    ),
    *(
        '<a href="x"',
        "<a href=x-1.zip>",
        "<!--",
        "<!-- -",
        "-->",
        "<script",
        "<script>",
        "<title><",
    ),
    *("<base ", "<", "=", ">", "&#9", "&amp", '<a x="&#x9">', "<a\n", "<a/", "<A><a"),
)


@pytest.mark.parametrize("piece", slow_but({"<!-- -", "<script"}, HOSTILE))
def test_the_time_grows_as_the_page_does(piece):
    """A page 16 times as long takes about 16 times the time, where a quadratic reader takes 256 times.

    What only looks for a character is as fast as memory: a page that no cache holds takes three times more.
    Who else uses the CPU can slow the longer page down further; it does not do so each time.
    """

    def seconds(size):
        text = (piece * (size // len(piece) + 1))[:size]
        best = float("inf")
        for _ in range(3):
            began = time.thread_time()
            for _ in anchors(text):
                pass
            best = min(best, time.thread_time() - began)
        return best

    size = 100_000
    while seconds(size) < 0.005 and size < 1_000_000:
        size *= 2  # below, the clock would be what is compared
    seen(lambda: seconds(16 * size) / seconds(size), lambda ratio: ratio < 100)


@pytest.mark.parametrize("piece", slow_but({"<a>"}, ["<a <a <a", '<a href="x', "<a>", "<!--<a"]))
def test_ten_megabytes_that_list_nothing_are_refused(piece):
    with pytest.raises(CompatError, match=r"lists no file|more than 100000 links"):
        read(piece * (10_000_000 // len(piece)))
