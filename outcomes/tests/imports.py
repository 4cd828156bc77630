"""Imports.

A module has a lock while it is imported, and others that import it wait. A look into `sys.modules` does not.
"""

import importlib.util
import pathlib
import sys
import types

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


def write(name, text):
    """Make a module in the current folder that can be imported, and was not yet."""
    pathlib.Path(f"{name}.py").write_text(text)
    if "" not in sys.path:
        sys.path.insert(0, "")
    importlib.invalidate_caches()
    sys.modules.pop(name, None)


class ImportSame(Stress):
    """The first import of a small module of the standard library."""

    slug = "import-same-module"
    question = "Do two threads that import one module for the first time get the same module?"
    on = "import"
    operation = "import in two threads"
    module = "importlib"
    source = "https://docs.python.org/3.14/reference/import.html"
    remedy = "porting/cookbook#pattern-once"
    outcomes = (
        acceptable("same", "One thread ran the module, the other one waited for it."),
        forbidden("two", "The module was run twice."),
    )

    def __init__(self):
        sys.modules.pop("colorsys", None)
        self.seen = []

    def actor1(self):
        import colorsys

        self.seen.append(colorsys)

    def actor2(self):
        import colorsys

        self.seen.append(colorsys)

    def arbiter(self):
        return "same" if self.seen[0] is self.seen[1] else "two"


class FromImport(Stress):
    """The second thread starts as soon as the module is in `sys.modules`, which is before it is run."""

    slug = "import-from-while-running"
    question = (
        "Does `from module import name` find a name that another thread's import has yet to define?"
    )
    on = "import"
    operation = "from … import while it runs"
    module = "importlib"
    outcomes = (
        acceptable("found", "The second import waited until the module had run."),
        forbidden("ImportError", "The second import did not wait."),
    )

    def __init__(self):
        sys.modules.pop("colorsys", None)

    def actor1(self):
        import colorsys

    def actor2(self):
        for _ in range(20_000):
            if "colorsys" in sys.modules:
                break
        from colorsys import hsv_to_rgb

        return "found"


class SysModulesRead(Stress):
    """How some libraries find out whether another one is in use."""

    slug = "sys-modules-get-while-imported"
    question = "Has a module that is in sys.modules run to its end?"
    on = "sys.modules"
    operation = "get while it is imported"
    module = "sys"
    outcomes = (
        acceptable("whole", "The module had run."),
        acceptable("done", "It was not there."),
        interesting("half", "The module was still running, and lacked its last function."),
    )

    def __init__(self):
        sys.modules.pop("colorsys", None)

    def actor1(self):
        import colorsys

    def actor2(self):
        for _ in range(20_000):
            module = sys.modules.get("colorsys")
            if module is not None:
                return "whole" if hasattr(module, "hsv_to_rgb") else "half"
        return None


class SysModulesLoop(Stress):
    """An import adds to the dictionary; so does this, for the sake of time."""

    slug = "sys-modules-iterate"
    question = "Can a thread loop over sys.modules while another one imports?"
    on = "sys.modules"
    operation = "iterate while others import"
    module = "sys"
    remedy = "faq#msg-dict-size"
    outcomes = (
        acceptable("done", "The loop came to its end."),
        interesting("RuntimeError", "The dictionary changed size during the loop."),
    )

    def __init__(self):
        for number in range(300):
            sys.modules.pop(f"new{number}", None)

    def actor1(self):
        for number in range(300):
            sys.modules[f"new{number}"] = types.ModuleType("new")

    def actor2(self):
        for _ in range(10):
            for name in sys.modules:
                name.startswith("json")


class SysModulesCopy(Stress):
    """What to write in place of the loop above: one call makes the copy."""

    slug = "sys-modules-copy"
    question = "Can a thread loop over sys.modules.copy() while another one imports?"
    on = "sys.modules"
    operation = "iterate over a copy"
    module = "sys"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("done", "The loop came to its end."),
        forbidden("RuntimeError", "The copy was not made in one step."),
    )

    def __init__(self):
        for number in range(300):
            sys.modules.pop(f"new{number}", None)

    def actor1(self):
        for number in range(300):
            sys.modules[f"new{number}"] = types.ModuleType("new")

    def actor2(self):
        for _ in range(10):
            for name in sys.modules.copy():
                name.startswith("json")


class CircularImport(Stress):
    """Each module imports the other one, which works as long as one thread imports both."""

    slug = "import-circular"
    question = (
        "Are two modules that import each other whole when two threads import one of them each?"
    )
    on = "import"
    operation = "circular, in two threads"
    module = "importlib"
    issue = "gh-83065"
    outcomes = (
        acceptable("word of b, word of a", "Each thread got modules that had run."),
        interesting(
            "*AttributeError*",
            "Each thread held the lock of one module and wanted the other one's: rather than wait "
            "forever, one went on with a module that had not run to its end.",
        ),
        interesting("*_DeadlockError*", "The same, and CPython's own exception for it came out."),
    )

    def __init__(self):
        write("a", "import b\nword = 'word of a'\ndef other(): return b.word\n")
        write("b", "import a\nword = 'word of b'\ndef other(): return a.word\n")

    def actor1(self):
        import a

        return a.other()

    def actor2(self):
        import b

        return b.other()


class SubmoduleAttribute(Stress):
    """The submodule becomes an attribute of its package when it has run."""

    slug = "import-submodule-attribute"
    question = "Is a submodule an attribute of its package as soon as `import` returns?"
    on = "import"
    operation = "submodule in two threads"
    module = "importlib"
    source = "https://docs.python.org/3.14/reference/import.html#submodules"
    issue = "none found"
    outcomes = (
        acceptable("found, found", "Both threads found the attribute."),
        forbidden("*AttributeError*", "The second import returned before the attribute was set."),
    )

    def __init__(self):
        pathlib.Path("parts").mkdir(exist_ok=True)
        write("parts/__init__", "")
        sys.modules.pop("parts", None)
        for number in range(10):
            write(f"parts/part{number}", "")
            sys.modules.pop(f"parts.part{number}", None)

    def import_all(self):
        for number in range(10):
            importlib.import_module(f"parts.part{number}")
            getattr(sys.modules["parts"], f"part{number}")
        return "found"

    def actor1(self):
        return self.import_all()

    def actor2(self):
        return self.import_all()


class ImportFails(Stress):
    """The module raises each time it is run."""

    slug = "import-that-fails"
    question = "Do both threads get the exception of a module that fails while they import it?"
    on = "import"
    operation = "a module that raises"
    module = "importlib"
    outcomes = (
        acceptable(
            "ZeroDivisionError, ZeroDivisionError", "Each thread ran the module, one by one."
        ),
        forbidden("*", "A thread got a module that has not run, or another exception."),
    )

    def __init__(self):
        write("broken", "1 / 0\n")

    def actor1(self):
        import broken

    def actor2(self):
        import broken


class ImportsItself(Stress):
    """Starting threads at import time, and waiting for them, as a script without a `main()` does."""

    slug = "import-waits-for-own-thread"
    question = "Can a module that is being imported wait for a thread that imports it?"
    on = "import"
    operation = "join a thread that imports it"
    module = "importlib"
    remedy = "debugging#debug-hang"
    outcomes = (
        acceptable("ended, ended", "The thread did not wait."),
        interesting(
            "waits, waits",
            "Thread and import wait for each other: without its time limit, join() never returns.",
        ),
    )

    def __init__(self):
        write(
            "starter",
            "import threading\n"
            "def work(): import starter\n"
            "thread = threading.Thread(target=work)\n"
            "thread.start()\n"
            "thread.join(timeout=0.03)\n"
            "seen = 'waits' if thread.is_alive() else 'ended'\n",
        )

    def actor1(self):
        import starter

        starter.thread.join()
        return starter.seen

    def actor2(self):
        import starter

        starter.thread.join()
        return starter.seen


class ModuleGetattr(Litmus):
    """A module's `__getattr__` is called for what the module does not have yet."""

    slug = "module-getattr-lazy"
    question = "Does a module's __getattr__ make a lazy value once?"
    on = "module __getattr__"
    operation = "first use in two threads"
    module = "importlib"
    source = "https://docs.python.org/3.14/reference/datamodel.html#module.__getattr__"
    remedy = "porting/migrations#migration-lazy"
    outcomes = (
        acceptable("made 1", "The second thread found the value."),
        interesting("made 2", "Both threads found none: it was made twice."),
    )

    def __init__(self):
        self.made = []
        self.lazy = types.ModuleType("lazy")
        self.lazy.__getattr__ = self.load

    def load(self, name):
        self.made.append(name)
        self.lazy.table = {}
        return self.lazy.table

    def actor1(self):
        self.lazy.table

    def actor2(self):
        self.lazy.table

    def arbiter(self):
        return f"made {len(self.made)}"


class Reload(Stress):
    """Two names of the module are always the same object, once it has run."""

    slug = "importlib-reload-against-read"
    question = "Does a reader see two names of a module both old or both new while it is reloaded?"
    on = "importlib.reload"
    operation = "reload against read"
    module = "importlib"
    source = "https://docs.python.org/3.14/library/importlib.html#importlib.reload"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("both", "Both were old or both new, each time."),
        interesting("torn", "The reader came while the module was being run again."),
        forbidden("AttributeError", "A name was missing for a moment."),
    )

    def __init__(self):
        write("settings", "first = object()\nsecond = first\n")
        self.settings = importlib.import_module("settings")

    def actor1(self):
        for _ in range(20):
            importlib.reload(self.settings)

    def actor2(self):
        for _ in range(20_000):
            if self.settings.first is not self.settings.second:
                return "torn"
        return "both"


class LazyLoader(Stress):
    """The first use of an attribute runs the module."""

    slug = "lazyloader-first-use"
    question = "Can two threads use a module of LazyLoader for the first time at once?"
    on = "importlib.util.LazyLoader"
    operation = "first use in two threads"
    module = "importlib"
    issue = "gh-114763"
    outcomes = (
        acceptable("found, found", "One thread ran the module, the other one waited."),
        forbidden("*Error*", "A thread saw the module before it had run."),
    )

    def __init__(self):
        spec = importlib.util.find_spec("colorsys")
        spec.loader = importlib.util.LazyLoader(spec.loader)
        self.lazy = sys.modules["colorsys"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.lazy)

    def actor1(self):
        return "found" if self.lazy.hsv_to_rgb else None

    def actor2(self):
        return "found" if self.lazy.hsv_to_rgb else None
