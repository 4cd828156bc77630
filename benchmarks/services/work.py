"""What the routes do, whatever serves them, and what right answers are. Standard library only.

The applications import it inside the measured interpreters; the measuring side imports it to know what each
route must answer.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final

#: What the application keeps in memory and answers with: the size of a page of a list.
ITEMS: Final = [
    {
        "id": number,
        "name": f"item {number}",
        "price": number * 1.25,
        "tags": ["new", f"shelf-{number % 5}"],
        "stock": {"here": number % 7, "elsewhere": number % 11},
    }
    for number in range(1, 21)
]

TEMPLATE: Final = """<!doctype html>
<title>{{ title }}</title>
<table>
{% for item in items %}<tr><td>{{ item.id }}</td><td>{{ item.name }}</td>\
<td>{{ "%.2f"|format(item.price) }}</td><td>{{ item.tags|join(", ") }}</td></tr>
{% endfor %}</table>
"""
TITLE: Final = "Items & prices"

#: Of a table of this many rows the query route reads twenty, found by their key.
ROWS: Final = 1000
FIRST, LAST = 41, 60
QUERY: Final = "select id, name, price from items where id between %s and %s order by id"
SCHEMA: Final = (
    "create table items (id integer primary key, name text not null, price double precision not null)",
    "insert into items select n, 'item ' || n, n * 1.25 from generate_series(1, 1000) as n",
)

#: Two names to compare, long enough that the comparison takes some 5 ms of bytecode.
LEFT: Final = "an application that answers requests " * 4
RIGHT: Final = "application answering many requests, " * 4


def distance(left: str, right: str) -> int:
    """Return the number of single-character edits between two texts (Levenshtein), row by row."""
    before = list(range(len(right) + 1))
    for row, character in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            line.append(
                min(
                    before[column] + 1,
                    line[column - 1] + 1,
                    before[column - 1] + (character != other),
                )
            )
        before = line
    return before[-1]


def compared() -> dict[str, int]:
    """Do the work of the route that computes."""
    return {"distance": distance(LEFT, RIGHT)}


def rows(found: list[tuple[int, str, float]]) -> list[dict[str, Any]]:
    """Return what the query found as the route answers it."""
    return [{"id": number, "name": name, "price": price} for number, name, price in found]


def about() -> dict[str, Any]:
    """Return what serves: the version, and whether the GIL is on after everything has been imported."""
    return {
        "version": sys.version.partition(" ")[0],
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
    }


def threads() -> int:
    """Return how many threads a process of the service has for requests."""
    return int(os.environ["SERVICE_THREADS"])


def database() -> str:
    """Return where the database listens; empty where the service was started without one."""
    return os.environ.get("SERVICE_DATABASE", "")


def refusal(route: str, body: bytes) -> str | None:
    """Return what is wrong with an answer of a route, None for the right one; KeyError for no such route."""
    if route == "template":
        text = body.decode(errors="replace")
        found = text.count("<tr>"), "Items &amp; prices" in text, "<td>25.00</td>" in text
        return None if found == (20, True, True) else "not the page of twenty items"
    expected = {
        "json": {"items": ITEMS},
        "query": {"items": rows([(n, f"item {n}", n * 1.25) for n in range(FIRST, LAST + 1)])},
        "compute": {"distance": DISTANCE},
    }[route]
    try:
        answered = json.loads(body)
    except ValueError:
        return "not JSON"
    return None if answered == expected else "another answer than the route's"


#: Of LEFT and RIGHT; a test computes it another way.
DISTANCE: Final = 65
