"""Jobs on texts and images: search logs, parse pages and documents, validate records, resize, sign.

An optional part of the suite but for the standard library's parser: targets that were not given the packages
leave it out. Every worker has its own input and makes its own results.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

PILLOW: Final = ("pillow==13.0.0",)
SELECTOLAX: Final = ("selectolax==1.0.2",)
REGEX: Final = ("regex==2026.11.19",)
MSGSPEC: Final = ("msgspec==0.22.0",)
PYDANTIC: Final = ("pydantic==2.14.4",)
CRYPTOGRAPHY: Final = ("cryptography==50.0.2",)
REFUSES: Final = "its extension module refuses to load in a subinterpreter"
WITHOUT: Final = (("interpreters", REFUSES),)

#: Lines of the log, and links of the page, entries of the document, records of the batch.
LOGGED, LINKS, ENTRIES, RECORDS = 200, 200, 150, 100
#: Edge of the image, and of the smaller one that is made of it.
WIDE, SMALL = 256, 64
#: Bytes of the message that is hashed and signed.
MESSAGE: Final = 4096


class Search(NamedTuple):
    """A compiled pattern, and what it is searched for in."""

    pattern: Any
    lines: list[str]


def _log(_worker: int) -> Search:
    regex: Any = importlib.import_module("regex")  # optional
    pattern = regex.compile(
        r"^(?P<address>\d+(?:\.\d+){3}) .*\"(?:GET|POST) (?P<path>/\S*) [^\"]*\""
        r" (?P<status>\d{3}) (?P<size>\d+)$"
    )
    lines = [
        f'10.0.{line % 7}.{line} - - [28/Nov/2026] "GET /items/{line}?page={line % 3} HTTP/1.1" 200 {line}'
        for line in range(LOGGED)
    ]
    return Search(pattern, lines)


def _search(local: Search, _shared: None, loops: int) -> tuple[int, int]:
    done, total = 0, 0
    for _ in range(loops):
        total = 0
        for line in local.lines:
            total += int(local.pattern.match(line)["size"])
        done += 1
    return done, total


def _check_search(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "logs")
        expect(total, LOGGED * (LOGGED - 1) // 2, "sum of the sizes")


class Page(NamedTuple):
    """A parser, and a page for it."""

    parser: Any
    html: str


def _page(_worker: int) -> Page:
    lexbor: Any = importlib.import_module("selectolax.lexbor")  # optional
    items = "".join(
        f'<li class="item"><a href="/items/{item}">Item {item}</a> <span>{item} left</span></li>'
        for item in range(LINKS)
    )
    return Page(lexbor.LexborHTMLParser, f"<!doctype html><title>Items</title><ul>{items}</ul>")


def _links(local: Page, _shared: None, loops: int) -> tuple[int, int, str]:
    done, found, last = 0, 0, ""
    for _ in range(loops):
        links = local.parser(local.html).css("li.item > a")
        found, last = len(links), links[-1].attributes["href"]
        done += 1
    return done, found, last


def _check_links(results: Sequence[tuple[int, int, str]], loops: int) -> None:
    for done, found, last in results:
        expect(done, loops, "pages")
        expect((found, last), (LINKS, f"/items/{LINKS - 1}"), "links")


class Document(NamedTuple):
    """The standard library's parser, and a document for it."""

    parse: Any
    text: str


def _document(_worker: int) -> Document:
    etree: Any = importlib.import_module("xml.etree.ElementTree")
    entries = "".join(
        f'<entry id="e{entry}"><title>Entry {entry}</title><size unit="kB">{entry}</size></entry>'
        for entry in range(ENTRIES)
    )
    return Document(etree.fromstring, f"<feed>{entries}</feed>")


def _parse(local: Document, _shared: None, loops: int) -> tuple[int, int]:
    done, total = 0, 0
    for _ in range(loops):
        tree = local.parse(local.text)
        total = sum(int(size.text) for size in tree.iterfind("entry/size"))
        done += 1
    return done, total


def _check_document(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "documents")
        expect(total, ENTRIES * (ENTRIES - 1) // 2, "sum of the sizes")


def _records() -> bytes:
    """Return a batch of records as JSON."""
    return json.dumps(
        [
            {"number": record, "name": f"record {record}", "tags": ["a", "b"], "price": record / 2}
            for record in range(RECORDS)
        ]
    ).encode()


class Batch(NamedTuple):
    """What turns a batch into records, and the batch."""

    decode: Any
    content: bytes


def _msgspec(_worker: int) -> Batch:
    msgspec: Any = importlib.import_module("msgspec")  # optional
    record: Any = msgspec.defstruct(
        "Record", [("number", int), ("name", str), ("tags", list[str]), ("price", float)]
    )
    return Batch(msgspec.json.Decoder(list[record]).decode, _records())


def _pydantic(_worker: int) -> Batch:
    pydantic: Any = importlib.import_module("pydantic")  # optional
    record: Any = pydantic.create_model("Record", number=int, name=str, tags=list[str], price=float)
    return Batch(pydantic.TypeAdapter(list[record]).validate_json, _records())


def _decode(local: Batch, _shared: None, loops: int) -> tuple[int, float]:
    done, total = 0, 0.0
    for _ in range(loops):
        total = 0.0
        for record in local.decode(local.content):
            total += record.number + record.price
        done += 1
    return done, total


def _check_records(results: Sequence[tuple[int, float]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "batches")
        expect(total, RECORDS * (RECORDS - 1) / 2 * 1.5, "sum of numbers and prices")


class Picture(NamedTuple):
    """Pillow's module, and a picture as a file."""

    image: Any
    file: bytes


def _picture(_worker: int) -> Picture:
    image: Any = importlib.import_module("PIL.Image")  # optional
    # Black on the left, white on the right, so that the smaller one can be judged.
    row = bytes([0] * (WIDE // 4) + list(range(0, 256, 2)) + [255] * (WIDE // 4))
    picture = image.frombytes("L", (WIDE, WIDE), row * WIDE).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return Picture(image, buffer.getvalue())


def _resize(local: Picture, _shared: None, loops: int) -> tuple[int, tuple[int, int], int, int]:
    done, size, left, right = 0, (0, 0), 255, 0
    for _ in range(loops):
        with local.image.open(io.BytesIO(local.file)) as picture:
            small = picture.resize((SMALL, SMALL), local.image.Resampling.LANCZOS)
        small.save(io.BytesIO(), format="JPEG", quality=85)
        size = small.size
        left, right = small.getpixel((0, 0))[0], small.getpixel((SMALL - 1, 0))[0]
        done += 1
    return done, size, left, right


def _check_pictures(results: Sequence[tuple[int, tuple[int, int], int, int]], loops: int) -> None:
    for done, size, left, right in results:
        expect(done, loops, "pictures")
        expect((size, left, right), ((SMALL, SMALL), 0, 255), "size and edges")


class Signer(NamedTuple):
    """A private key, and the message with its right digest and signature."""

    key: Any
    message: bytes
    signature: bytes


def _signer(_worker: int) -> Signer:
    keys: Any = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    key = keys.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    message = bytes(range(256)) * (MESSAGE // 256)
    digest = hashlib.sha256(message).digest()
    signature = key.sign(digest)  # Ed25519 signs the same way each time
    key.public_key().verify(signature, digest)  # raises for a wrong one
    return Signer(key, message, signature)


def _sign(local: Signer, _shared: None, loops: int) -> tuple[int, bool]:
    done, right = 0, True
    for _ in range(loops):
        digest = hashlib.sha256(local.message).digest()
        right = local.key.sign(digest) == local.signature and right
        done += 1
    return done, right


def _check_signed(results: Sequence[tuple[int, bool]], loops: int) -> None:
    for done, right in results:
        expect(done, loops, "messages")
        expect(right, expected=True, what="every signature is the right one")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="regex-log",
        version=1,
        title="Search a log with regex",
        question="Do threads that search texts with one pattern of their own run at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Pattern, text and matches are the thread's own; with the GIL a match holds it.",
        explained_at="data-jobs",
        setup_local=_log,
        run=_search,
        check=_check_search,
        distributions=REGEX,
        without=WITHOUT,
    ),
    Workload(
        slug="selectolax-links",
        version=1,
        title="Find the links of a page with selectolax",
        question="Do threads parse pages at the same time where the parser is a C library?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Every page gets a parser of its own; with the GIL a parse holds it.",
        explained_at="data-jobs",
        setup_local=_page,
        run=_links,
        check=_check_links,
        distributions=SELECTOLAX,
        without=WITHOUT,
    ),
    Workload(
        slug="etree-parse",
        version=1,
        title="Parse XML with the standard library",
        question="Do threads parse documents of their own at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Expat's parser and the tree belong to the thread; with the GIL a parse holds it.",
        explained_at="data-jobs",
        setup_local=_document,
        run=_parse,
        check=_check_document,
        requires=("xml.etree.ElementTree", "pyexpat"),
    ),
    Workload(
        slug="msgspec-decode",
        version=1,
        title="Decode records with msgspec",
        question="Do threads decode JSON into objects at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Decoder, batch and records are the thread's own.",
        explained_at="data-jobs",
        setup_local=_msgspec,
        run=_decode,
        check=_check_records,
        distributions=MSGSPEC,
        without=WITHOUT,
    ),
    Workload(
        slug="pydantic-validate",
        version=1,
        title="Validate records with pydantic",
        question="Do threads validate JSON against a model at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Validator, batch and records are the thread's own.",
        explained_at="data-jobs",
        setup_local=_pydantic,
        run=_decode,
        check=_check_records,
        distributions=PYDANTIC,
        without=WITHOUT,
    ),
    Workload(
        slug="pillow-resize",
        version=1,
        title="Resize a picture with Pillow",
        question="Is there anything to win for threads that resize pictures?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="Pillow releases the GIL while it decodes, resizes and encodes.",
        explained_at="data-jobs",
        setup_local=_picture,
        run=_resize,
        check=_check_pictures,
        distributions=PILLOW,
        without=WITHOUT,
    ),
    Workload(
        slug="hash-and-sign",
        version=1,
        title="Hash and sign messages",
        question="Do threads hash and sign messages at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="hashlib releases the GIL for such a message, and cryptography keeps it while it signs.",
        explained_at="data-jobs",
        setup_local=_signer,
        run=_sign,
        check=_check_signed,
        distributions=CRYPTOGRAPHY,
        without=WITHOUT,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
