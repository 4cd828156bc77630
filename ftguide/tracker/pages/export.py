"""What other programs read: status.json, status.csv, one JSON per package, the feed of changes.

Pure functions from the tracker to bytes; the same evidence and the same day give the same bytes. The
fields are described on the page `tracking`; they are only ever added.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET

import msgspec

from ftguide.render import svg
from ftguide.render.tables import csv_cell
from ftguide.tracker.derive.model import Cell, Change, Status
from ftguide.tracker.pages import by_name, words
from ftguide.tracker.pages.data import Tracker
from ftguide.tracker.pages.package_pages import grouped
from ftguide.tracker.pages.table import BASE, page_of
from ftguide.tracker.record.model import LINES

#: Version of the exports. Raised when a field changes its meaning, not when one is added.
SCHEMA = 1

JSON, CSV, FEED = (f"{BASE}/data/{name}" for name in ("status.json", "status.csv", "changes.atom"))
#: A feed is for what is new; the pages have everything.
MOST_ENTRIES = 100


def _json(tracker: Tracker, fields: Mapping[str, object]) -> bytes:
    value = {"schema": SCHEMA, "as_of": tracker.today.isoformat(), **fields}
    return msgspec.json.encode(value) + b"\n"


#: Fields of a cell in every format.
_CELL = ("line", "platform", "level", "version", "flags", "observed_at", "proof")


def _cell(cell: Cell) -> dict[str, object]:
    return {name: getattr(cell, name) for name in _CELL}


def _summary(status: Status) -> dict[str, object]:
    return {
        "name": status.package.name,
        "field": status.package.field,
        "newest": status.newest,
        "headline": status.headline,
        "probed": status.probed,
        "without_wheel": status.without_wheel,
        "flags": status.flags,
        "claim": words.claim(status),
        "cells": [_cell(cell) for cell in status.cells],
    }


def status_json(tracker: Tracker) -> bytes:
    """Write the status of every package; those known from file names alone stand apart."""
    listed = [
        {
            "name": status.package.name,
            "newest": status.newest,
            "asked_at": by_name.looked(status),
            "files": {line: by_name.offered(status, line) for line in LINES},
        }
        for status in tracker.by_name
    ]
    summaries = [_summary(status) for status in tracker.statuses]
    return _json(tracker, {"packages": summaries, "by_name": listed})


def package_json(tracker: Tracker, status: Status) -> bytes:
    """Write one package in full: reasons, changes, every item of evidence as last seen."""
    fields = {
        **_summary(status),
        "cells": [{**_cell(cell), "reasons": words.reasons(cell.reasons)} for cell in status.cells],
        "changes": status.changes,
        "evidence": [
            {**msgspec.to_builtins(item), "first_seen": tracker.first_seen[item.id]}
            for item in tracker.items.get(status.package.name, ())
        ],
    }
    return _json(tracker, fields)


def status_csv(tracker: Tracker) -> bytes:
    """Write one line per cell."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\n")
    out.writerow(("package", "field", "newest", "headline", *_CELL))
    for status in tracker.statuses:
        head = (status.package.name, status.package.field, status.newest, status.headline)
        for cell in status.cells:
            values = [
                " ".join(value) if isinstance(value, tuple) else value
                for value in _cell(cell).values()
            ]
            out.writerow(map(csv_cell, (*head, *values)))
    return buffer.getvalue().encode()


def feed(tracker: Tracker, site: str, target: Callable[[str], str]) -> bytes:
    """Write the newest changes of levels as Atom.

    `site` is the address of the site, or empty; `target` gives the address of a page relative to it.

    What was reconstructed from upload times is history, and that nobody has probed a file is no news.
    """
    base = f"{site.rstrip('/')}/" if site else "../../"
    news = [
        (change, status)
        for status in tracker.statuses
        for change in grouped(filter(_is_news, status.changes))
    ]
    news.sort(key=lambda new: (new[0].at, new[1].package.name, new[0].line), reverse=True)
    root = ET.Element("feed", xmlns="http://www.w3.org/2005/Atom")
    svg.add(root, "title", "Free-threaded Python: level changes of packages")
    svg.add(root, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, site or 'ftguide')}")
    newest = max((change.at for change, _ in news), default="1970-01-01")
    svg.add(root, "updated", f"{newest}T00:00:00Z")
    author = svg.add(root, "author")
    svg.add(author, "name", "The Measured Guide to Free-Threaded Python contributors")
    if site:
        svg.add(root, "link", rel="self", href=f"{base}{FEED}")
    svg.add(root, "link", href=f"{base}{target(BASE)}")
    for change, status in news[:MOST_ENTRIES]:
        name = status.package.name
        _entry(root, change, name, f"{base}{target(page_of(name))}")
    raw: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return raw + b"\n"


def _is_news(change: Change) -> bool:
    return not change.backfilled and (change.before.verdict or change.after.verdict)


def _entry(root: ET.Element, change: Change, name: str, address: str) -> None:
    key = (
        f"{name} {change.at} {change.line} {change.platform} {change.version} "
        f"{change.before} {change.after}"
    )
    levels = f"{change.before.words} → {change.after.words}"
    proof = ", ".join(map(words.short, change.proof)) or "none"
    entry = svg.add(root, "entry")
    svg.add(entry, "title", f"{name} {change.version}, {change.line}: {levels}")
    svg.add(entry, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}")
    svg.add(entry, "updated", f"{change.at}T00:00:00Z")
    svg.add(entry, "link", href=address)
    svg.add(entry, "summary", f"On {change.platform}: {change.after.meaning} Evidence: {proof}.")
