"""The application as a Flask service: functions that block, one request a thread (WSGI)."""

from __future__ import annotations

import functools
import threading
from typing import Any

from flask import Flask
from psycopg_pool import ConnectionPool

from benchmarks.services import work

app = Flask(__name__)
page = app.jinja_env.from_string(work.TEMPLATE)
opening = threading.Lock()


@functools.cache
def _pool() -> ConnectionPool[Any]:
    """Open a connection for each thread, in the process that will use them: after the fork."""
    pool = ConnectionPool(
        work.database(), min_size=work.threads(), max_size=work.threads(), open=True
    )
    pool.wait(10)
    return pool


@app.get("/json")
def items() -> dict[str, Any]:
    """Answer with what is in memory."""
    return {"items": work.ITEMS}


@app.get("/template")
def template() -> str:
    """Render a page."""
    return str(page.render(title=work.TITLE, items=work.ITEMS))


@app.get("/query")
def query() -> dict[str, Any]:
    """Ask the database."""
    with opening:  # a cache alone would let two threads open two pools
        pool = _pool()
    with pool.connection() as connection:
        found = connection.execute(work.QUERY, (work.FIRST, work.LAST)).fetchall()
    return {"items": work.rows(found)}


@app.get("/compute")
def compute() -> dict[str, int]:
    """Compute in bytecode."""
    return work.compared()


@app.get("/about")
def about() -> dict[str, Any]:
    """Say what serves."""
    return work.about()
