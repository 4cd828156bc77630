"""The application as a Starlette service of plain functions: the event loop hands them to threads (ASGI)."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import AsyncIterator
from typing import Any

import anyio.to_thread
from jinja2 import Environment
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from benchmarks.services import work

page = Environment(autoescape=True).from_string(work.TEMPLATE)
opening = threading.Lock()


@functools.cache
def _pool() -> ConnectionPool[Any]:
    pool = ConnectionPool(
        work.database(), min_size=work.threads(), max_size=work.threads(), open=True
    )
    pool.wait(10)
    return pool


def items(_request: Request) -> JSONResponse:
    """Answer with what is in memory."""
    return JSONResponse({"items": work.ITEMS})


def template(_request: Request) -> HTMLResponse:
    """Render a page."""
    return HTMLResponse(page.render(title=work.TITLE, items=work.ITEMS))


def query(_request: Request) -> JSONResponse:
    """Ask the database, and block the thread until it answers."""
    with opening:
        pool = _pool()
    with pool.connection() as connection:
        found = connection.execute(work.QUERY, (work.FIRST, work.LAST)).fetchall()
    return JSONResponse({"items": work.rows(found)})


def compute(_request: Request) -> JSONResponse:
    """Compute in bytecode."""
    return JSONResponse(work.compared())


def about(_request: Request) -> JSONResponse:
    """Say what serves."""
    return JSONResponse(work.about())


@contextlib.asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Hold the threads that functions run in to the number that was asked for; there are forty otherwise."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = work.threads()
    yield


app = Starlette(
    routes=[
        Route("/json", items),
        Route("/template", template),
        Route("/query", query),
        Route("/compute", compute),
        Route("/about", about),
    ],
    lifespan=lifespan,
)
