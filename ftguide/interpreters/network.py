"""The one place where this package talks to a network, behind a class that tests replace."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: How long to wait for hosts that do not answer; they are asked all at once.
CONNECT_SECONDS = 2.0
#: A download whose next bytes take longer than this has stalled.
STALL_SECONDS = 15.0

_CHUNK_BYTES = 256 * 1024

#: Called with the bytes so far and the bytes expected (0 when unknown).
Progress = Callable[[int, int], None]


class Network:
    """Reach hosts and fetch files, through the proxies of the environment."""

    def reachable(self, *urls: str) -> tuple[bool, ...]:
        """Say for each address whether its host, or the proxy before it, takes a connection.

        Never takes longer than `CONNECT_SECONDS`, however a name server or a firewall behaves.
        """
        reached = set()

        def knock(url: str) -> None:
            with contextlib.suppress(OSError, ValueError):
                socket.create_connection(_gate(url), timeout=CONNECT_SECONDS).close()
                reached.add(url)

        # Daemons, because a name server that never answers must not hold up the end of the process.
        threads = [threading.Thread(target=knock, args=(url,), daemon=True) for url in urls]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + CONNECT_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return tuple(url in reached for url in urls)

    def download(self, url: str, target: Path, *, progress: Progress, proxy: str = "") -> None:
        """Write the file at an http(s) address to `target`.

        `proxy` is used where the environment names none. Raises `OSError` with the reason.
        """
        scheme = urllib.parse.urlsplit(url).scheme
        handlers = []
        if proxy and not _environment_proxy(url):
            handlers.append(urllib.request.ProxyHandler({scheme: proxy}))
        opener = urllib.request.build_opener(*handlers)
        try:
            with (
                opener.open(url, timeout=STALL_SECONDS) as response,
                target.open("wb") as stream,
            ):
                total = int(response.headers.get("Content-Length") or 0)
                done = 0
                while chunk := response.read(_CHUNK_BYTES):
                    stream.write(chunk)
                    done += len(chunk)
                    progress(done, total)
        except urllib.error.HTTPError as error:
            error.close()
            raise OSError(f"the server answered {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise OSError(str(error.reason)) from error
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(str(error) or type(error).__name__) from error


def _environment_proxy(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or ""


def _gate(url: str) -> tuple[str, int]:
    """Return host and port to knock at for an address: the proxy's, where there is one."""
    proxy = _environment_proxy(url)
    if proxy:
        url = proxy if "://" in proxy else f"http://{proxy}"
    parts = urllib.parse.urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
