"""Fake interpreters, a fake tarball that builds in a moment, and a machine to find them on."""

import io
import json
import lzma
import os
import shlex
import tarfile
from pathlib import Path

import pytest

from ftguide.ground.files import sha256
from ftguide.ground.vocabulary import Build
from ftguide.interpreters import sources
from ftguide.interpreters.network import Network
from ftguide.interpreters.provide import Means
from ftguide.interpreters.shelf import Shelf

#: A line no real interpreter is of, so that the tests see only what they put there.
LINE = "3.97"

CONFIGURE = """\
#!/bin/sh
set -e
suffix= ; build=gil
for word in "$@"; do
  case "$word" in
    --prefix=*) prefix="${word#--prefix=}" ;;
    --disable-gil) suffix=t ; build=ft ;;
  esac
done
echo "configured $build $*"
test -z "$FAKE_DIARY" || echo "$build $*" >> "$FAKE_DIARY"
sed -e "s|@build@|$build|" "$(dirname "$0")/python.in" > python
sed -e "s|@prefix@|$prefix|" -e "s|@suffix@|$suffix|" -e "s|@build@|$build|" \\
    "$(dirname "$0")/Makefile.in" > Makefile
"""

MAKEFILE = """\
all:
\tif test "$$FAKE_FAIL" = @build@; then echo "cc: no such luck"; exit 3; fi
\tif test "$$FAKE_HANG" = @build@; then echo $$$$ > "$$FAKE_PID"; exec sleep 600; fi
altinstall:
\tmkdir -p $(DESTDIR)@prefix@/bin
\tcp python $(DESTDIR)@prefix@/bin/python3.97@suffix@
\tchmod +x $(DESTDIR)@prefix@/bin/python3.97@suffix@
"""


def facts(build: Build | str, version: str, **changed: object) -> dict[str, object]:
    """Make what a fake interpreter says about itself."""
    said: dict[str, object] = {
        "implementation": "cpython",
        "version": version,
        "version_text": f"{version} (main) [GCC 12.2.0]",
        "build": str(build),
        "gil_enabled_at_start": build == "gil",
        "gil_enabled_after_imports": build == "gil",
        "debug": False,
        "compiler": "GCC 12.2.0",
        "configure_arguments": [] if build == "gil" else ["--disable-gil"],
        "cflags": "-O3",
        "pgo": True,
        "lto": True,
        "libc": "glibc 2.36",
        "allocator": "pymalloc" if build == "gil" else "mimalloc",
        "extension_modules": ["math"],
        "flags": {},
        "platform": "linux-x86_64",
        "binary_sha256": "0" * 64,
    }
    return said | changed


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def fake_python(
    path: Path, build: Build | str = Build.GIL, version: str = f"{LINE}.1", **changed: object
) -> Path:
    """Write a script that answers as an interpreter would."""
    answer = {"executable": str(path), "facts": facts(build, version, **changed)}
    return script(path, f"echo {shlex.quote(json.dumps(answer))}")


def fake_tarball(folder: Path, version: str = f"{LINE}.1") -> tuple[Path, sources.Release]:
    """Write a tarball whose configure and Makefile install a fake interpreter."""
    answer = json.dumps({"executable": "@self@", "facts": facts("@build@", version, pgo=False)})
    on = answer.replace('"gil_enabled_at_start": false', '"gil_enabled_at_start": @on@')
    python = (
        '#!/bin/sh\nif test "$FAKE_BROKEN" = @build@; then exit 9; fi\n'
        "case @build@ in gil) on=true ;; *) on=false ;; esac\n"
        f'echo {shlex.quote(on)} | sed -e "s|@self@|$0|" -e "s|@on@|$on|"\n'
    )
    files = {"configure": CONFIGURE, "Makefile.in": MAKEFILE, "python.in": python}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"Python-{version}/{name}")
            entry.size, entry.mode = len(text), 0o755
            archive.addfile(entry, io.BytesIO(text.encode()))
    path = folder / f"Python-{version}.tar.xz"
    path.write_bytes(lzma.compress(packed.getvalue(), preset=0))
    return path, sources.Release(version, sha256(path))


class FakeNetwork(Network):
    """Serves files from a dictionary of addresses; remembers what was asked."""

    def __init__(self, files: dict[str, Path] | None = None, routes: tuple[str, ...] = ()) -> None:
        self.files, self.routes = files or {}, routes
        self.asked: list[str] = []
        self.proxies: list[str] = []

    def reachable(self, *urls: str) -> tuple[bool, ...]:
        return tuple(url in self.routes for url in urls)

    def download(self, url, target, *, progress, proxy="") -> None:
        self.asked.append(url)
        self.proxies.append(proxy)
        if url not in self.files:
            raise OSError("the server answered 404 Not Found")
        data = self.files[url].read_bytes()
        target.write_bytes(data)
        progress(len(data), len(data))


class Machine:
    """A home, a PATH, a shelf and a network of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.bin.mkdir(parents=True)
        self.tarball, self.release = fake_tarball(root)
        self.network = FakeNetwork()
        self.shelf = Shelf(root / "cache" / "interpreters")
        self.diary = root / "diary"
        self.environ = {
            "PATH": f"{self.bin}{os.pathsep}/usr/local/bin{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(root),
            "FAKE_DIARY": str(self.diary),
        }
        self.said: list[str] = []

    def means(self, **changed: object) -> Means:
        values = {
            "environ": self.environ,
            "shelf": self.shelf,
            "network": self.network,
            "releases": (self.release,),
            "apt_targets": "http://mirror.test/debian/\tmain\tDebian\n",
            "patience_seconds": 60.0,
        }
        return Means(**(values | changed))  # type: ignore[arg-type]

    def say(self, text: str) -> None:
        self.said.append(text)

    def told(self, *words: str) -> bool:
        """Say whether some one line holds all the words."""
        return any(all(word in line for word in words) for line in self.said)

    def builds(self) -> list[str]:
        """List the builds whose configure ran, in order."""
        return [line.split()[0] for line in self.diary.read_text().splitlines()]

    @property
    def pool_url(self) -> str:
        return f"http://mirror.test/debian/pool/main/{sources.pool_file(self.release)}"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Compile CPython only for who asked: `-m build`, or FTGUIDE_BUILD_TESTS=1."""
    if os.environ.get("FTGUIDE_BUILD_TESTS") == "1" or "build" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("build"):
            item.add_marker(
                pytest.mark.skip("compiles CPython for minutes: -m build, or FTGUIDE_BUILD_TESTS=1")
            )
