"""Asking a package index: one page per package, through the address the package client is set to.

The address is read from the client when it is needed and stands nowhere in this repository. Pages are
asked for conditionally and kept in the cache, so that an unchanged page costs one short answer.
"""

from __future__ import annotations

import base64
import codecs
import contextlib
import functools
import hashlib
import http.client
import itertools
import os
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import platformdirs
from packaging.utils import canonicalize_name

from ftguide.ground.files import decoder, write_atomic
from ftguide.interpreters.tools import ToolError, ask_uv
from ftguide.tracker.observe.anchors import anchors
from ftguide.tracker.record.model import CompatError

#: The largest page seen is 7 MB.
MAX_PAGE_BYTES = 64 * 1024**2
MAX_METADATA_BYTES = 4 * 1024**2
#: Links of an HTML page. The project with the most files known has some ten thousand.
MAX_LINKS = 100_000
#: A page asked for within this time is not asked for again, whether or not the index knows ETags.
FRESH_SECONDS = 3600.0
_SECONDS = 60.0
_CHUNK = 64 * 1024
_ASK_SECONDS = 30.0
#: The forms of a page in the order in which we want them; an index without the first sends HTML.
_FORMS = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.1"
)
_SHA256 = re.compile(r"sha256=([0-9A-Fa-f]{64})")


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


# Made while no other thread runs, for the reason that `files.decoder` gives.
_CACHED = msgspec.msgpack.Decoder(_Cached)


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
    if answer.length or (unpacking and not unpacking.eof):
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
        headers = {"Accept": _FORMS, "Accept-Encoding": "gzip", "User-Agent": "ftguide-tracker"}
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
        if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
            return _of_html(name, body.decode("utf-8", "replace"))
        try:
            page = decoder(IndexPage).decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CompatError(
                f"package {name}: the index's page is not understood ({error}). Is the address set "
                "for the package client that of an index?"
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
            return _CACHED.decode(self._file(name).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None


def _of_html(name: str, text: str) -> IndexPage:
    """Read the HTML form of a page; raises `CompatError` for one that lists no file of the package.

    It does not say whose page it is, and neither sizes nor times. A sign-in page is HTML as well, and would
    otherwise be taken for a package without releases.
    """
    links = list(itertools.islice(anchors(text), MAX_LINKS + 1))
    if len(links) > MAX_LINKS:
        raise CompatError(
            f"package {name}: the index's page has more than {MAX_LINKS} links; nothing of it was used."
        )
    files = tuple(_listed(links))
    spelled = re.compile(re.sub("-", "[-_.]+", name) + r"-\d", re.IGNORECASE)
    if not any(spelled.match(file.filename) for file in files):
        raise CompatError(
            f"package {name}: the index's page is HTML that lists no file of it. Is the address set for "
            "the package client that of an index, and does it want you to sign in?"
        )
    return IndexPage(name=name, files=files)


def _listed(links: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[IndexFile]:
    """Yield the files that the links of a page lead to; the last part of an address names the file."""
    base = ""
    for tag, attributes in links:
        address = attributes.get("href", "").strip()
        if tag == "base":
            base = base or address
            continue
        with contextlib.suppress(ValueError):  # an address that is none, such as http://[
            address, _, fragment = urllib.parse.urljoin(base, address).partition("#")
            path = urllib.parse.unquote(urllib.parse.urlsplit(address).path)
            if not (filename := path.rpartition("/")[2]):
                continue
            stated = attributes.get(
                "data-core-metadata", attributes.get("data-dist-info-metadata", "")
            )
            digest, metadata = _SHA256.match(fragment), _SHA256.fullmatch(stated)
            yield IndexFile(
                filename=filename,
                url=address,
                hashes={"sha256": digest[1].lower()} if digest else {},
                requires_python=attributes.get("data-requires-python"),
                yanked=attributes.get("data-yanked", False) or "data-yanked" in attributes,
                core_metadata={"sha256": metadata[1].lower()} if metadata else False,
            )
