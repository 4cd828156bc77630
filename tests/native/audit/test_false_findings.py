"""Kinds of findings that were wrong in SciPy, PyArrow, NumPy and lxml, each beside one that is right.

A source stands twice where its twin differs in what makes the finding right.
"""

import pytest

from ftguide.native.audit.rules import Weight

FIX, LOOK, QUIET = [Weight.FIX], [Weight.LOOK], []
#: A module whose slot runs `fill`.
SLOTS = "static PyModuleDef_Slot slots[] = {{{{Py_mod_exec, {0}}}, {{Py_mod_gil, x}}}};\n"
ERROR = "static PyObject *Error;\nstatic int fill(PyObject *m) {\n    Error = make();\n}\n"
COUNT = "static int n = 0;\n"
FREED = "static PyObject *cache = NULL;\nstatic void drop(void *m) {\n    cache = NULL;\n}\n"
OBJECT = "static PyObject *uuid = NULL;\n"

IN_C = {
    # What a module's slot runs is over before anybody can call.
    "exec": (ERROR + SLOTS.format("fill"), LOOK),
    "exec behind a cast": (ERROR + SLOTS.format("reinterpret_cast<void *>(fill)"), LOOK),
    "exec calls a part": (
        ERROR + "static int start(PyObject *m) {\n    return fill(m);\n}\n" + SLOTS.format("start"),
        LOOK,
    ),
    "a method calls the same part": (
        ERROR
        + "static int start(PyObject *m) {\n    return fill(m);\n}\nint g(PyObject *m) {\n    fill(m);\n}\n"
        + SLOTS.format("start"),
        FIX,
    ),
    "no slot": (ERROR, FIX),
    "a slot of a type": (
        ERROR + "static PyType_Slot t[] = {{Py_tp_init, fill}, {0, NULL}};\n",
        FIX,
    ),
    # So is what runs when the module or the process ends.
    "m_free": (FREED + "static struct PyModuleDef d = {.m_free = (freefunc)drop};\n", LOOK),
    "m_free by position": (
        FREED
        + "static struct PyModuleDef d = {PyModuleDef_HEAD_INIT, N, 0, 0, t, s, 0, 0, drop};\n",
        LOOK,
    ),
    "m_free calls m_clear": (
        FREED
        + "void end(void *m) {\n    drop(m);\n}\n"
        + "static struct PyModuleDef d = {.m_clear = drop, .m_free = end};\n",
        LOOK,
    ),
    "a method calls m_clear": (
        FREED
        + "int reset(void *m) {\n    drop(m);\n}\n"
        + "static struct PyModuleDef d = {.m_clear = drop};\n",
        FIX,
    ),
    "Py_AtExit": (FREED + "int f(void) {\n    return Py_AtExit(drop);\n}\n", LOOK),
    "atexit": (FREED + "int f(void) {\n    return atexit(&drop);\n}\n", LOOK),
    "dealloc of a type": (FREED + "PyTypeObject t = {.tp_dealloc = (destructor)drop};\n", FIX),
    # Another variable of the same name.
    "parameter": (COUNT + "void f(int n) {\n    n++;\n}\n", LOOK),
    "pointer parameter": (
        COUNT + "void f(const char *s, long *n) {\n    *n = 1;\n    n++;\n}\n",
        LOOK,
    ),
    "type of a parameter": (COUNT + "void f(n) {\n    n++;\n}\n", FIX),
    "local": (COUNT + "void f(void) {\n    long m = 2, n;\n    n = m;\n}\n", LOOK),
    "local after its block": (
        COUNT + "void f(void) {\n    { long n = 2; n++; }\n    n++;\n}\n",
        FIX,
    ),
    "loop": (
        COUNT + "void f(void) {\n    for (int n = 0; n < 3; n++) {\n        g(n);\n    }\n}\n",
        LOOK,
    ),
    "after the loop": (
        COUNT
        + "void f(void) {\n    for (int n = 0; n < 3; n++)\n        g(n);\n    n = g(4);\n}\n",
        FIX,
    ),
    "behind a macro": (
        COUNT
        + "void f(void) {\n    Py_BEGIN_ALLOW_THREADS\n    n = g();\n    Py_END_ALLOW_THREADS\n}\n",
        FIX,
    ),
    "a factor": (COUNT + "void f(void) {\n    int a = b * n;\n    n += a;\n}\n", FIX),
    "the local of another function": (
        COUNT + "void f(void) {\n    int n = 0;\n}\nvoid g(void) {\n    n++;\n}\n",
        FIX,
    ),
    # A variable between two operators is no address.
    "bits": ("static long bits;\nlong f(long x) {\n    return x & bits;\n}\n", LOOK),
    "bits of a call": ("static long bits;\nlong f(void) {\n    return g(1) & bits;\n}\n", LOOK),
    "address": ("static long bits;\nlong f(void) {\n    return g(1, &bits);\n}\n", FIX),
    "address behind a cast": ("static long b[3];\nint f(void) {\n    g((char *)&b);\n}\n", FIX),
    "returned": ("static long bits;\nlong *f(void) {\n    return &bits;\n}\n", LOOK),
    "returned, or another": (
        "static T bits;\nT *f(int x) {\n    return x == 1 ? &bits : other;\n}\n",
        LOOK,
    ),
    "returned by a call": ("static T bits;\nT *f(int x) {\n    return g(x, &bits);\n}\n", FIX),
    # Nobody is given a build for debugging.
    "debug": (COUNT + "void f(void) {\n#ifdef DEBUG\n    n += g();\n#endif\n}\n", LOOK),
    "trace level": (
        COUNT + "void f(void) {\n#if TRACE_LEVEL > 1\n    n += g();\n#endif\n}\n",
        LOOK,
    ),
    "assertions": (COUNT + "void f(void) {\n#ifndef NDEBUG\n    n += g();\n#endif\n}\n", LOOK),
    "no debug": (
        COUNT + "void f(void) {\n#ifdef DEBUG\n    g();\n#else\n    n += g();\n#endif\n}\n",
        FIX,
    ),
    "not debug": (COUNT + "void f(void) {\n#ifndef DEBUG\n    n += g();\n#endif\n}\n", FIX),
    "debug or more": (COUNT + "void f(void) {\n#if DEBUG || X\n    n += g();\n#endif\n}\n", FIX),
    "debug and release": (
        COUNT + "void f(void) {\n#ifdef DEBUG\n    n += g();\n#endif\n    n += h();\n}\n",
        FIX,
    ),
    # A program of its own has no threads but those it starts.
    "program": (COUNT + "void f(void) {\n    n += g();\n}\nint main(void) {\n    f();\n}\n", LOOK),
    "library with a test": (
        COUNT
        + "void f(void) {\n    n += g();\n}\n#ifdef TEST\nint main(void) {\n    f();\n}\n#endif\n",
        FIX,
    ),
    "program behind a condition": (
        "#if A\n#include <a.h>\n#endif\n" + COUNT + "int main(void) {\n    n += g();\n}\n",
        LOOK,
    ),
    "program with threads": (
        COUNT
        + "void f(void) {\n    n += g();\n}\nint main(void) {\n    pthread_create(&t, 0, run, 0);\n}\n",
        FIX,
    ),
    # Announced, and then defined: one variable.
    "announced": (
        "static Thing kind;\nvoid *f(void) {\n    return g((Base *)&kind);\n}\nstatic Thing kind = {1};\n",
        LOOK,
    ),
    "announced only": (
        "static Thing kind;\nvoid *f(void) {\n    return g((Base *)&kind);\n}\n",
        FIX,
    ),
    # What 3.14t does not compile, in conditions of several parts.
    "older": (
        "#if PY_VERSION_HEX < 0x030D0000 && !defined(PYPY_VERSION)\nx = PyList_GetItem(l, 0);\n#endif\n",
        [],
    ),
    "older, or anything": (
        "#if PY_VERSION_HEX < 0x030D0000 || defined(OLD)\nx = PyList_GetItem(l, 0);\n#endif\n",
        FIX,
    ),
    "older, twice": (
        "#if (PY_VERSION_HEX < 0x030900A6 && PY_VERSION_HEX >= 0x030400F0) || 0\n"
        "x = PyList_GetItem(l, 0);\n#endif\n",
        [],
    ),
    "otherwise older": (
        "#if PY_VERSION_HEX >= 0x030D0000 || defined(NEW)\n#else\nx = PyList_GetItem(l, 0);\n#endif\n",
        [],
    ),
    "newer and more": (
        "#if PY_VERSION_HEX >= 0x030D0000 && defined(NEW)\n#else\nx = PyList_GetItem(l, 0);\n#endif\n",
        FIX,
    ),
    # The dict of a thread is its own; what an object holds is free when the object is.
    "dict of the thread": ("d = PyThreadState_GetDict();\nx = PyDict_GetItemString(d, k);\n", []),
    "dict of the interpreter": (
        "d = PyInterpreterState_GetDict(i);\nx = PyDict_GetItem(d, k);\n",
        FIX,
    ),
    "freed": (
        "void Thing_dealloc(Thing *self) {\n    while (PyDict_Next(self->all, &i, &k, &v)) {}\n}\n",
        LOOK,
    ),
    "not freed": (
        "void Thing_walk(Thing *self) {\n    while (PyDict_Next(self->all, &i, &k, &v)) {}\n}\n",
        FIX,
    ),
    "freed, and the dict is the module's": (
        "void Thing_dealloc(Thing *self) {\n    while (PyDict_Next(all, &i, &k, &v)) {}\n}\n",
        FIX,
    ),
}


@pytest.mark.parametrize(("source", "weights"), IN_C.values(), ids=IN_C)
def test_a_source_in_c(weighed, source, weights):
    assert weighed("a.c", source) == weights


#: The static object, and what a runner runs once; LOOK also names the locks of the runner itself.
IN_CPP = {
    "member function": (
        OBJECT
        + "void get() {\n    runner.RunOnce([](Ref &m) {\n        uuid = m.obj();\n    });\n}\n",
        LOOK,
    ),
    "once and store": (
        OBJECT
        + "void get() {\n    storage.call_once_and_store_result([&]() { uuid = make(); return 1; });\n}\n",
        LOOK,
    ),
    "named lambda": (
        OBJECT
        + "void get() {\n    auto make_it = [&]() { uuid = make(); };\n"
        + "    absl::call_once(flag, make_it);\n}\n",
        LOOK,
    ),
    "function": (
        OBJECT
        + "static void make_it(void) {\n    uuid = make();\n}\n"
        + "void get() {\n    call_once(&flag, make_it);\n}\n",
        LOOK,
    ),
    "flag of the interpreter": (
        OBJECT
        + "static int make_it(void *arg) {\n    uuid = make();\n}\nvoid get() {\n"
        + "    _PyOnceFlag_CallOnce(&flag, make_it, NULL);\n}\n",
        LOOK,
    ),
    "part of the function": (
        OBJECT
        + "static void part(void) {\n    uuid = make();\n}\nstatic void make_it(void) {\n    part();\n}\n"
        + "void get() {\n    call_once(&flag, make_it);\n}\n",
        LOOK,
    ),
    "called besides": (
        OBJECT
        + "static void make_it(void) {\n    uuid = make();\n}\n"
        + "void get() {\n    call_once(&flag, make_it);\n}\n"
        + "void again() {\n    make_it();\n}\n",
        FIX,
    ),
    "behind the lambda": (
        OBJECT + "void get() {\n    runner.RunOnce([] { prepare(); });\n    uuid = make();\n}\n",
        FIX,
    ),
    "a runner without a lambda": (
        OBJECT + "void get() {\n    run_once();\n    uuid = make();\n}\n",
        FIX,
    ),
    "a type": (
        "static PyTypeObject *kind; // ftguide: allow static-object a test\nvoid get() {\n"
        "    call_once(flag, [] { kind = PyType_FromSpec(&s); });\n}\n",
        [],
    ),
    "a type on first use": (
        "static PyTypeObject *kind; // ftguide: allow static-object a test\nvoid get() {\n"
        "    if (!kind) { kind = PyType_FromSpec(&s); }\n}\n",
        FIX,
    ),
    "parameter of a lambda": (
        COUNT + "void f() {\n    auto g = [&](int a, long n) {\n        n++;\n    };\n}\n",
        LOOK,
    ),
    "behind that lambda": (
        COUNT + "void f() {\n    auto g = [&](long n) { n++; };\n    n++;\n}\n",
        FIX,
    ),
    "container of a template": (
        "static int data[2] = {1};\nvoid f() {\n    std::array<long, 2> data = {1};\n    data[0] = 1;\n}\n",
        [],
    ),
    "member": (
        COUNT + "class A {\n    int n;\n    void f() { n++; }\n};\nvoid g() {\n    use(n);\n}\n",
        LOOK,
    ),
    "no member": (COUNT + "class A {\n    int m;\n    void f() { n++; }\n};\n", FIX),
    "static member": (
        "class A {\n    static int n;\n    void f();\n};\nint A::n = 0;\nvoid A::f() { n++; }\n",
        FIX,
    ),
    "member of another class": (
        "class B {\n    int n;\n    void f();\n};\nint A::n = 0;\nvoid B::f() { n++; }\n",
        LOOK,
    ),
    # A class whose body holds statics of functions declares none itself.
    "in a template": (
        "template <class T> class A<T, 7> {\npublic:\n   static T const &one() {\n"
        "      static constexpr T data = {\n         1,\n      };\n      return data;\n   }\n"
        "   static T const &two() {\n      static std::array<T, 4> data = {\n         2,\n      };\n"
        "      return data;\n   }\n};\n",
        LOOK,
    ),
}

#: A member that a const method of a type for Python can write, and another method.
MEMBER = (
    "class A {{\n    mutable int n;\n    void f(PyObject *o) const {{ {} }}\n"
    "    int g() const {{ {} }}\n}};\n"
)
MUTABLE = {
    "nothing says that threads share the object": (
        "class A {\n    mutable int called;\n    void f() const { called = 1; }\n};\n",
        LOOK,
    ),
    "with Python": (
        "class A {\n    mutable int called;\n    void f(PyObject *o) const { called = 1; }\n};\n",
        FIX,
    ),
    "added to": (MEMBER.format("n += 1;", "return n;"), FIX),
    "made with the object": (
        "class A {\n    mutable int n = 1;\n    A(PyObject *o) { n = 2; }\n"
        "    int g() const { return n; }\n};\n",
        LOOK,
    ),
    "made once": (MEMBER.format("call_once(flag, [this] { n = 1; });", "return 0;"), QUIET),
    "made once and read behind it": (
        MEMBER.format("call_once(flag, [this] { n = 1; }); use(n);", "return 0;"),
        QUIET,
    ),
    "made once and read before": (
        MEMBER.format("use(n); call_once(flag, [this] { n = 1; });", "return 0;"),
        LOOK,
    ),
    "made once and read elsewhere": (
        MEMBER.format("call_once(flag, [this] { n = 1; });", "return n;"),
        LOOK,
    ),
    "made once and set elsewhere": (
        MEMBER.format("call_once(flag, [this] { n = 1; });", "n = 2; return 0;"),
        FIX,
    ),
    "made by a method that runs once": (
        MEMBER.format("call_once(flag, &A::make, this); use(n);", "return 0;")
        + "void A::make() const { n = 1; }\n",
        QUIET,
    ),
    "made by such a method that others call": (
        MEMBER.format("call_once(flag, &A::solve, this); use(n);", "solve(); return 0;")
        + "void A::solve() const { n = 1; }\n",
        FIX,
    ),
    "pthread_once": (
        MEMBER.format("pthread_once(&flag, make); use(n);", "return 0;")
        + "static void make(void) { a->n = 1; }\n",
        QUIET,
    ),
    "by the value of a static": (
        MEMBER.format("static bool done = [this] { n = 1; return true; }(); use(n);", "return 0;"),
        QUIET,
    ),
    "by a static that holds the lambda": (
        MEMBER.format("static auto make = [this] { n = 1; }; make(); use(n);", "return 0;"),
        FIX,
    ),
}


@pytest.mark.parametrize(("source", "weights"), IN_CPP.values(), ids=IN_CPP)
def test_a_source_in_cpp(weighed, source, weights):
    assert weighed("a.cpp", source) == weights


@pytest.mark.parametrize(("source", "weights"), MUTABLE.values(), ids=MUTABLE)
def test_a_member_that_a_const_method_can_write(weighed, source, weights):
    assert weighed("a.cpp", source, "mutable-member") == weights
