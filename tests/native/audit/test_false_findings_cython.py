"""Kinds of findings that were wrong in the Cython and the Fortran of SciPy, PyArrow, NumPy and lxml.

A source stands twice where its twin differs in what makes the finding right.
"""

import pytest

from ftguide.native.audit.rules import Weight
from ftguide.native.audit.scan import audit

FIX, LOOK = [Weight.FIX], [Weight.LOOK]
LAZY = "mod = None\n\ndef get():\n    global mod\n    if mod is None:\n"
MEMO = "cdef dict memo = {}\n\ndef get(key):\n    if key in memo:\n        return memo[key]\n"

IN_CYTHON = {
    "import": (LAZY + "        import numpy as mod\n    return mod\n", LOOK),
    "import of a name": (LAZY + "        from numpy import linalg as mod\n", LOOK),
    "import, then bound": (LAZY + "        import numpy as np\n        mod = np\n", LOOK),
    "bound to a part": (LAZY + "        import numpy\n        mod = numpy.linalg\n", LOOK),
    "by name": (LAZY + "        mod = importlib.import_module(name)\n", LOOK),
    "tried before": (
        LAZY + "        try:\n            import numpy as mod\n        except ImportError:\n"
        "            mod = False\n",
        LOOK,
    ),
    "marked before it is imported": (LAZY + "        mod = True\n        import numpy\n", FIX),
    "made": (LAZY + "        import numpy\n        mod = make(numpy)\n", FIX),
    "made, and a local of the same name": (
        LAZY + "        mod = make()\n\ndef other():\n    import numpy as mod\n",
        FIX,
    ),
    "imported, and a local of the same name": (
        LAZY + "        import numpy as mod\n\ndef other():\n    mod = make()\n",
        LOOK,
    ),
    "said, and not rebound": (MEMO + "    global memo\n    memo[key] = make(key)\n", LOOK),
    "added": (MEMO + "    memo[key] = make(key)\n", LOOK),
    "updated": (MEMO + "    memo.update(more)\n", LOOK),
    "counted": (MEMO + "    memo[key] += 1\n", FIX),
    "taken": (MEMO + "    memo[key] = 1\n\ndef drop(key):\n    del memo[key]\n", FIX),
    "popped": (MEMO + "    memo[key] = 1\n\ndef drop(key):\n    memo.pop(key)\n", FIX),
    "walked": (
        MEMO + "    memo[key] = 1\n\ndef walk():\n    for key in memo.keys():\n        use(key)\n",
        FIX,
    ),
    "numbers": ("cdef int[9] memo\n\ndef put(key):\n    memo[key] = 1\n", FIX),
    "parameter": ("cdef dict memo = {}\n\ndef put(a, dict memo, key):\n    memo.pop(key)\n", LOOK),
    "local": ("cdef dict memo = {}\n\ndef put(key):\n    memo = {}\n    memo.pop(key)\n", LOOK),
    "returned": ("cdef Options options\n\ncdef Options *get():\n    return &options\n", LOOK),
    "passed": ("cdef Options options\n\ncdef get():\n    return fill(&options)\n", FIX),
    "bits": ("cdef int mask = 3\n\ncdef get(x):\n    return x & mask\n", LOOK),
    "its address": ("cdef int mask = 3\n\ncdef get(x):\n    return g(&mask)\n", FIX),
    "a pair of calls": (
        "cdef int n = 0\n\ncdef class A:\n    def f(self):\n        global n\n        self.acquire_lock()\n"
        "        try:\n            n += 1\n        finally:\n            self.release_lock()\n",
        LOOK,
    ),
    "behind the pair": (
        "cdef int n = 0\n\ncdef class A:\n    def f(self):\n        global n\n        self.acquire_lock()\n"
        "        self.release_lock()\n        n += 1\n",
        LOOK,  # the file has a lock, and the finding says that it is not held there
    ),
    "a pair that is none": (
        "cdef int n = 0\n\ncdef class A:\n    def f(self):\n        global n\n        self.acquire_it()\n"
        "        n += 1\n        self.release_it()\n",
        FIX,
    ),
    "freed": (
        "cdef class A:\n    def __dealloc__(self):\n        PyDict_Next(self.all, &i, &k, &v)\n",
        LOOK,
    ),
    "not freed": (
        "cdef class A:\n    def walk(self):\n        PyDict_Next(self.all, &i, &k, &v)\n",
        FIX,
    ),
}


@pytest.mark.parametrize(("source", "weights"), IN_CYTHON.values(), ids=IN_CYTHON)
def test_a_source_in_cython(weighed, source, weights):
    assert weighed("a.pxi", source) == weights


def test_a_pair_of_calls_holds_a_lock_between_them(tmp_path):
    text = IN_CYTHON["behind the pair"][0]
    (tmp_path / "a.pxi").write_text(text)
    assert [one.hint for one in audit(tmp_path / "a.pxi").findings] == ["rebound in line 8"]
    (tmp_path / "a.pxi").write_text(IN_CYTHON["a pair of calls"][0])
    hint = audit(tmp_path / "a.pxi").findings[0].hint
    assert hint.startswith("rebound with a lock held")


def test_a_signature_file_is_no_fortran(weighed):
    text = "subroutine f(n)\n  integer optional :: n = 3\nend subroutine\n"
    assert weighed("a.pyf.src", text) == []
    assert weighed("a.pyf", text) == []
    assert weighed("a.f90.src", text) == FIX


def test_a_fortran_program_is_no_part_of_an_extension(weighed):
    text = "subroutine f\n  common /pool/ x\nend subroutine\n"
    assert weighed("a.f90", text) == FIX
    assert weighed("b.f90", f"program test\n  call f\nend program\n{text}") == LOOK


def test_a_script_that_the_build_names_can_declare(tmp_path):
    (tmp_path / "a.f90").write_text("subroutine f\n")
    (tmp_path / "meson.build").write_text("f2py = find_program('tools/generate.py')")
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "generate.py"
    script.write_text("run('f2py')")
    assert [one.rule.id for one in audit(tmp_path).findings] == ["undeclared-f2py"]
    script.write_text("run('f2py', '--freethreading-compatible')")
    assert audit(tmp_path).findings == ()
    script.rename(tmp_path / "tools" / "other.py")  # nothing says that the build runs it
    assert len(audit(tmp_path).findings) == 1
