"""`check` against an index on the loopback: hundreds of packages, slow, refusing, lying, silent ones."""

import base64
import functools
import json
import threading
import time
from types import SimpleNamespace

import pytest

from ftguide.cli.main import main
from ftguide.tracker.check import lookup
from ftguide.tracker.check.lookup import look_up
from ftguide.tracker.observe import index as indexing
from ftguide.tracker.observe.index import Index
from tests import tracked
from tests.chance import PATIENCE
from tests.tracker.loopback import HASH, entry, page

THREADED = "{}-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl"
PURE = "{}-1.0-py3-none-any.whl"


@pytest.fixture
def run(tmp_path, capsys, loopback):
    def call(text, *options):
        path = tmp_path / "requirements.txt"
        path.write_text(text)
        known = ("--evidence", str(tmp_path / "evidence"), "--today", tracked.TODAY)
        words = ("check", str(path), *known, "--platform", tracked.LINUX, "--json", *options)
        code = main(words)
        captured = capsys.readouterr()
        data = json.loads(captured.out) if captured.out else None
        return code, data, captured.err

    return call


def answers(data):
    return {one["name"]: one["answer"] for one in data["dependencies"]}


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Give every answer the time that a busy machine may take: only tests about time have less."""
    monkeypatch.setattr(lookup, "SECONDS_EACH", PATIENCE)
    monkeypatch.setattr(lookup, "SECONDS", PATIENCE)


def test_three_hundred_packages_are_asked_about_at_once(run, loopback):
    """The first answers come once as many packages are asked about as there are workers."""
    loopback.together = lookup.WORKERS
    names = [f"package-{number:03}" for number in range(300)]
    for number, name in enumerate(names):
        loopback.offer(name, (THREADED if number % 2 else PURE).format(name.replace("-", "_")))
    code, data, _ = run("".join(f"{name}\n" for name in names))
    assert code == 0
    assert data["counts"]["only-claimed"] == data["counts"]["pure-python"] == 150
    assert loopback.busiest == lookup.WORKERS > 1
    asked = len(loopback.asked)
    assert asked == 300
    assert run("".join(f"{name}\n" for name in names))[1] == data
    assert len(loopback.asked) == asked  # within an hour nobody is asked again


def test_later_the_index_is_asked_conditionally(run, loopback, monkeypatch):
    loopback.etags = True
    loopback.offer("thing", PURE.format("thing"))
    first = run("thing\n")
    monkeypatch.setattr(indexing, "FRESH_SECONDS", 0.0)
    assert run("thing\n") == first
    assert ["If-None-Match" in headers for _, headers in loopback.asked] == [False, True]


def test_offline_asks_nobody(run, loopback):
    loopback.offer("thing", PURE.format("thing"))
    code, data, _ = run("thing\n", "--offline")
    assert (code, answers(data), loopback.asked) == (0, {"thing": "unknown"}, [])


def test_bad_answers_are_one_line_each_and_the_others_are_answered(run, loopback):
    loopback.offer("good", PURE.format("good"))
    loopback.offer("forbidden")
    loopback.statuses["forbidden"] = 403
    loopback.statuses["broken"] = 500
    loopback.pages["broken"] = b""
    loopback.pages["html"] = b"<!DOCTYPE html><html><a href='x'>x</a></html>"
    loopback.pages["liar"] = page("another", entry(PURE.format("another")))
    loopback.pages["binary"] = b"\x00\xff" * 100
    loopback.pages["deep"] = b'{"name":"deep","files":' + b"[" * 100_000
    loopback.offer("stranger", PURE.format("another"), "stranger-<b>.whl", "../../x-1.0.tar.gz")
    code, data, err = run(
        "good\nforbidden\nbroken\nhtml\nliar\nbinary\ndeep\nstranger\nno-such-name\n"
    )
    assert code == 2
    assert answers(data) == {
        "good": "pure-python",
        **dict.fromkeys(
            ("forbidden", "broken", "html", "liar", "binary", "deep", "stranger", "no-such-name"),
            "unknown",
        ),
    }
    lines = err.strip().splitlines()
    assert sorted(line.split()[1].rstrip(":") for line in lines) == [
        *("binary", "broken", "deep", "forbidden", "html", "liar")
    ]
    assert "the index answered 403" in err
    assert "package html: the index's page is HTML that lists no file of it" in err
    assert "the index answered about 'another'" in err
    assert sorted(data["problems"]) == sorted(lines)
    why = {one["name"]: one["reasons"] for one in data["dependencies"]}
    assert why["no-such-name"] == ["the index does not know this name"]
    assert why["stranger"] == ["the index has no release "]


def test_a_slow_package_does_not_hold_up_the_others(run, loopback, monkeypatch):
    """One is not answered before this ends, and nobody can have waited for it; time flies for the other."""
    fetch, given, this = indexing.fetch, [], threading.local()

    def hurried(url, headers, limit, *, seconds):
        given.append(seconds)
        this.drips = "drips" in url
        return fetch(url, headers, limit, seconds=0.5 if "slow" in url else seconds)

    def monotonic():
        flown = this.drips and loopback.trickles.is_set()
        return time.monotonic() + (2 * PATIENCE if flown else 0)

    monkeypatch.setattr(indexing, "fetch", hurried)
    monkeypatch.setattr(indexing, "time", SimpleNamespace(time=time.time, monotonic=monotonic))
    for name in ("quick", "slow", "drips"):
        loopback.offer(name, PURE.format(name))
    loopback.held.add("slow")
    loopback.trickle.add("drips")
    code, data, err = run("quick\nslow\ndrips\n")
    assert given == [lookup.SECONDS_EACH] * 3
    assert code == 2
    assert answers(data) == {"quick": "pure-python", "slow": "unknown", "drips": "unknown"}
    assert "package slow: the index does not answer" in err
    assert "package drips: the index does not answer (the answer takes too long)" in err


def test_the_time_for_all_is_kept_whatever_an_index_does(run, loopback, monkeypatch):
    """Nothing is answered before this ends, so that nobody can have waited for an answer."""
    fetch = indexing.fetch

    def endless(url, headers, limit, *, seconds):
        assert seconds == 1
        return fetch(url, headers, limit, seconds=PATIENCE)

    monkeypatch.setattr(indexing, "fetch", endless)
    monkeypatch.setitem(lookup.look_up.__kwdefaults__, "workers", 2)
    loopback.held.add("*")
    names = [f"p{number}" for number in range(8)]
    code, data, err = run("".join(f"{name}\n" for name in names), "--index-seconds", "1")
    assert len(loopback.asked) <= 2
    assert code == 2
    assert len(data["problems"]) == len(err.splitlines()) == 8
    assert err.count("the index did not answer within 1 s for all packages") == 8


def test_no_index_at_all(run, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    code, data, err = run("thing\n")
    assert code == 2
    assert answers(data) == {"thing": "unknown"}
    assert "refused" in err


def test_a_password_of_an_address_goes_into_its_header_and_no_message(tmp_path, loopback):
    loopback.offer("thing", PURE.format("thing"))
    address = loopback.address.replace("http://", "http://me:s%40cret@")
    asked = look_up(["thing", "gone"], Index(address=address, cache=tmp_path))
    assert set(asked.releases) == {"thing"}
    sent = {headers["Authorization"] for _, headers in loopback.asked}
    assert sent == {"Basic " + base64.b64encode(b"me:s@cret").decode()}
    loopback.statuses["thing"] = 401
    again = look_up(["thing"], Index(address=address, cache=tmp_path / "other"))
    assert "cret" not in again.problems["thing"]


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path, loopback):
    loopback.offer("thing", PURE.format("thing"))
    (tmp_path / "file").write_text("")
    asked = look_up(["thing"], Index(address=loopback.address, cache=tmp_path / "file"))
    assert asked.releases["thing"]


def test_an_answer_that_is_cut_off_is_an_error(tmp_path, loopback, monkeypatch):
    fetch = functools.partial(indexing.fetch, seconds=PATIENCE)
    loopback.offer("thing", PURE.format("thing"))
    whole = loopback.pages["thing"]

    def cut(url, headers, limit):
        status, received, body = fetch(url, headers, limit)
        return status, received, body[: len(whole) // 2]

    asked = look_up(["thing"], Index(address=loopback.address, cache=tmp_path, fetch=cut))
    assert "is not understood" in asked.problems["thing"]


def test_an_index_that_has_html_alone_is_read(run, loopback):
    """The form of PEP 503: what an index behind a proxy, or made of a folder, often serves."""
    threaded, pure = THREADED.format("thing"), PURE.format("other")
    loopback.pages["thing"] = (
        f"<html><a href='/files/thing-2.0-py3-none-any.whl' data-requires-python='&lt;3.9'>2.0</a>"
        f"<a href='/files/{threaded}#sha256={HASH}'>{threaded}</a></html>"
    ).encode()
    loopback.pages["other"] = f'<a href="{pure}" data-yanked="no">{pure}</a>'.encode()
    code, data, _ = run("thing\nother==1.0\n")
    assert code == 0
    assert answers(data) == {"thing": "only-claimed", "other": "pure-python"}
    accepted = {headers["Accept"] for _, headers in loopback.asked}
    assert all("simple.v1+json" in each and "text/html" in each for each in accepted)


def test_a_page_that_ends_too_early_is_an_error(tmp_path, loopback):
    """A page in HTML is readable wherever it is cut, so that its length has to tell."""
    wheels = "".join(f'<a href="thing-{n}.0-py3-none-any.whl">x</a>' for n in range(9))
    loopback.pages["thing"] = wheels.encode()
    loopback.cut.add("thing")
    asked = look_up(["thing"], Index(address=loopback.address, cache=tmp_path))
    assert "the answer ends too early" in asked.problems["thing"]


def test_what_breaks_the_reading_of_a_page_is_the_answer_of_that_page(tmp_path, monkeypatch):
    class Odd(Index):
        def page(self, name):
            raise ValueError(name)

    asked = look_up(["thing"], Odd(address="http://index.test", cache=tmp_path))
    assert asked.problems == {
        "thing": "package thing: the index's answer is not understood (ValueError)"
    }


def test_a_pin_on_another_line_and_platform(run, loopback):
    loopback.offer("thing", "thing-1.0-cp315-abi3.abi3t-macosx_11_0_arm64.whl", "thing-1.0.tar.gz")
    there = ("--line", "3.15t", "--platform", "macosx_arm64")
    assert answers(run("thing==1\n", *there)[1]) == {"thing": "only-claimed"}
    assert answers(run("thing==1\n")[1]) == {"thing": "no-wheel"}
