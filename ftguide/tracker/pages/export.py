"""What other programs read: status.json, status.csv, one JSON per package, the feed of changes.

Pure functions from the tracker to bytes; the same evidence and the same day give the same bytes. The
fields are described on the page `tracking`; they are only ever added.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

import msgspec

from ftguide.render import svg
from ftguide.tracker.derive.model import Cell, Change, Status
from ftguide.tracker.pages import words
from ftguide.tracker.pages.data import Tracker
from ftguide.tracker.pages.package_pages import Grouped, grouped
from ftguide.tracker.pages.table import BASE, page_of
from ftguide.tracker.record.model import Evidence

#: Version of the exports. Raised when a field changes its meaning, not when one is added.
SCHEMA = 1

JSON, CSV, FEED = (f"{BASE}/data/{name}" for name in ("status.json", "status.csv", "changes.atom"))
#: A feed is for what is new; the pages have everything.
MOST_ENTRIES = 100

_ATOM = "http://www.w3.org/2005/Atom"


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "line": cell.line,
        "platform": cell.platform,
        "level": cell.level,
        "version": cell.version,
        "flags": list(cell.flags),
        "observed_at": cell.observed_at,
        "proof": list(cell.proof),
    }


def _summary(status: Status) -> dict[str, object]:
    return {
        "name": status.package.name,
        "field": status.package.field,
        "newest": status.newest,
        "headline": status.headline,
        "probed": status.probed,
        "without_wheel": status.without_wheel,
        "flags": list(status.flags),
        "claim": list(words.claim(status)),
        "cells": [_cell(cell) for cell in status.cells],
    }


def status_json(tracker: Tracker) -> bytes:
    """Write the status of every package."""
    return _json(
        {
            "schema": SCHEMA,
            "as_of": tracker.today.isoformat(),
            "packages": [_summary(status) for status in tracker.statuses],
        }
    )


def package_json(tracker: Tracker, status: Status) -> bytes:
    """Write one package in full: reasons, changes, every item of evidence as last seen."""
    items: Sequence[Evidence] = tracker.items.get(status.package.name, ())
    cells = [{**_cell(cell), "reasons": words.reasons(cell.reasons)} for cell in status.cells]
    return _json(
        {
            "schema": SCHEMA,
            "as_of": tracker.today.isoformat(),
            **_summary(status),
            "cells": cells,
            "changes": list(status.changes),
            "evidence": [
                {**msgspec.to_builtins(item), "first_seen": tracker.first_seen[item.id]}
                for item in items
            ],
        }
    )


def _safe(value: object) -> object:
    """Keep a spreadsheet from taking other people's text for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
    )


def status_csv(tracker: Tracker) -> bytes:
    """Write one line per cell."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\n")
    out.writerow(
        (
            *("package", "field", "newest", "headline", "line", "platform", "level", "version"),
            *("flags", "observed_at", "proof"),
        )
    )
    for status in tracker.statuses:
        head = (status.package.name, status.package.field, status.newest, status.headline.value)
        for cell in status.cells:
            values = (
                *(*head, cell.line, cell.platform, cell.level.value, cell.version),
                *(" ".join(cell.flags), cell.observed_at, " ".join(cell.proof)),
            )
            out.writerow(map(_safe, values))
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
        for change in grouped(tuple(filter(_is_news, status.changes)))
    ]
    news.sort(key=lambda new: (new[0].day, new[1].package.name, new[0].line), reverse=True)
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "title", "Free-threaded Python: level changes of packages")
    _add(root, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, site or 'ftguide')}")
    _add(
        root,
        "updated",
        f"{max((change.day for change, _ in news), default='1970-01-01')}T00:00:00Z",
    )
    author = ET.SubElement(root, f"{{{_ATOM}}}author")
    _add(author, "name", "The Measured Guide to Free-Threaded Python contributors")
    if site:
        ET.SubElement(root, f"{{{_ATOM}}}link", rel="self", href=f"{base}{FEED}")
    ET.SubElement(root, f"{{{_ATOM}}}link", href=f"{base}{target(BASE)}")
    for change, status in news[:MOST_ENTRIES]:
        name = status.package.name
        _entry(root, change, name, f"{base}{target(page_of(name))}")
    raw: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return raw + b"\n"


def _is_news(change: Change) -> bool:
    return not change.backfilled and (change.before.verdict or change.after.verdict)


def _entry(root: ET.Element, change: Grouped, name: str, address: str) -> None:
    key = (
        f"{name} {change.day} {change.line} {change.platforms} {change.version} "
        f"{change.before} {change.after}"
    )
    entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
    _add(
        entry,
        "title",
        f"{name} {change.version}, {change.line}: {change.before.words} → {change.after.words}",
    )
    _add(entry, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}")
    _add(entry, "updated", f"{change.day}T00:00:00Z")
    ET.SubElement(entry, f"{{{_ATOM}}}link", href=address)
    _add(
        entry,
        "summary",
        f"On {change.platforms}: {change.after.meaning} Evidence: "
        f"{', '.join(words.short(id_) for id_ in change.proof) or 'none'}.",
    )


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{tag}").text = svg.printable(text)
