"""From an index to evidence, with an index made here; no network."""

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ftguide.tracker.observe import index as indexing
from ftguide.tracker.observe.collect import collect
from ftguide.tracker.observe.index import Index
from ftguide.tracker.record.findings import Backfill, Claim, Wheels
from ftguide.tracker.record.model import TOOL, CompatError, Evidence

HASH = "a" * 64
LINUX = "manylinux_2_17_x86_64"
AT = "2026-11-24T00:00:00Z"


def file(name: str, uploaded: str, **changed: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "filename": name,
        "url": f"files/{name}",
        "hashes": {"sha256": HASH},
        "size": 1000,
        "upload-time": f"{uploaded}T10:00:00.123456Z",
        "yanked": False,
    }
    return {**entry, **changed}


FILES = [
    file("foo-1.0.tar.gz", "2024-01-01"),
    file(f"foo-1.0-cp313-cp313-{LINUX}.whl", "2024-01-01"),
    file("foo-1.1.tar.gz", "2024-09-01"),
    file(f"foo-1.1-cp313-cp313t-{LINUX}.whl", "2024-09-05"),
    file("foo-1.2.tar.gz", "2025-09-01"),
    file(f"foo-1.2-cp313-cp313t-{LINUX}.whl", "2025-09-01"),
    file(f"foo-1.2-cp314-cp314t-{LINUX}.whl", "2025-09-02"),
    file("foo-2.0.tar.gz", "2026-09-01"),
    file(f"foo-2.0-cp314-cp314t-{LINUX}.whl", "2026-09-01"),
    file("foo-2.0-cp315-abi3.abi3t-win_amd64.whl", "2026-09-01"),
    file(f"foo-2.0-cp314-cp314-{LINUX}.whl", "2026-09-01"),
    file(f"foo-1.2.1-cp312-cp312-{LINUX}.whl", "2026-10-01"),  # a late fix of an old series
    file(f"foo-3.0b1-cp315-cp315t-{LINUX}.whl", "2026-10-01"),
    file(f"foo-2.1-cp315-cp315t-{LINUX}.whl", "2026-10-02", yanked="broken"),
    file(f"bar-9.0-cp315-cp315t-{LINUX}.whl", "2026-10-02"),  # of another project
    file("foo-<script>alert(1)</script>.whl", "2026-10-02"),
]


def page(*files: dict[str, object]) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "foo", "files": files}).encode()


class Server:
    """Answers as told, and remembers what was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(
        self, url: str, headers: Mapping[str, str], limit: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        self.asked.append((url, dict(headers)))
        status, body, answer = self.pages.get(url, (404, b"", {}))
        if headers.get("If-None-Match") and headers["If-None-Match"] == answer.get("ETag"):
            return 304, answer, b""
        assert len(body) <= limit
        return status, answer, body


@pytest.fixture
def server() -> Server:
    made = Server()
    made.pages["https://index.test/simple/foo/"] = (200, page(*FILES), {"ETag": '"1"'})
    return made


@pytest.fixture
def index(server: Server, tmp_path: Path) -> Index:
    return Index(address="https://index.test/simple", cache=tmp_path / "cache", fetch=server)


def collected(index: Index) -> tuple[Evidence, ...]:
    return collect("foo", index, at=lambda: AT)


def test_every_observation_names_the_version_of_the_program(index):
    assert [item.tool for item in collected(index)] == [TOOL] * len(collected(index))
    assert collected(index)


def test_the_newest_final_release_by_line_and_platform(index):
    wheels = collected(index)[0].result
    assert isinstance(wheels, Wheels)
    assert (wheels.newest, wheels.uploaded, wheels.sdist) == ("2.0", "2026-09-01T10:00:00Z", True)
    assert [(one.abi, one.lines, one.platforms) for one in wheels.files] == [
        ("cp314t", ("3.14t",), ("manylinux_x86_64",)),
        ("abi3t", ("3.15t",), ("win_amd64",)),
    ]
    assert {one.sha256 for one in wheels.files} == {HASH}


def test_history_is_filled_in_from_upload_times(index):
    history = collected(index)[1].result
    assert isinstance(history, Backfill)
    assert [
        (one.at[:10], one.version, one.line, one.platform, one.present)
        for one in history.transitions
    ] == [
        ("2024-09-05", "1.1", "3.13t", "manylinux_x86_64", True),  # four days after the release
        ("2025-09-02", "1.2", "3.14t", "manylinux_x86_64", True),
        ("2026-09-01", "2.0", "3.13t", "manylinux_x86_64", False),
        ("2026-09-01", "2.0", "3.15t", "win_amd64", True),
    ]


def test_a_page_is_not_asked_for_twice_within_an_hour(index, server):
    assert collected(index) == collected(index)
    assert len(server.asked) == 1
    assert server.asked[0][0] == "https://index.test/simple/foo/"


def test_later_requests_are_conditional(index, server, monkeypatch):
    first = collected(index)
    monkeypatch.setattr(indexing, "FRESH_SECONDS", 0.0)
    assert collected(index) == first
    assert "If-None-Match" not in server.asked[0][1]
    assert server.asked[1][1]["If-None-Match"] == '"1"'
    server.pages["https://index.test/simple/foo/"] = (200, page(FILES[1]), {"ETag": '"2"'})
    assert collected(index)[0].version == "1.0"


def test_a_damaged_cache_is_asked_for_again(index, server):
    collected(index)
    (kept,) = index.cache.iterdir()
    kept.write_bytes(b"\xff nonsense")
    collected(index)
    assert len(server.asked) == 2


def test_claims_come_from_metadata_where_the_index_serves_it(index, server):
    import hashlib

    metadata = (
        b"Name: foo\nClassifier: Programming Language :: Python :: Free Threading :: 2 - Beta\n"
    )
    digest = hashlib.sha256(metadata).hexdigest()
    name = f"foo-2.0-cp314-cp314t-{LINUX}.whl"
    wheel = file(name, "2026-09-01", **{"core-metadata": {"sha256": digest}})
    where = f"https://index.test/simple/foo/files/{name}.metadata"
    server.pages["https://index.test/simple/foo/"] = (200, page(wheel), {})
    server.pages[where] = (200, metadata, {})
    claim = collected(index)[2]
    assert isinstance(claim.result, Claim)
    assert claim.result.classifiers[0].endswith("2 - Beta")
    asked = len(server.asked)
    assert collected(index)[2].result == claim.result
    assert len(server.asked) == asked  # what has a hash is asked for once
    for kept in index.cache.glob("metadata-*"):
        kept.write_bytes(b"damaged")
    server.pages[where] = (200, metadata + b"changed", {})
    with pytest.raises(CompatError, match=rf"{name}: its metadata does not have the hash"):
        collected(index)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((404, b"", {}), "package foo: the index does not know it"),
        ((500, b"", {}), "package foo: the index answered 500. Nothing was written"),
        ((200, b"<html>", {}), "package foo: the index's page is HTML that lists no file of it"),
        ((200, b"\xff\xff", {}), "package foo: the index's page is not understood"),
        ((200, b'{"name":"foo","files":' + b"[" * 100_000, {}), "package foo: the index's page"),
        ((200, page(), {}), "package foo: the index has no final release"),
        ((200, page(file(f"foo-3.0b1-cp314-cp314t-{LINUX}.whl", "2026-01-01")), {}), "no final"),
        (
            (200, page(file(f"foo-1-cp314-cp314t-{LINUX}.whl", "2026-01-01", hashes={})), {}),
            r"foo-1-cp314-cp314t.*the index states no sha256",
        ),
        (
            (
                200,
                page(
                    file(f"foo-1-cp314-cp314t-{LINUX}.whl", "2026-01-01", hashes={"sha256": "<b>"})
                ),
                {},
            ),
            r"foo-1-cp314-cp314t.*no sha256 for it \('<b>'\)",
        ),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_kept(index, server, answer, says):
    server.pages["https://index.test/simple/foo/"] = answer
    with pytest.raises(CompatError, match=says):
        collected(index)


def test_no_network_is_named(tmp_path):
    def fail(url: str, headers: Mapping[str, str], limit: int) -> object:
        raise OSError("Temporary failure in name resolution")

    with pytest.raises(CompatError, match=r"package foo: the index does not answer \(Temporary"):
        collect("foo", Index(address="https://index.test", cache=tmp_path, fetch=fail))  # type: ignore[arg-type]


@pytest.fixture
def local() -> Iterator[str]:
    """Serve a page, a huge page and a bomb over real HTTP, on this machine only."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = gzip.compress(bytes(5_000_000)) if "bomb" in self.path else page(*FILES)
            self.send_response(200 if "gone" not in self.path else 404)
            self.send_header("Content-Encoding", "gzip" if "bomb" in self.path else "identity")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def test_fetching(local, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    wheels = collect("foo", Index(address=local, cache=tmp_path))[0].result
    assert isinstance(wheels, Wheels)
    assert wheels.newest == "2.0"
    assert indexing.fetch(f"{local}/gone/", {}, 1000)[0] == 404
    with pytest.raises(OSError, match="longer than 1000000 bytes"):
        indexing.fetch(f"{local}/bomb/", {}, 1_000_000)
    with pytest.raises(OSError, match="longer than 10 bytes"):
        indexing.fetch(f"{local}/foo/", {}, 10)
    with pytest.raises(OSError, match="not an http address"):
        indexing.fetch("file:///etc/passwd", {}, 10)
    with pytest.raises(OSError, match="refused"):
        indexing.fetch("http://127.0.0.1:9/", {}, 10)


def test_the_address_is_the_clients(monkeypatch):
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple/")
    assert indexing.address() == "https://pip.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert indexing.address() == "https://uv.example/simple"
