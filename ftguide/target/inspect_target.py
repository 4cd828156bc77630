"""Run inside any Python: print what it is as one line of JSON on standard output.

Standard library only, and no syntax newer than Python 3.6, so that a wrong interpreter can say
which version it is. The line is an object with "executable" (its `sys.executable`) and
either "facts" (the fields of `ftguide.interpreters.model.Facts`) or, on anything but CPython 3.13
and later, "implementation" and "version". No field of "facts" holds a path, a host or a user name.
"""
# Annotations stay quoted: Python 3.6 has neither list[str] nor annotations from __future__.

import contextlib
import gc
import hashlib
import importlib
import importlib.machinery
import importlib.util
import json
import os
import platform
import re
import shlex
import sys
import sysconfig
import warnings
from pathlib import Path

try:
    import pwd
except ImportError:  # Windows
    pwd = None  # type: ignore[assignment, unused-ignore]

OLDEST = (3, 13)  # the first line with a free-threaded build

#: Modules that exist to test CPython, and one whose import starts talking to the terminal.
SKIPPED = re.compile(r"_?test|_xxtestfuzz|xxlimited|xxsubtype|_ctypes_test|readline$")

#: A path at the start of a word, as it may stand in prose.
ABSOLUTE = re.compile(r"(?<![\w.-])(?:[A-Za-z]:)?[~.]*[\\/]\S*")
#: A path anywhere in an argument, glued to an option or relative.
ANY_PATH = re.compile(r"(?:\b[A-Za-z]:(?=[\\/]))?[~.]*[\\/]\S*|(?<![\w.-])[\w.]+[\\/]\S*")

#: Compiler flags that change the code of the interpreter, less those that only speak of places.
RELEVANT = re.compile(r"-(?:O|g|f|m|DNDEBUG|[DU]_FORTIFY_SOURCE)")
IRRELEVANT = re.compile(
    r"-f(?:debug-|file-|macro-|canon-)?(?:prefix-map|compilation-dir)|-fdiagnostics|-fvisibility"
)


def private_words() -> "list[str]":
    """List the host's names and the user's, longest first."""
    words = {platform.node(), platform.node().split(".")[0]}
    words.update(os.environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME", "HOSTNAME"))
    if pwd is not None:
        with contextlib.suppress(KeyError):  # a container's user may have no name
            words.add(pwd.getpwuid(os.getuid()).pw_name)
    return sorted((word for word in words if len(word) > 1), key=lambda word: (-len(word), word))


def scrub(text: str, path: "re.Pattern[str]" = ANY_PATH) -> str:
    """Replace what `path` matches, the host's names and the user's name."""
    text = path.sub("<path>", text)
    for word in private_words():
        text = re.sub(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", "<name>", text)
    return text


def variable(name: str) -> str:
    """Return one of sysconfig's variables as text, empty when there is none."""
    value = sysconfig.get_config_var(name)
    return "" if value is None else str(value)


def configure_arguments() -> "list[str]":
    """Return the arguments of configure, sorted, without the paths in their values."""
    arguments = []
    for argument in shlex.split(variable("CONFIG_ARGS")):
        name, equals, value = argument.partition("=")
        arguments.append(name + equals + scrub(value))
    return sorted(arguments)


def compiler_flags() -> "list[str]":
    """Return the flags CPython's core was compiled with, the last mention of each, in order."""
    words = (variable("PY_CFLAGS") + " " + variable("PY_CFLAGS_NODIST")).split()
    flags = []  # type: list[str]
    for word in words:
        if not RELEVANT.match(word) or IRRELEVANT.match(word):
            continue
        flag = word.partition("=")[0] if word.startswith("-fprofile") else scrub(word)
        if flag in flags:
            flags.remove(flag)
        flags.append(flag)
    return flags


def optimisations(arguments: "list[str]", flags: "list[str]") -> "tuple[bool, bool]":
    """Return whether the interpreter was built with profile-guided and with link-time optimisation."""
    linked = " ".join(
        variable(name) for name in ("PY_CORE_LDFLAGS", "PY_LDFLAGS_NODIST", "PY_LDFLAGS")
    )
    pgo = "--enable-optimizations" in arguments or any(
        flag.startswith(("-fprofile-use", "-fprofile-instr-use")) for flag in flags
    )
    asked = [argument for argument in arguments if argument.startswith("--with-lto")]
    lto = any(not argument.endswith("=no") for argument in asked) or any(
        flag.startswith("-flto") for flag in flags + linked.split()
    )
    return pgo, lto


def extension_modules() -> "list[str]":
    """Import the standard library's modules that are not Python code; return those that do."""
    names = set(sys.stdlib_module_names) | set(sys.builtin_module_names)  # type: ignore[attr-defined, unused-ignore]
    loadable = []
    for name in sorted(names):
        if SKIPPED.match(name) or name == "__main__":
            continue
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            continue
        if spec is None:
            continue
        is_file = isinstance(spec.loader, importlib.machinery.ExtensionFileLoader)
        if spec.origin != "built-in" and not is_file:
            continue
        with contextlib.suppress(Exception):  # a module that does not import is not there
            importlib.import_module(name)
            loadable.append(name)
    return loadable


def loaded_library() -> str:
    """Return the path of the shared libpython this process runs, empty when there is none."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/maps").read_text(errors="replace").splitlines():
            path = line.partition("/")[2]
            if re.match(r"libpython3[\w.]*\.so", path.rpartition("/")[2]):
                return "/" + path
    if os.name == "nt":
        suffix = "t" if variable("Py_GIL_DISABLED") == "1" else ""
        dll = f"python{sys.version_info[0]}{sys.version_info[1]}{suffix}.dll"
        library = Path(sys.base_prefix) / dll
    elif variable("PYTHONFRAMEWORK"):
        library = Path(sys.base_prefix) / variable("PYTHONFRAMEWORK")
    else:
        return ""
    return str(library) if library.is_file() else ""


def binary_sha256() -> str:
    """Return the SHA-256 of the file that holds the interpreter's code."""
    path = loaded_library() or os.path.realpath(sys.executable)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def libc() -> str:
    """Name the C library and its version."""
    name, version = platform.libc_ver()
    if name:
        return name + " " + version
    if sys.platform == "darwin":
        return f"libSystem (macOS {platform.mac_ver()[0]})"
    return "ucrt" if os.name == "nt" else "unknown"


def allocator(*, free_threaded: bool) -> str:
    """Name the allocator of objects."""
    if free_threaded:
        return "mimalloc"
    return "pymalloc" if variable("WITH_PYMALLOC") == "1" else "malloc"


def settings() -> "dict[str, str]":
    """Return the run-time settings that matter when measuring, as text."""
    values = {
        name: str(getattr(sys.flags, name))
        for name in (
            "gil",
            "thread_inherit_context",
            "context_aware_warnings",
            "optimize",
            "dev_mode",
        )
        if hasattr(sys.flags, name)
    }
    values["switch_interval"] = str(sys.getswitchinterval())
    values["gc_threshold"] = ",".join(map(str, gc.get_threshold()))
    jit = getattr(sys, "_jit", None)
    if jit is not None:
        values["jit"] = (
            "enabled" if jit.is_enabled() else "available" if jit.is_available() else "none"
        )
    return values


def version() -> str:
    """Return the version as it is written in a release: 3.14.7, 3.15.0rc2."""
    info = sys.version_info
    level = {"alpha": "a", "beta": "b", "candidate": "rc", "final": ""}[info[3]]
    return "{}.{}.{}".format(*info[:3]) + (level + str(info[4]) if level else "")


def gil_enabled() -> bool:
    """Return whether the GIL is on."""
    return bool(sys._is_gil_enabled())  # type: ignore[attr-defined, unused-ignore]  # noqa: SLF001


def facts() -> "dict[str, object]":
    """Gather the fields of `Facts`; silent whatever the imported modules have to say."""
    gil_at_start = gil_enabled()
    free_threaded = variable("Py_GIL_DISABLED") == "1"
    arguments, flags = configure_arguments(), compiler_flags()
    pgo, lto = optimisations(arguments, flags)
    run_time = settings()
    modules = extension_modules()
    return {
        "implementation": sys.implementation.name,
        "version": version(),
        "version_text": scrub(" ".join(sys.version.split()), ABSOLUTE),
        "build": "ft" if free_threaded else "gil",
        "gil_enabled_at_start": gil_at_start,
        "gil_enabled_after_imports": gil_enabled(),
        "debug": hasattr(sys, "gettotalrefcount"),
        "compiler": scrub(platform.python_compiler(), ABSOLUTE),
        "configure_arguments": arguments,
        "cflags": " ".join(flags),
        "pgo": pgo,
        "lto": lto,
        "libc": libc(),
        "allocator": allocator(free_threaded=free_threaded),
        "extension_modules": modules,
        "flags": run_time,
        "platform": sysconfig.get_platform(),
        "binary_sha256": binary_sha256(),
    }


def answer() -> "dict[str, object]":
    """Build the object that `main` prints."""
    known = {"executable": sys.executable}  # type: dict[str, object]
    name = sys.implementation.name
    if name != "cpython" or sys.version_info < OLDEST:
        known["implementation"], known["version"] = name, version()
    else:
        known["facts"] = facts()
    return known


def main() -> None:
    """Print the answer, while what imported modules print goes nowhere."""
    warnings.simplefilter("ignore")
    sys.stdout.flush()
    kept, silent = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    try:
        known = answer()
        sys.stdout.flush()
    finally:
        os.dup2(kept, 1)
    os.write(1, b"\n" + json.dumps(known, sort_keys=True).encode("ascii") + b"\n")


if __name__ == "__main__":
    main()
