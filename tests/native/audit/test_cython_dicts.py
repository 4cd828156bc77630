"""`get` of what Cython knows to be a dict.

Each form was compiled with Cython 3.3.1, and with 3.1.8 and 3.2.9 where those know it. Where FIX or LOOK
stands here, the C has `__Pyx_PyDict_GetItemDefault`, which borrows; where QUIET stands, it has not, or
nobody else can change the dict.
"""

import pytest

from ftguide.native.audit.cython_declared import extension_types, merge_types, normal
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.scan import audit

FIX, LOOK, QUIET = [Weight.FIX], [Weight.LOOK], []

TYPE = """
cimport cython
cdef class Memo:
    cdef dict known, fixed
    cdef object any
    cdef readonly dict shown
    cdef Memo other
    cdef:
        dict block
    noted: dict
    said = cython.declare(dict)

    def __init__(self, pairs):
        self.known = {}
        self.fixed = dict(pairs)

    def put(self, key, value):
        self.known[key] = self.any[key] = self.block[key] = value
        self.noted.update(value)
        del self.said[key]
"""
MADE = "cdef dict made(x):\n    return g(x)\n\n"
ROOM = "cdef dict room = {}\n\ndef put(key, value):\n    room[key] = value\n\n"

METHODS = {
    "a field": ("return self.known.get(key)", FIX),
    "with a default": ("return self.known.get(key, 0)", FIX),
    "with a string": ("return self.known.get('a b, c')", FIX),
    "over several lines": (
        "return self.known.get(\n            key,\n            0,\n        )",
        FIX,
    ),
    "in a condition": ("if self.known.get(key): return 1", FIX),
    "of a block": ("return self.block.get(key)", FIX),
    "annotated": ("return self.noted.get(key)", FIX),
    "pure Python's way": ("return self.said.get(key)", FIX),
    "of another object": ("return self.other.known.get(key)", FIX),
    "two objects on": ("return self.other.other.known.get(key)", FIX),
    "of a cast": ("return (<Memo>key).known.get(key)", FIX),
    "in parentheses": ("return (self.known).get(key)", FIX),
    "or an empty one": ("return (self.known or {}).get(key)", FIX),
    "under another name": ("d = self.known\n        return d.get(key)", FIX),
    "under a declared name": ("cdef dict d = self.known\n        return d.get(key)", FIX),
    "unbound": ("return dict.get(self.known, key)", FIX),
    "in a loop": ("return [self.known.get(one) for one in key]", FIX),
    "Python can change it": ("return self.shown.get(key)", LOOK),
    "nobody changes it": ("return self.fixed.get(key)", QUIET),
    "an object": ("return self.any.get(key)", QUIET),
    "cast to an object": ("return (<object>self.known).get(key)", QUIET),
    "named an object": ("cdef object d = self.known\n        return d.get(key)", QUIET),
    "an object that may be one": ("return key.known.get(key)", QUIET),
    "a copy": ("return self.known.copy().get(key)", QUIET),
    "with a star": ("return self.known.get(*key)", QUIET),
    "its values": ("return self.known[0].get(key)", QUIET),
    "an item": ("return self.known[key]", QUIET),
    "asked": ("return key in self.known", QUIET),
    "set, if not there": ("return self.known.setdefault(key, 0)", QUIET),
    "a section of the dict": (
        "with cython.critical_section(self.known):\n            return self.known.get(key)",
        QUIET,
    ),
    "a section of the object": (
        "with cython.critical_section(self):\n            return self.known.get(key)",
        LOOK,
    ),
}

FUNCTIONS = {
    "of the module": (ROOM + "def f(key):\n    return room.get(key)\n", FIX),
    "of a block of the module": (
        "cdef:\n    dict room = {}\n\ndef f(key):\n    room.clear()\n    return room.get(key)\n",
        FIX,
    ),
    "rebound": (
        "cdef dict room = {}\n\ndef f(key):\n    global room\n    room = {}\n    return room.get(key)\n",
        FIX,
    ),
    "set, if not there": (
        "cdef dict room = {}\n\ndef f(key):\n    room.setdefault(key, 1)\n    return room.get(key)\n",
        QUIET,
    ),
    "never changed": ("cdef dict room = {1: 2}\n\ndef f(key):\n    return room.get(key)\n", QUIET),
    "an object of the module": (
        ROOM.replace("cdef dict ", "") + "def f(k):\n    return room.get(k)\n",
        QUIET,
    ),
    "in what an import runs": (
        ROOM + "def f(k):\n    return room.get(k)\n\nlimit = 1\nf(limit)\n",
        QUIET,
    ),
    "at import": (ROOM + "x = room.get(1)\n", QUIET),
    "a local one of that name": (
        ROOM + "def f(k):\n    room = {}\n    return room.get(k)\n",
        QUIET,
    ),
    "through another name": (
        "cdef dict room = {}\n\ndef f(k):\n    d = room\n    d[k] = 1\n\ndef g(k):\n    return room.get(k)\n",
        FIX,
    ),
    "a parameter": ("def f(dict d, k):\n    return d.get(k)\n", LOOK),
    "a parameter, twice": ("def f(dict d, k):\n    return d.get(k) or d.get(0)\n", LOOK),
    "an annotation": ("def f(d: dict[str, int] | None, k):\n    return d.get(k)\n", LOOK),
    "no None": ("def f(dict d not None, k):\n    return d.get(k)\n", LOOK),
    "declared by a decorator": (
        "@cython.locals(d=dict)\ndef f(d, k):\n    return d.get(k)\n",
        LOOK,
    ),
    "of a function around it": (
        "def f(dict d):\n    def g(k):\n        return d.get(k)\n    return g\n",
        LOOK,
    ),
    "returned": (MADE + "def f(k):\n    return made(k).get(k)\n", LOOK),
    "a cast": ("def f(d, k):\n    return (<dict>d).get(k)\n", LOOK),
    "a cast that asks": ("def f(d, k):\n    return (<dict?>d).get(k)\n", LOOK),
    "of any origin": ("def f(o, k):\n    cdef dict c, d\n    d = o\n    return d.get(k)\n", LOOK),
    "an untyped parameter": ("def f(d, k):\n    return d.get(k)\n", QUIET),
    "given an untyped value, too": (
        "def f(k, v):\n    d = {}\n    if k: d = v\n    return d.get(k)\n",
        QUIET,
    ),
    "taken from a loop": ("def f(ds, k):\n    for d in ds:\n        d.get(k)\n", QUIET),
    "keywords": ("def f(**kw):\n    return kw.get(1)\n", QUIET),
    "made here": ("def f(k):\n    d = {1: 2}\n    return d.get(k)\n", QUIET),
    "made here, declared": (
        "def f(k):\n    cdef dict d = {}\n    d[k] = 1\n    return d.get(k)\n",
        QUIET,
    ),
    "made here, and stored": (
        "def f(o, k):\n    d = {}\n    o.d = d\n    return d.get(k)\n",
        LOOK,
    ),
    "a set": ("def f(k):\n    d = {1, 2}\n    return d.get(k)\n", QUIET),
    "of a new object": (TYPE + "def f(k):\n    m = Memo()\n    return m.known.get(k)\n", QUIET),
    "of an object given": (TYPE + "def f(Memo m, k):\n    return m.known.get(k)\n", FIX),
}


@pytest.mark.parametrize("name", METHODS)
def test_in_a_method(weighed, name):
    body, expected = METHODS[name]
    source = f"{TYPE}\n    def ask(self, key):\n        {body}\n"
    assert weighed("a.pyx", source, "dict-get") == expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_in_a_function(weighed, name):
    source, expected = FUNCTIONS[name]
    assert weighed("a.pyx", source, "dict-get") == expected


def test_a_method_that_only_locked_ones_call(weighed):
    part = "\n    cdef _ask(self, key):\n        return self.known.get(key)\n"
    call = "\n    def ask(self, key):\n        {0}return self._ask(key)\n"
    held = call.format("with cython.critical_section(self):\n            ")
    assert weighed("a.pyx", TYPE + part + held, "dict-get") == QUIET
    assert weighed("a.pyx", TYPE + part + call.format(""), "dict-get") == FIX


def test_an_inherited_field(weighed):
    part = "\ncdef class More(Memo):\n    def ask(self, key):\n        return self.known.get(key)\n"
    assert weighed("a.pyx", TYPE + part, "dict-get") == FIX
    assert weighed("a.pyx", TYPE + part.replace("(Memo)", ""), "dict-get") == QUIET


def test_a_type_that_another_source_declares(tmp_path):
    (tmp_path / "memo.pxd").write_text("cdef class Memo:\n    cdef dict known\n")
    source = "import cython\n\nclass Memo:\n    def ask(self, key):\n        return self.known.get(key)\n"
    (tmp_path / "memo.py").write_text(source)
    assert [(one.rule.id, one.weight) for one in audit(tmp_path).findings] == [
        ("dict-get", LOOK[0])
    ]
    (tmp_path / "memo.py").write_text(
        source + "    def put(self, key):\n        self.known[key] = 1\n"
    )
    assert ("dict-get", FIX[0]) in [(one.rule.id, one.weight) for one in audit(tmp_path).findings]
    (tmp_path / "memo.pxd").write_text("cdef class Memo:\n    cdef object known\n")
    assert "dict-get" not in [one.rule.id for one in audit(tmp_path).findings]


def test_the_finding_names_who_changes_it(tmp_path):
    (tmp_path / "a.pyx").write_text(
        f"{TYPE}\n    def ask(self, key):\n        return self.known.get(key)\n"
    )
    hints = [one.hint for one in audit(tmp_path).findings if one.rule.id == "dict-get"]
    assert hints == ["changed in line 18; (<object>self.known).get(…) gives a reference of its own"]


def test_types_of_one_name_that_disagree():
    known = extension_types("cdef class A:\n    cdef dict d\n    cdef dict e\n")
    merge_types(known, extension_types("cdef class A(B):\n    cdef dict d\n    cdef list e\n"))
    assert known["A"].fields == {"d": "dict"}
    assert known["A"].base == "B"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dict", "dict"),
        ("Optional[dict[str, int]]", "dict"),
        ("typing.Dict[str, int]", "dict"),
        ("dict | None", "dict"),
        ("dict not None", "dict"),
        ("module.Memo", "Memo"),
        ("list[dict]", "list"),
    ],
)
def test_the_name_of_a_type(said, meant):
    assert normal(said) == meant
