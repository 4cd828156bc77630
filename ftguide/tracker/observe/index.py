"""Asking a package index: one page per package, through the address the package client is set to.

The address is read from the client when it is needed and stands nowhere in this repository. Pages are
asked for conditionally and kept in the cache, so that an unchanged page costs one short answer.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import http.client
import os
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import platformdirs
from packaging.utils import canonicalize_name

from ftguide.ground.files import write_atomic
from ftguide.interpreters.tools import ToolError, ask_uv
from ftguide.tracker.record.model import CompatError

#: The largest page seen is 7 MB.
MAX_PAGE_BYTES = 64 * 1024**2
MAX_METADATA_BYTES = 4 * 1024**2
#: A page asked for within this time is not asked for again, whether or not the index knows ETags.
FRESH_SECONDS = 3600.0
_SECONDS = 60.0
_CHUNK = 64 * 1024
_ASK_SECONDS = 30.0
_JSON = "application/vnd.pypi.simple.v1+json"


class UnknownPackageError(CompatError):
    """The index answers, and does not know the package."""


class IndexFile(msgspec.Struct, frozen=True, rename="kebab"):
    """A file of a project, as the index describes it."""

    filename: str
    url: str
    hashes: dict[str, str] = {}
    requires_python: str | None = None
    size: int = 0
    upload_time: str = ""
    yanked: bool | str = False
    core_metadata: bool | dict[str, str] = False


class IndexPage(msgspec.Struct, frozen=True):
    """All files of a project."""

    name: str
    files: tuple[IndexFile, ...]


class _Cached(msgspec.Struct, frozen=True):
    asked: float  #: seconds since the epoch
    etag: str
    page: bytes


def address(environ: Mapping[str, str] | None = None) -> str:
    """Return the index the package client of the tools is configured for.

    Raises `CompatError` when it names none.
    """
    environ = dict(os.environ if environ is None else environ)
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(environ) and "PIP_INDEX_URL" in environ:
        environ["UV_DEFAULT_INDEX"] = environ["PIP_INDEX_URL"]
    asked = ("pip", "compile", "--quiet", "--offline", "--emit-index-url", "-")
    try:
        answer = ask_uv(*asked, environ=environ, seconds=_ASK_SECONDS)
    except ToolError as error:
        answer = error.words
    match = re.search(r"^--index-url (\S+)$", answer, re.MULTILINE)
    if not match:
        raise CompatError(
            "the package client names no index; set one as you would for installing packages "
            f"(it said: {answer.strip()[:200] or 'nothing'})."
        )
    return match[1].rstrip("/")


Fetch = Callable[[str, Mapping[str, str], int], tuple[int, Mapping[str, str], bytes]]


def fetch(
    url: str, headers: Mapping[str, str], limit: int, *, seconds: float = _SECONDS
) -> tuple[int, Mapping[str, str], bytes]:
    """GET an address; return status, headers and at most `limit` bytes of body, unpacked.

    Raises `OSError` with the reason, also for an answer that is too long or takes longer than `seconds`.
    """
    url, named = _without_credentials(url)
    if urllib.parse.urlsplit(url).scheme not in {"https", "http"}:
        raise OSError("not an http address")
    context = _trust(os.environ.get("PIP_CERT") or None)
    request = urllib.request.Request(url, headers={**headers, **named})  # noqa: S310 - scheme checked above
    deadline = time.monotonic() + seconds
    try:
        with urllib.request.urlopen(request, timeout=seconds, context=context) as answer:  # noqa: S310
            zipped = str(answer.headers.get("Content-Encoding", "")).lower() == "gzip"
            body = _body(answer, limit, deadline, zipped=zipped)
            status, received = answer.status, dict(answer.headers.items())
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, {}, b""
    except urllib.error.URLError as error:
        raise OSError(str(error.reason)) from error
    except (http.client.HTTPException, EOFError, ValueError, zlib.error) as error:
        raise OSError(str(error) or type(error).__name__) from error
    return status, received, body


@functools.cache
def _trust(cafile: str | None) -> ssl.SSLContext:
    """Return whom to trust; reading all certificates takes longer than a request."""
    return ssl.create_default_context(cafile=cafile)


def _body(answer: http.client.HTTPResponse, limit: int, deadline: float, *, zipped: bool) -> bytes:
    """Read what comes until a deadline: a server that sends a byte a minute never times out by itself."""
    unpacking = zlib.decompressobj(wbits=31) if zipped else None
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += unpacking.decompress(chunk, limit + 1) if unpacking else chunk
        if len(body) > limit:
            raise OSError(f"the answer is longer than {limit} bytes")
        if time.monotonic() > deadline:
            raise OSError("the answer takes too long")
    if unpacking and not unpacking.eof:
        raise OSError("the answer ends too early")
    return bytes(body)


def _without_credentials(url: str) -> tuple[str, Mapping[str, str]]:
    """Move a user and a password from an address into the header that they are for."""
    parts = urllib.parse.urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    encoded = base64.b64encode(urllib.parse.unquote(user).encode()).decode()
    return parts._replace(netloc=place).geturl(), {"Authorization": f"Basic {encoded}"}


def default_cache() -> Path:
    """Return where pages are kept."""
    return Path(platformdirs.user_cache_dir("ftguide")) / "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index, asked politely."""

    address: str
    cache: Path = field(default_factory=default_cache)
    fetch: Fetch = fetch

    def page(self, name: str) -> IndexPage:
        """Return the files of a project; raises `CompatError` naming it.

        `name` is normalised, so that it cannot lead elsewhere.
        """
        kept = self._kept(name)
        if kept and self.fresh(name):
            return self._decode(name, kept.page)
        headers = {"Accept": _JSON, "Accept-Encoding": "gzip", "User-Agent": "ftguide-tracker"}
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        try:
            status, received, body = self.fetch(f"{self.address}/{name}/", headers, MAX_PAGE_BYTES)
        except OSError as error:
            raise CompatError(
                f"package {name}: the index does not answer ({error}). Nothing was written; try "
                "again with a network."
            ) from error
        if status == 304 and kept:
            etag, body = kept.etag, kept.page
        elif status == 200:
            etag = next((text for key, text in received.items() if key.lower() == "etag"), "")
        elif status == 404:
            raise UnknownPackageError(
                f"package {name}: the index does not know it; check the name."
            )
        else:
            raise CompatError(
                f"package {name}: the index answered {status}. Nothing was written; try again later."
            )
        page = self._decode(name, body)
        with contextlib.suppress(
            OSError
        ):  # a cache that cannot be written costs time, nothing else
            self.cache.mkdir(parents=True, exist_ok=True)
            cached = _Cached(time.time(), etag, body)
            write_atomic(self._file(name), msgspec.msgpack.encode(cached))
        return page

    def fresh(self, name: str) -> bool:
        """Say whether the page of a project is answered without asking."""
        kept = self._kept(name)
        return kept is not None and 0 <= time.time() - kept.asked < FRESH_SECONDS

    def metadata(self, name: str, file: IndexFile) -> bytes | None:
        """Return the METADATA of a wheel where the index serves it, checked against its hash.

        Raises `CompatError` naming the file.
        """
        if not isinstance(file.core_metadata, dict) or "sha256" not in file.core_metadata:
            return None
        stated = file.core_metadata["sha256"]
        # What has a hash never changes, so it is asked for once; the name is ours, whatever they state.
        kept = self.cache / f"metadata-{hashlib.sha256(stated.encode()).hexdigest()}"
        with contextlib.suppress(OSError):
            known = kept.read_bytes()
            if hashlib.sha256(known).hexdigest() == stated:
                return known
        url = urllib.parse.urljoin(
            f"{self.address}/{name}/", f"{file.url.partition('#')[0]}.metadata"
        )
        try:
            status, _, body = self.fetch(url, {"User-Agent": "ftguide-tracker"}, MAX_METADATA_BYTES)
        except OSError as error:
            raise CompatError(
                f"{file.filename[:200]}: its metadata is not served ({error})."
            ) from error
        if status != 200:
            return None
        if hashlib.sha256(body).hexdigest() != stated:
            raise CompatError(
                f"{file.filename[:200]}: its metadata does not have the hash that the index states; "
                "nothing of it was used."
            )
        with contextlib.suppress(OSError):
            write_atomic(kept, body)
        return body

    def _decode(self, name: str, body: bytes) -> IndexPage:
        try:
            page = msgspec.json.decode(body, type=IndexPage)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            what = "it is HTML" if body.lstrip()[:1] == b"<" else str(error)
            raise CompatError(
                f"package {name}: the index's page is not understood ({what}). Is the address set "
                "for the package client one that serves the JSON form?"
            ) from error
        if canonicalize_name(page.name) != name:
            raise CompatError(
                f"package {name}: the index answered about {ascii(page.name)[:80]}; nothing of it was used."
            )
        return page

    def _file(self, name: str) -> Path:
        where = hashlib.sha256(self.address.encode()).hexdigest()[:12]
        return self.cache / f"{where}-{name}"

    def _kept(self, name: str) -> _Cached | None:
        try:
            return msgspec.msgpack.decode(self._file(name).read_bytes(), type=_Cached)
        except (OSError, msgspec.DecodeError):
            return None
