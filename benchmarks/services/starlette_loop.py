"""The application as a Starlette service of coroutines: everything runs on the event loop (ASGI)."""

from __future__ import annotations

import asyncio
from typing import Any

from jinja2 import Environment
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from benchmarks.services import work

page = Environment(autoescape=True).from_string(work.TEMPLATE)
#: A pool belongs to its event loop, and a server on the free-threaded build may run several in a process.
pools: dict[asyncio.AbstractEventLoop, asyncio.Task[AsyncConnectionPool[Any]]] = {}


async def _open() -> AsyncConnectionPool[Any]:
    pool = AsyncConnectionPool(work.database(), min_size=2, max_size=2, open=False)
    await pool.open(wait=True, timeout=10)
    return pool


async def _pool() -> AsyncConnectionPool[Any]:
    loop = asyncio.get_running_loop()
    opening = pools.get(loop)
    if opening is None:
        opening = pools[loop] = loop.create_task(_open())
    return await opening


async def items(_request: Request) -> JSONResponse:
    """Answer with what is in memory."""
    return JSONResponse({"items": work.ITEMS})


async def template(_request: Request) -> HTMLResponse:
    """Render a page."""
    return HTMLResponse(page.render(title=work.TITLE, items=work.ITEMS))


async def query(_request: Request) -> JSONResponse:
    """Ask the database, and let the loop serve others until it answers."""
    pool = await _pool()
    async with pool.connection() as connection:
        cursor = await connection.execute(work.QUERY, (work.FIRST, work.LAST))
        found = await cursor.fetchall()
    return JSONResponse({"items": work.rows(found)})


async def compute(_request: Request) -> JSONResponse:
    """Compute in bytecode, while the loop waits."""
    return JSONResponse(work.compared())


async def about(_request: Request) -> JSONResponse:
    """Say what serves."""
    return JSONResponse(work.about())


app = Starlette(
    routes=[
        Route("/json", items),
        Route("/template", template),
        Route("/query", query),
        Route("/compute", compute),
        Route("/about", about),
    ],
)
