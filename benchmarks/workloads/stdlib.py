"""The standard library at scale, with private data.

`hashlib-sha256` is the control of the suite: hashing more than 2047 bytes releases the GIL, so it
scales on both builds and shows what the hardware gives to two threads at best. Should it fall
short, distrust the machine before the interpreter. `json-roundtrip` is the opposite: its C code
creates Python objects throughout and never releases the GIL.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- hashlib-sha256 ---------------------------------------------------------

#: A multiple of 256. Small enough for a CPU's own cache, and at tens of microseconds per digest
#: large enough that taking the GIL back is rare.
BUFFER_BYTES: Final = 64 * 1024

#: From coreutils' sha256sum over 256 times the bytes 00 to ff.
DIGEST: Final = "7daca2095d0438260fa849183dfc67faa459fdf4936e1bc91eec6b281b27e4c2"


def _buffer(_worker: int) -> bytes:
    return bytes(range(256)) * (BUFFER_BYTES // 256)


def _hash(local: bytes, _shared: None, loops: int) -> tuple[int, str]:
    sha256 = hashlib.sha256
    done = 0
    digest = ""
    for _ in range(loops):
        digest = sha256(local).hexdigest()
        done += 1
    return done, digest


def _check_digest(results: Sequence[tuple[int, str]], loops: int) -> None:
    for done, digest in results:
        expect(done, loops, "buffers hashed")
        expect(digest, DIGEST, "digest of the buffer")


# --- json-roundtrip ---------------------------------------------------------

RECORDS: Final = 50


def document(records: int) -> str:
    """Return a JSON array as `json.dumps` writes it by default, put together without `json`."""
    texts = (
        f'{{"id": {number}, "name": "user \\u00e4 {number}", "score": {number}.5, "active": '
        f'{"true" if number % 2 else "false"}, "parent": null, "tags": ["a{number}", "b\\n"]}}'
        for number in range(1000, 1000 + records)
    )
    return f"[{', '.join(texts)}]"


def _document(_worker: int) -> str:
    return document(RECORDS)


def _roundtrip(local: str, _shared: None, loops: int) -> tuple[int, str]:
    loads, dumps = json.loads, json.dumps
    fields = 0
    text = ""
    for _ in range(loops):
        records = loads(local)
        fields += sum(map(len, records))
        text = dumps(records)
    return fields, text


def _check_document(results: Sequence[tuple[int, str]], loops: int) -> None:
    text = document(RECORDS)
    for fields, written in results:
        expect(fields, loops * RECORDS * 6, "fields of all records")
        expect(written, text, "document after the round trip")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="hashlib-sha256",
        version=1,
        title="SHA-256 of 64 KiB buffers",
        question="Do threads scale where C code has always released the GIL?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="hashlib releases the GIL above 2047 bytes, so both builds hash in parallel.",
        explained_at="benchmarks/method",
        setup_local=_buffer,
        run=_hash,
        check=_check_digest,
        requires=("hashlib",),
    ),
    Workload(
        slug="json-roundtrip",
        version=1,
        title="JSON to objects and back",
        question="Do threads scale in C code of the standard library that has always held the GIL?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Every thread parses a text of its own into objects of its own; what they share is the "
            "module's default decoder, touched once per document."
        ),
        explained_at="benchmarks/method",
        setup_local=_document,
        run=_roundtrip,
        check=_check_document,
        requires=("json", "_json"),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
