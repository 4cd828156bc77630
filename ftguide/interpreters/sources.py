"""Release tarballs of CPython: which are known, where they may be had, whether they are genuine."""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ftguide.ground.files import sha256
from ftguide.ground.vocabulary import line_of
from ftguide.interpreters import tools
from ftguide.interpreters.discover import Say
from ftguide.interpreters.model import InterpreterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftguide.interpreters.network import Network, Progress

PYTHON_ORG = "https://www.python.org"

#: What the name of an unfinished download ends with.
PART = ".part"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of CPython and the SHA-256 of its .tar.xz."""

    version: str  #: "3.14.7", "3.15.0rc2"
    sha256: str

    @property
    def line(self) -> str:
        """The line of releases it belongs to: "3.14"."""
        return line_of(self.version)

    @property
    def file_name(self) -> str:
        """The file's name on python.org."""
        return f"Python-{self.version}.tar.xz"

    @property
    def url(self) -> str:
        """The file's address on python.org; candidates are kept in the final release's folder."""
        final = self.version.split("rc")[0]
        return f"{PYTHON_ORG}/ftp/python/{final}/{self.file_name}"


#: Newest first within a line. The sums are of the files on python.org; Debian's pool holds the same
#: bytes as `python3.14_3.14.7.orig.tar.xz`.
RELEASES = (
    Release("3.15.0rc2", "8d93af5eaaaea5adfd41bd786a7ba3f03f2ad1ab57c6a65e0b963deab91d5ad7"),
    Release("3.14.7", "3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81"),
    Release("3.13.15", "1e66a7945a48390ee4c2a4268a0e4185884059a13c4aab6d148aa208deea4a76"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tarball:
    """A release tarball on this machine whose SHA-256 was checked."""

    release: Release
    path: Path
    origin: str  #: where it came from, without address or path


def recognise(path: Path, line: str, releases: Sequence[Release] = RELEASES) -> Tarball:
    """Check a tarball handed over by the user; raises `InterpreterError` naming file and remedy."""
    known = [release for release in releases if release.line == line]
    wanted = " or ".join(release.file_name for release in known) or f"no release of {line}"
    try:
        found = sha256(path)
    except OSError as error:
        raise InterpreterError(f"--tarball {path}: {error.strerror or error}.") from error
    for release in known:
        if release.sha256 == found:
            return Tarball(release=release, path=path, origin="a tarball given by hand")
    raise InterpreterError(
        f"--tarball {path}: its SHA-256 is {found}, which is not a release this checkout knows. "
        f"For Python {line} it knows {wanted}; download it again, whole."
    )


def fetch(
    line: str,
    folder: Path,
    *,
    say: Say,
    network: Network,
    releases: Sequence[Release] = RELEASES,
    targets: str | None = None,
) -> Tarball:
    """Bring the newest known tarball of a line into `folder`, or find it there.

    python.org is asked first, where there is a route to it, then the mirrors that apt is configured
    with (`targets`: the output of `index_targets`). The caller holds the lock of `folder`. Raises
    `InterpreterError` saying how to hand the file over.
    """
    known = [release for release in releases if release.line == line]
    if not known:
        lines = ", ".join(dict.fromkeys(release.line for release in reversed(releases)))
        raise InterpreterError(
            f"No tarball of Python {line} is known here (known lines: {lines}). "
            "Install both builds, and name them with --python."
        )
    for release in known:
        kept = folder / release.file_name
        if kept.exists() and sha256(kept) == release.sha256:
            return Tarball(release=release, path=kept, origin="a tarball fetched earlier")
    folder.mkdir(parents=True, exist_ok=True)
    if network.reachable(PYTHON_ORG)[0]:
        for release in known:
            if path := _take(release, release.url, folder, say=say, network=network):
                return Tarball(release=release, path=path, origin="the tarball of python.org")
    else:
        say("no route to python.org")
    pools = pool_folders(index_targets() if targets is None else targets)
    proxy = apt_proxy() if pools else ""
    for release, pool in itertools.product(known, pools):
        url = f"{pool}/{pool_file(release)}"
        if path := _take(release, url, folder, say=say, network=network, proxy=proxy):
            origin = "the release tarball in the pool of apt's mirror"
            return Tarball(release=release, path=path, origin=origin)
    where = "python.org" + (" nor apt's mirrors" if pools else " (and apt has no mirror to ask)")
    raise InterpreterError(
        f"Neither {where} delivered the source of Python {line}. On a machine with a network, get "
        f"{known[0].url} and hand it over: --tarball {known[0].file_name}"
    )


def _take(
    release: Release, url: str, folder: Path, *, say: Say, network: Network, proxy: str = ""
) -> Path | None:
    """Download one address, check it, put it in place and return that; say what happened."""
    site = url.split("/")[2]
    partial = folder / f"{release.file_name}{PART}"
    try:
        network.download(url, partial, progress=_announce(say, release, site), proxy=proxy)
        if (found := sha256(partial)) == release.sha256:
            return partial.replace(folder / release.file_name)
        say(
            f"{site}: {partial.stat().st_size} bytes with SHA-256 {found[:16]}…, "
            f"but {release.file_name} has {release.sha256[:16]}…: not used"
        )
    except OSError as error:
        say(f"{site}: no {release.file_name} there ({error.strerror or error})")
    finally:
        partial.unlink(missing_ok=True)
    return None


def _announce(say: Say, release: Release, site: str) -> Progress:
    """Return a progress callback that says a line at every quarter."""
    announced = -1

    def progress(done: int, total: int) -> None:
        nonlocal announced
        quarter = 4 * done // total if total else 0
        if quarter > announced:
            announced = quarter
            size = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else "size unknown"
            say(f"downloading {release.file_name} from {site}: {size}")

    return progress


def pool_file(release: Release) -> str:
    """Return the source's path below a component of a Debian pool."""
    package = f"python{release.line}"
    version = release.version.replace("rc", "~rc")
    return f"p/{package}/{package}_{version}.orig.tar.xz"


def index_targets() -> str:
    """Return a line `repository<TAB>component<TAB>origin` per index of apt; empty without apt."""
    if not shutil.which("apt-get"):
        return ""
    command = ("apt-get", "indextargets", "--format", "$(REPO_URI)\t$(COMPONENT)\t$(ORIGIN)")
    # Images throw apt's lists away: then it knows its targets only by configuration.
    return _ask(*command) or _ask(*command, "--no-release-info")


def apt_proxy() -> str:
    """Return the proxy apt is told to use for http, empty when there is none."""
    words = shlex.split(_ask("apt-config", "shell", "P", "Acquire::http::Proxy"))
    proxy = words[0].partition("=")[2] if words else ""
    return proxy if proxy.startswith("http") else ""


def _ask(*command: str) -> str:
    try:
        return tools.ask(command, environ=os.environ)
    except tools.ToolError:
        return ""


def pool_folders(targets: str) -> tuple[str, ...]:
    """Derive from apt's index targets where the pools are: Debian's and Ubuntu's archives first.

    Each is an address without a final slash, such as `http://mirror/debian/pool/main`.
    """
    ranked: dict[str, int] = {}
    for row in targets.splitlines():
        repository, component, origin = (*row.split("\t"), "", "")[:3]
        if not repository.startswith(("http://", "https://")):
            continue
        if component in {"main", "universe"}:
            rank = 0 if origin in {"Debian", "Ubuntu"} else 1 if origin in {"", "$(ORIGIN)"} else 2
            security = "security" in repository  # holds updates to packages, seldom this one
            pool = f"{repository.rstrip('/')}/pool/{component}"
            ranked.setdefault(pool, rank * 2 + security)
    return tuple(sorted(ranked, key=lambda pool: ranked[pool]))
