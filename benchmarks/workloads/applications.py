"""A web application without a server: realistic code over shared data that nobody writes to.

Routes, settings and templates are built once and read by all threads, as web frameworks do it. What
a request brings and what its answer is made of belong to the thread that serves it. There is no
socket: what is measured is the Python between two of them.
"""

from __future__ import annotations

import binascii
import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# --- request ----------------------------------------------------------------


class HttpError(Exception):
    """An answer other than 200; the only argument is the status."""


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request."""

    method: str
    path: list[str]
    query: dict[str, str]
    headers: dict[str, str]
    body: str


class Site:
    """What all requests are answered with: made once, read by every thread, never written again."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = {
            # Put together here, because a literal is immortal and would never be counted.
            "name": "corner shop.".rstrip("."),
            "limit": int("4096"),
            "currencies": {code: f"{code} {rate}" for rate, code in enumerate(("eur", "usd"), 257)},
            "headers": [f"{name}: {value}" for name, value in _STANDING],
        }
        self.routes: list[tuple[str, list[str], Callable[[Site, Request, dict[str, str]], str]]] = [
            ("GET", ["items", "{item}"], _show_item),
            ("GET", ["search"], _show_search),
            ("POST", ["orders"], _take_order),
            ("GET", ["health"], _show_health),
        ]
        self.templates = {name: _compile(text) for name, text in _TEMPLATES.items()}


_STANDING: Final = (("Server", "workload"), ("Cache-Control", "no-store"))
_TEMPLATES: Final = {
    "item": "<html><title>{shop}</title><h1>Item {item}</h1><p>{price}</p></html>",
    "search": "<html><title>{shop}</title><h1>{query}</h1><ul>{rows}</ul></html>",
    "row": '<li class="{kind}">{text}</li>',
}


def _compile(template: str) -> list[tuple[str, str]]:
    """Cut a template into (text, name of the field behind it)."""
    parts = []
    for piece in template.split("}"):
        text, _, field = piece.partition("{")
        parts.append((text, field))
    return parts


def _fill(parts: list[tuple[str, str]], fields: dict[str, str]) -> str:
    out = []
    for text, field in parts:
        out.append(text)
        if field:
            out.append(fields[field])
    return "".join(out)


def _parse(raw: bytes) -> Request:
    head, _, body = raw.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    path, _, query = target.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return Request(
        method,
        [unquote_plus(segment) for segment in path.strip("/").split("/")],
        {unquote_plus(name): unquote_plus(value) for name, _, value in pairs},
        headers,
        body,
    )


def _route(
    site: Site, request: Request
) -> tuple[Callable[[Site, Request, dict[str, str]], str], dict[str, str]]:
    """Find the handler of a request and the named segments of its path."""
    for method, pattern, handler in site.routes:
        if method != request.method or len(pattern) != len(request.path):
            continue
        found = {}
        for part, segment in zip(pattern, request.path, strict=True):
            if part.startswith("{"):
                found[part[1:-1]] = segment
            elif part != segment:
                break
        else:
            return handler, found
    raise HttpError("404 Not Found")


def _show_item(site: Site, request: Request, found: dict[str, str]) -> str:
    currency = site.config["currencies"][request.query.get("currency", "eur")]
    fields = {
        "shop": site.config["name"],
        "item": html.escape(found["item"]),
        "price": f"{len(found['item'])}.00 {currency}",
    }
    return _fill(site.templates["item"], fields)


def _show_search(site: Site, request: Request, _found: dict[str, str]) -> str:
    query = html.escape(request.query["q"])
    rows = [
        _fill(
            site.templates["row"], {"kind": "odd" if row & 1 else "even", "text": f"{query} {row}"}
        )
        for row in range(int(request.query["rows"]))
    ]
    fields = {"shop": site.config["name"], "query": query, "rows": "".join(rows)}
    return _fill(site.templates["search"], fields)


def _take_order(site: Site, request: Request, _found: dict[str, str]) -> str:
    if len(request.body) > site.config["limit"]:
        raise HttpError("413 Content Too Large")
    order = json.loads(request.body)
    total = sum(line["count"] * line["price"] for line in order["lines"])
    return json.dumps({"buyer": order["buyer"], "total": total, "lines": len(order["lines"])})


def _show_health(site: Site, _request: Request, _found: dict[str, str]) -> str:
    return json.dumps({"shop": site.config["name"], "status": "up"})


def _answer(site: Site, raw: bytes) -> bytes:
    """Answer one request: parse, route, handle, write."""
    try:
        request = _parse(raw)
        handler, found = _route(site, request)
        status, body = "200 OK", handler(site, request, found).encode()
    except HttpError as error:
        status, body = error.args[0], b""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *site.config["headers"]]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _requests(_worker: int) -> list[bytes]:
    """Return the requests of one unit of work, with the headers that a browser sends."""
    headers = "".join(
        f"{name}: {value}\r\n"
        for name, value in (
            ("Host", "shop.example"),
            ("User-Agent", "workload/1 (a name as long as those of browsers are)"),
            ("Accept", "text/html,application/json;q=0.9"),
            ("Cookie", "session=0123456789abcdef; theme=dark"),
        )
    )
    lines = [{"item": f"i{number}", "count": number, "price": 250} for number in range(1, 9)]
    order = json.dumps({"buyer": "Zoë & co", "lines": lines})
    starts = (
        ("GET /items/blue%20%3Cpen%3E?currency=usd", ""),
        ("GET /search?q=th%C3%A9+%26+cr%C3%A8me&rows=12", ""),
        ("POST /orders", order),
        ("GET /health", ""),
        ("GET /items/4711/reviews", ""),
        ("POST /orders", order + " " * 5000),
    )
    return [f"{start} HTTP/1.1\r\n{headers}\r\n{body}".encode() for start, body in starts]


def _serve(local: list[bytes], shared: Site, loops: int) -> tuple[int, int, int]:
    answered = length = checksum = 0
    for _ in range(loops):
        checksum = 0
        for raw in local:
            answer = _answer(shared, raw)
            checksum = binascii.crc32(answer, checksum)
            length += len(answer)
            answered += 1
    return answered, length, checksum


#: Requests of one unit, bytes of their answers, and the CRC-32 of those.
REQUESTS, ANSWER_BYTES, CHECKSUM = 6, 1256, 651227274


def _check_serving(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for answered, length, checksum in results:
        expect(answered, loops * REQUESTS, "requests answered")
        expect(length, loops * ANSWER_BYTES, "bytes of all answers")
        expect(checksum, CHECKSUM, "checksum of a unit's answers")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="request",
        version=1,
        title="Requests of a web application",
        question="How many more requests does a second thread answer when all share one application?",
        group=Group.APPLICATIONS,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because=(
            "Parsing, routing and writing an answer make far more private objects than they read "
            "shared ones, though each of those is counted atomically."
        ),
        explained_at="benchmarks/method",
        setup_shared=Site,
        setup_local=_requests,
        run=_serve,
        check=_check_serving,
        requires=("json", "_json"),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
