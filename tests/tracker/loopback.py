"""A package index on this machine, which answers, delays, refuses and lies as it is told."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.chance import PATIENCE

HASH = "a" * 64


def entry(filename: str, **more: object) -> dict[str, object]:
    """Describe a file as an index does."""
    made = {
        "filename": filename,
        "url": f"files/{filename}",
        "hashes": {"sha256": HASH},
        "size": 1000,
        "upload-time": "2026-11-01T10:00:00Z",
        "yanked": False,
    }
    return {**made, **more}


def page(name: str, *files: dict[str, object]) -> bytes:
    """Write the page of a project."""
    return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()


class LoopbackIndex:
    """Pages by name; `asked` holds what was asked, with the headers."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.statuses: dict[str, int] = {}
        self.held: set[str] = (
            set()
        )  #: answered once `let` is set, at the latest when nobody is served any more
        self.let = threading.Event()
        self.together = (
            0  #: so many are answered at once, once they have all come; the rest as they come
        )
        self.trickle: set[str] = set()  #: byte by byte
        self.trickles = threading.Event()  #: a first byte of them has been sent
        self.cut: set[str] = set()  #: half a page, and then the connection ends
        self.etags = False
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.busy = 0
        self.busiest = 0
        self.address = ""
        self.met = threading.Condition()

    def offer(self, name: str, *files: object, **more: object) -> None:
        """Put a project on the index: file names, or entries."""
        entries = [entry(file, **more) if isinstance(file, str) else file for file in files]
        self.pages[name] = page(name, *entries)  # type: ignore[arg-type]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.strip("/").rpartition("/")[2]
        with self.met:
            self.asked.append((name, dict(handler.headers.items())))
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
            self.met.notify_all()
            if not self.met.wait_for(lambda: self.busiest >= self.together, timeout=PATIENCE):
                self.together = 0  # they do not come together
        if {name, "*"} & self.held:
            self.let.wait(PATIENCE)
        with self.met:  # before the answer: who has it may ask again at once
            self.busy -= 1
        self._send(handler, name)

    def _send(self, handler: BaseHTTPRequestHandler, name: str) -> None:
        body = self.pages.get(name)
        status = self.statuses.get(name, 200 if body is not None else 404)
        etag = f'"{hash(body)}"'
        if self.etags and handler.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        handler.send_response(status)
        if self.etags:
            handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(body or b"")))
        handler.end_headers()
        if name in self.cut and body:
            handler.wfile.write(body[: len(body) // 2])
            handler.close_connection = True
        elif name in self.trickle:
            for byte in body or b"":
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                self.trickles.set()
                if self.let.wait(0.1):
                    break
        else:
            handler.wfile.write(body or b"")


@contextlib.contextmanager
def serving() -> Iterator[LoopbackIndex]:
    """Serve an index on a free port of the loopback."""
    index = LoopbackIndex()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(ConnectionError):
                index.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 100
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        index.address = f"http://127.0.0.1:{served.server_port}/simple"
        try:
            yield index
        finally:
            index.let.set()
            served.shutdown()
            thread.join()
