"""Damage, seeded: bytes that flip or vanish, values that hurt, in files that somebody might send.

Half of the mutations work on bytes, as a broken transfer does. The other half keep a file readable and put
a value into it that a careless reader trips over: another type, a number without end, a path that leads
out, markup, a formula, an escape code.
"""

from __future__ import annotations

import base64
import hashlib
import json
import lzma
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

#: What stands in place of a value; each has made some program fail somewhere.
HURTFUL: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**63, 10**400, 1e308, -1e-308, float("nan"), float("inf")),
    *(
        "",
        "x" * 70_000,
        "../../../etc/passwd",
        "C:\\Users\\x",
        "\x1b[31mred",
        "\u202ereversed",
        "\x00",
    ),
    *("<script>alert(1)</script>", "{{ 7*7 }}", "=HYPERLINK(1)", "]]>", "\ud800", "3.14.7\n3.15.0"),
    *([], {}, [[[]]], {"": {}}, [{}] * 50),
    # Of the right type where a number, a version or a machine's name stands, and still impossible.
    *(10**9, 10**17, 1e17, 0.17, "9999.99", "2999-01-01T00:00:00Z"),
    *("con", "NUL.x", "com1", "aux.jsonl", "xeon.", "xeon "),
)

#: What looks like the name of a machine or of a package, and is none on Windows.
NAMES = ("con", "nul", "com1", "lpt9.x", "xeon.", "../x", "local")


def of_bytes(data: bytes, chance: random.Random) -> bytes:
    """Damage bytes in one of the ways in which files get damaged."""
    at, length = chance.randrange(len(data) + 1), chance.choice((1, 4, 64, 1024))
    piece = data[at : at + length]
    return chance.choice(
        (
            data[:at],
            data[:at] + data[at + length :],
            data[:at] + piece * 3 + data[at + length :],
            data[:at] + bytes(chance.randrange(256) for _ in piece) + data[at + length :],
            data[:at]
            + chance.choice((b"\x00", b"\xff\xfe", b"\n", b"}", b'"', b"[" * 5000))
            + data[at:],
            data[at:] + data[:at],
        )
    )


def of_json(data: bytes, chance: random.Random) -> bytes:
    """Replace, remove or add one value anywhere in one line of JSON."""
    lines = data.split(b"\n")
    whole = not _is_json(lines[0])
    number = 0 if whole else chance.randrange(len(lines))
    record = _read(data if whole else lines[number])
    places = [(holder, key) for holder, key in walk(record)]
    if not places:
        return of_bytes(data, chance)
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice(("", "extra", "__class__", "\x1b[2J", "../x"))] = holder[key]
        case 1:
            holder.insert(key, holder[key])
        case _:
            holder[key] = chance.choice(HURTFUL)
    made = json.dumps(record).encode("utf-8", "surrogatepass")
    return made if whole else b"\n".join([*lines[:number], made, *lines[number + 1 :]])


def of_tail(data: bytes, chance: random.Random) -> bytes:
    """Damage what stands behind the first line: a head that is right leads a reader into the rest."""
    head, mark, tail = data.partition(b"\n")
    return head + mark + of_bytes(tail, chance)


def of_lines(data: bytes, chance: random.Random) -> bytes:
    """Damage a value in the lines of a packed run, or its numbers, and have the head agree with them."""
    if not data.startswith(b'{"format":'):
        return of_json(data, chance)
    first, _, rest = data.partition(b"\n")
    head = json.loads(first)
    lines, numbers = rest[: head["text"]], rest[head["text"] :]
    if chance.randrange(4):
        lines = of_json(lines, chance)
    else:
        head["numbers"] = chance.randrange(2 * head["numbers"])
        numbers = (numbers * 2)[: 8 * head["numbers"]]
    head["text"] = len(lines)
    return json.dumps(head).encode() + b"\n" + lines + numbers


def of_parcel(data: bytes, chance: random.Random) -> bytes:
    """Damage a value in one of the files of a parcel, and tell its new hash: whoever tampers can do so."""
    sent = json.loads(data)
    name = chance.choice(sorted(sent["files"]))
    content = base64.b64decode(sent["files"].pop(name))
    del sent["sha256"][name]
    if name.endswith(".xz"):
        content = lzma.compress(of_lines(lzma.decompress(content), chance))
    elif chance.randrange(4):
        content = of_json(content, chance)
    else:
        new = chance.choice(NAMES)
        content = b"\n".join(_renamed(line, new) for line in content.split(b"\n"))
        name = f"{new}.jsonl" if name.endswith(".jsonl") and "/" not in name else name
    if name.endswith(".jsonl"):
        content = b"\n".join(map(own_name, content.split(b"\n")))
    sent["files"][name] = base64.b64encode(content).decode()
    sent["sha256"][name] = hashlib.sha256(content).hexdigest()
    return json.dumps(sent).encode("utf-8", "surrogatepass")


def _renamed(line: bytes, new: str) -> bytes:
    """Return a record of a machine, or a line about a package, under another name."""
    record = _read(line)
    if not isinstance(record, dict):
        return line
    machine = record.get("machine", record)
    for holder, key in ((machine, "name"), (record, "package")):
        if key in holder:
            holder[key] = new
    return json.dumps(record).encode()


def own_name(line: bytes) -> bytes:
    """Return a line of evidence with the id that `evidence.identify` would give it; others as they are."""
    record = _read(line)
    if not isinstance(record, dict) or "id" not in record:
        return line
    content = {
        name: value
        for name, value in record.items()
        if name not in {"schema", "id", "observed_at", "run"}
    }
    try:
        encoded = msgspec.json.encode(content, order="deterministic")
    except (UnicodeEncodeError, ValueError):
        return line
    record["id"] = f"sha256:{hashlib.sha256(encoded).hexdigest()}"
    return json.dumps(record).encode("utf-8", "surrogatepass")


def of_text(data: bytes, chance: random.Random) -> bytes:
    """Replace one quoted or bare word of a text, such as TOML or a list of requirements."""
    words = data.split(b" ")
    at = chance.randrange(len(words))
    hurt = str(chance.choice(HURTFUL)).encode("utf-8", "surrogatepass")
    words[at] = chance.choice((hurt, b'"' + hurt + b'"', b"[" + hurt, b""))
    return b" ".join(words)


Mutation = Callable[[bytes, random.Random], bytes]


def walk(record: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a record that holds a value."""
    if isinstance(record, (dict, list)):
        for key in [*record] if isinstance(record, dict) else range(len(record)):
            yield record, key
            yield from walk(record[key])


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
