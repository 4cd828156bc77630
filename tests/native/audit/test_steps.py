"""The rules of two steps in C++ and Cython, each beside what keeps it quiet."""

import pytest

from ftguide.native.audit.rules import Weight

FIX, LOOK, QUIET = [Weight.FIX], [Weight.LOOK], []

CLASS = (
    "class Ring {{\n    std::{0} items;\n    std::mutex m;\npublic:\n"
    "    int f(int k) {{\n{1}\n    }}\n}};\n"
)
LOCK = "        std::lock_guard<std::mutex> hold(m);\n"
RELEASE = "        py::gil_scoped_release others;\n"
POP = "        if (!items.empty()) {\n            items.pop_front();\n        }"
KEY = "        if (items.find(k) == items.end())\n            items[k] = make();"

IN_CPP = {
    "asked-then-changed: whether it is empty": (CLASS.format("deque<int>", POP), LOOK),
    "asked-then-changed: whether it has a key": (CLASS.format("map<int, int>", KEY), LOOK),
    "iterator-position: a method": (
        "class Walk {\npublic:\n    int next() {\n        return items_[at_++];\n    }\n};\n",
        LOOK,
    ),
    "iterator-position: a lock is held in the method": (
        "class Walk {\npublic:\n    int next() {\n"
        + LOCK
        + "        return items_[at_++];\n    }\n};\n",
        QUIET,
    ),
    "owner-count: of a class": (
        "class Block {\n    int refs_;\n    void keep() { ++refs_; }\n"
        "    void drop() {\n        if (--refs_ == 0) delete this;\n    }\n};\n",
        LOOK,
    ),
    "owner-count: an atomic of a class": (
        "class Block {\n    std::atomic<int> refs_;\n    void keep() { ++refs_; }\n"
        "    void drop() {\n        if (--refs_ == 0) delete this;\n    }\n};\n",
        QUIET,
    ),
    "asked-then-changed: a lock is held": (CLASS.format("deque<int>", LOCK + POP), QUIET),
    "asked-then-changed: it has the key of a local": (
        CLASS.format("map<int, int>", KEY.replace("items", "local")),
        QUIET,
    ),
    "changed-while-released: a container": (
        CLASS.format("vector<int>", RELEASE + "        items.push_back(k);").replace(
            "    std::mutex m;\n", ""
        ),
        FIX,
    ),
    "changed-while-released: a lock is held": (
        CLASS.format("vector<int>", RELEASE + LOCK + "        items.push_back(k);"),
        QUIET,
    ),
    "changed-while-released: the lock is elsewhere": (
        CLASS.format(
            "vector<int>",
            "        {\n" + LOCK + "        }\n" + RELEASE + "        items.push_back(k);",
        ),
        LOOK,
    ),
    "changed-while-released: by the binding": (
        CLASS.format("vector<int>", "        items.push_back(k);") + "void bind(py::module_ m) {\n"
        '    c.def("f", &Ring::f, py::call_guard<py::gil_scoped_release>());\n}\n',
        FIX,
    ),
    "changed-while-released: another method's guard": (
        CLASS.format("vector<int>", "        items.push_back(k);")
        + 'void bind(py::module_ m) {\n    c.def("f", &Ring::f)'
        '.def("g", &Ring::g, py::call_guard<py::gil_scoped_release>());\n}\n',
        QUIET,
    ),
}

TYPE = "cdef class Ring:\n    cdef list items\n    cdef double *data\n\n"

IN_CYTHON = {
    "owner-count: asked in the next line": (
        "    def f(self):\n        self.block.refs -= 1\n"
        "        if self.block.refs == 0:\n            end()\n",
        LOOK,
    ),
    "owner-count: a critical section": (
        "    @cython.critical_section\n    def f(self):\n        self.block.refs -= 1\n"
        "        if self.block.refs == 0:\n            end()\n",
        QUIET,
    ),
    "iterator-position: moves": ("    def __next__(self):\n        self.at += 1\n", LOOK),
    "iterator-position: a lock is held": (
        "    def __next__(self):\n        with self.lock:\n            self.at += 1\n",
        QUIET,
    ),
    "iterator-position: no iterator": ("    def f(self):\n        self.at += 1\n", QUIET),
    "moving-storage: moves": (
        "    def f(self, n):\n        self.data = realloc(self.data, n)\n",
        FIX,
    ),
    "moving-storage: freed, then made": (
        "    def f(self, n):\n        free(self.data)\n        self.data = <double *>malloc(n)\n",
        FIX,
    ),
    "moving-storage: freed": (
        "    def f(self, n):\n        free(self.data)\n        self.data = NULL\n",
        QUIET,
    ),
    "moving-storage: the object is made": (
        "    def __cinit__(self, n):\n        self.data = realloc(self.data, n)\n",
        QUIET,
    ),
    "moving-storage: its callers hold a lock": (
        "    cdef void grow(self, n):\n        self.data = realloc(self.data, n)\n\n"
        "    def f(self, n):\n        with cython.critical_section(self):\n            self.grow(n)\n",
        QUIET,
    ),
    "moving-storage: one caller holds none": (
        "    cdef void grow(self, n):\n        self.data = realloc(self.data, n)\n\n"
        "    def f(self, n):\n        with cython.critical_section(self):\n            self.grow(n)\n\n"
        "    def g(self, n):\n        self.grow(n)\n",
        LOOK,
    ),
    "asked-then-changed: whether it has one": (
        "    def f(self):\n        while self.items:\n            self.items.pop()\n",
        LOOK,
    ),
    "asked-then-changed: it says what it does without": (
        "    def f(self):\n        if self.items:\n            try:\n                self.items.pop()\n"
        "            except IndexError:\n                pass\n",
        QUIET,
    ),
    "asked-then-changed: whether it has the key": (
        "    def f(self, k):\n        if k not in self.items:\n            self.items[k] = make()\n",
        LOOK,
    ),
    "asked-then-changed: a key that is not there is refused": (
        "    def f(self, k):\n        if k not in self.items:\n            raise KeyError(k)\n"
        "        self.items[k] = 1\n",
        QUIET,
    ),
    "iterator-position: only set, and never read": (
        "    def __next__(self):\n        self.error = 1\n",
        QUIET,
    ),
    "asked-then-changed: only read, and nothing takes it away": (
        "    def f(self, k):\n        if k in self.items:\n            return self.items[k]\n",
        QUIET,
    ),
    "asked-then-changed: read, and another takes it away": (
        "    def f(self, k):\n        if k in self.items:\n            return self.items[k]\n\n"
        "    def g(self):\n        self.items.clear()\n",
        LOOK,
    ),
    "asked-then-changed: a lock is held": (
        "    def f(self):\n        with self.lock:\n            if self.items:\n"
        "                self.items.pop()\n",
        QUIET,
    ),
    "changed-while-released: in a block": (
        "    def f(self):\n        with nogil:\n            self.count += 1\n",
        LOOK,
    ),
    "changed-while-released: the function is": (
        "    cdef void f(self) noexcept nogil:\n        self.values.push_back(1)\n",
        LOOK,
    ),
    "changed-while-released: behind the block": (
        "    def f(self):\n        with nogil:\n            wait()\n        self.count += 1\n",
        QUIET,
    ),
    "early-mark: set first": (
        "    def f(self):\n        self.loaded = True\n        self.table = make()\n\n"
        "    def g(self):\n        if self.loaded:\n            return self.table\n",
        LOOK,
    ),
    "early-mark: set last": (
        "    def f(self):\n        self.table = make()\n        self.loaded = True\n\n"
        "    def g(self):\n        if self.loaded:\n            return self.table\n",
        QUIET,
    ),
}

ASKED = "fn f(d: &Bound<PyDict>) {{\n    {0}\n}}\n"
SET = "if !d.contains(k)? { d.set_item(k, v)?; }"
LOCKED = "if !self.m.lock().unwrap().contains_key(&k) { self.m.lock().unwrap().insert(k, v); }"

IN_RUST = {
    "asked-then-changed: a dict": (ASKED.format(SET), LOOK),
    "asked-then-changed: a dict made here": (
        ASKED.format("let d = PyDict::new(py);\n    " + SET),
        QUIET,
    ),
    "asked-then-changed: a critical section": (
        ASKED.format("with_critical_section(d, || {\n    " + SET + "\n    });"),
        QUIET,
    ),
    "asked-then-changed: another function": (
        ASKED.format("d.contains(k)?;\n}\nfn g() {\n    d.set_item(k, v)?;"),
        QUIET,
    ),
    "asked-then-changed: the lock is taken twice": (ASKED.format(LOCKED), LOOK),
    "asked-then-changed: the lock is held": (
        ASKED.format(
            "let mut m = self.m.lock().unwrap();\n    "
            + LOCKED.replace("self.m.lock().unwrap()", "m")
        ),
        QUIET,
    ),
}


@pytest.mark.parametrize("name", IN_CPP)
def test_in_cpp(weighed, name):
    source, expected = IN_CPP[name]
    source = f"#include <pybind11/pybind11.h>\nnamespace py = pybind11;\n{source}"
    assert weighed("a.cpp", source, name.partition(":")[0]) == expected


@pytest.mark.parametrize("name", IN_CYTHON)
def test_in_cython(weighed, name):
    source, expected = IN_CYTHON[name]
    assert weighed("a.pyx", TYPE + source, name.partition(":")[0]) == expected


@pytest.mark.parametrize("name", IN_RUST)
def test_in_rust(weighed, name):
    source, expected = IN_RUST[name]
    assert weighed("a.rs", source, name.partition(":")[0]) == expected
