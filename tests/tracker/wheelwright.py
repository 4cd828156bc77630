"""Builds small wheels with the C compiler and a pair's headers, one per way a package can behave."""

import base64
import hashlib
import subprocess
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.vocabulary import Build
from ftguide.interpreters.model import Pair

#: One source for all extension modules; macros choose how it behaves.
SOURCE = """\
#include <Python.h>

static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

static int run(PyObject *module) {
#ifdef CRASHES
    *(volatile int *)0 = 1;
#endif
    return 0;
}

#ifdef SINGLE
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "MODULE", NULL, -1, methods};
PyMODINIT_FUNC INIT(void) {
    PyObject *module = PyModule_Create(&definition);
#if defined(DECLARES) && defined(Py_GIL_DISABLED)
    if (module) PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
    return module;
}
#else
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, run},
#ifdef DECLARES
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "MODULE", NULL, 0, methods, slots};
PyMODINIT_FUNC INIT(void) { return PyModuleDef_Init(&definition); }
#endif
"""

ASK = (
    "import sysconfig as s; print(s.get_paths()['include']); print(s.get_config_var('EXT_SUFFIX'))"
)


@dataclass(frozen=True, slots=True)
class Headers:
    """What compiling for one build needs."""

    include: str
    suffix: str


class Wheelwright:
    """Builds wheels into one folder."""

    def __init__(self, pair: Pair, work: Path, shelf: Path) -> None:
        self.work, self.shelf = work, shelf
        self.line = "".join(pair.version.split(".")[:2])
        self.platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        self.headers = {
            build: Headers(
                *subprocess.run(
                    [executable, "-I", "-c", ASK], capture_output=True, text=True, check=True
                ).stdout.split()
            )
            for build, executable in (
                (Build.GIL, pair.gil.executable),
                (Build.FREE_THREADED, pair.ft.executable),
            )
        }

    def compile(
        self, build: Build, module: str, *macros: str, suffix: str = ""
    ) -> tuple[str, bytes]:
        """Compile the extension module for one build; return its file name and its bytes."""
        headers = self.headers[build]
        name = f"{module}{suffix or headers.suffix}"
        target = self.work / f"{build}-{'-'.join(macros)}-{name}"
        source = self.work / "module.c"
        source.write_text(SOURCE)
        subprocess.run(
            [
                *("cc", "-shared", "-fPIC", "-O1", "-w", f"-I{headers.include}"),
                *(f"-D{macro}" for macro in (*macros, f"INIT=PyInit_{module}")),
                *(str(source), "-o", str(target)),
            ],
            check=True,
            capture_output=True,
            timeout=240,
        )
        return name, target.read_bytes()

    def tag(self, build: Build) -> str:
        """Return the tag of a wheel for one build of this line."""
        abi = f"cp{self.line}{'t' if build is Build.FREE_THREADED else ''}"
        return f"cp{self.line}-{abi}-{self.platform}"

    def wheel(
        self,
        name: str,
        tag: str,
        files: dict[str, bytes | str],
        *,
        version: str = "1.0",
        metadata: str = "",
        record: str = "",
    ) -> Path:
        """Write a wheel; `record` is added to its RECORD."""
        safe = name.replace("-", "_")
        info = f"{safe}-{version}.dist-info"
        contents = {
            **{
                path: text.encode() if isinstance(text, str) else text
                for path, text in files.items()
            },
            f"{info}/METADATA": (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}"
            ).encode(),
            f"{info}/WHEEL": (
                f"Wheel-Version: 1.0\nGenerator: wheelwright\nRoot-Is-Purelib: false\nTag: {tag}\n"
            ).encode(),
        }
        lines = [f"{path},{_hash(data)},{len(data)}" for path, data in contents.items()]
        contents[f"{info}/RECORD"] = (
            "\n".join([*lines, f"{info}/RECORD,,"]) + "\n" + record
        ).encode()
        target = self.shelf / f"{safe}-{version}-{tag}.whl"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in contents.items():
                archive.writestr(path, data)
        return target

    def both(
        self, name: str, files: dict[str, bytes | str], *macros: str, metadata: str = ""
    ) -> None:
        """Write a wheel per build whose extension module `_core` behaves as the macros say."""
        folder = name.replace("-", "_")
        for build in Build:
            core, binary = self.compile(build, "_core", *macros)
            self.wheel(
                name, self.tag(build), {**files, f"{folder}/{core}": binary}, metadata=metadata
            )


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


def specimens(wright: Wheelwright) -> None:
    """Build all specimens; `test_self_wheels.py` says which level each has to land on."""
    top = {"specimen_declares/__init__.py": "from specimen_declares._core import answer\n"}
    wright.both("specimen-declares", top, "DECLARES")

    wright.both(
        "specimen-undeclared",
        {"specimen_undeclared/__init__.py": "from specimen_undeclared._core import answer\n"},
    )

    lazy = {
        "specimen_lazy/__init__.py": "def fast():\n    from specimen_lazy import api\n    return api\n",
        "specimen_lazy/api.py": "from specimen_lazy._core import answer\n",
    }
    wright.both("specimen-lazy", lazy)

    single = {"specimen_single/__init__.py": "from specimen_single import _core\n"}
    wright.both("specimen-single", single, "SINGLE")
    declared = {
        "specimen_single_declared/__init__.py": "from specimen_single_declared import _core\n"
    }
    wright.both("specimen-single-declared", declared, "SINGLE", "DECLARES")

    crashing = {"specimen_crashes/__init__.py": "from specimen_crashes import _core\n"}
    wright.both("specimen-crashes", crashing, "DECLARES", "CRASHES")

    needy = {
        "specimen_needy/__init__.py": (
            "from specimen_needy import _core\nimport specimen_undeclared\n"
        )
    }
    wright.both(
        "specimen-needy", needy, "DECLARES", metadata="Requires-Dist: specimen-undeclared\n"
    )

    alone = {"specimen_orphan/__init__.py": "import specimen_nowhere\n"}
    wright.wheel(
        "specimen-orphan", "py3-none-any", alone, metadata="Requires-Dist: specimen-nowhere==2\n"
    )

    core, binary = wright.compile(Build.GIL, "_core", "DECLARES", suffix=".abi3.so")
    wright.wheel(
        "specimen-abi3",
        f"cp39-abi3-{wright.platform}",
        {
            "specimen_abi3/__init__.py": "from specimen_abi3 import _core\n",
            f"specimen_abi3/{core}": binary,
        },
    )

    # An extension for the GIL-enabled ABI under a tag that says "any ABI": it installs everywhere.
    core, binary = wright.compile(Build.GIL, "_core", "DECLARES", suffix=".so")
    wright.wheel(
        "specimen-mistagged",
        f"py3-none-{wright.platform}",
        {
            "specimen_mistagged/__init__.py": "from specimen_mistagged import _core\n",
            f"specimen_mistagged/{core}": binary,
        },
    )
    core, binary = wright.compile(Build.GIL, "_core", "DECLARES")
    wright.wheel(
        "specimen-wrong-suffix",
        f"py3-none-{wright.platform}",
        {
            "specimen_wrong_suffix/__init__.py": "from specimen_wrong_suffix import _core\n",
            f"specimen_wrong_suffix/{core}": binary,
        },
    )

    fallback = (
        "try:\n    from specimen_fallback._core import answer\n"
        "except ImportError:\n    def answer():\n        return 42\n"
    )
    core, binary = wright.compile(Build.GIL, "_core", "DECLARES")
    files: dict[str, bytes | str] = {"specimen_fallback/__init__.py": fallback}
    wright.wheel("specimen-fallback", wright.tag(Build.FREE_THREADED), files)
    files[f"specimen_fallback/{core}"] = binary
    wright.wheel("specimen-fallback", wright.tag(Build.GIL), files)

    wright.wheel(
        "specimen-pure",
        "py3-none-any",
        {"specimen_pure.py": "answer = 42\n"},
        metadata="Classifier: Programming Language :: Python :: Free Threading :: 3 - Stable\n",
    )
