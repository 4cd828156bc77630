"""Each rule fires on its mistake, on the right line, and keeps quiet about what looks like it."""

import pytest

from ftguide.native.audit.rules import RULES, Weight
from tests.native.audit.test_steps import IN_CPP
from tests.native.audit.test_steps_c import IN_C

#: Rule, file name, source; the mistake is on the line that ends in "HERE".
MISTAKES = [
    ("borrowed-reference", "a.c", "x = PyList_GetItem(l, 0); // HERE"),
    ("borrowed-reference", "a.c", "x = PyDict_GetItemString (d, k); // HERE"),
    ("borrowed-reference", "a.c", "x = PyWeakref_GetObject(w); // HERE"),
    ("borrowed-reference", "a.c", "x = PyImport_AddModule(n); // HERE"),
    ("borrowed-reference", "a.cpp", "x = PyList_GET_ITEM(l, i); // HERE"),
    ("borrowed-reference", "a.pxi", "x = PyDict_GetItem(d, k) # HERE"),
    ("dict-next", "a.c", "while (PyDict_Next(d, &p, &k, &v)) // HERE"),
    ("sequence-fast", "a.c", "x = PySequence_Fast_GET_ITEM(s, i); // HERE"),
    ("static-object", "a.c", "static PyObject *cache; // HERE"),
    ("static-object", "a.c", "static PyObject* cache = NULL; // HERE"),
    ("static-object", "a.cpp", "void f() {\n    static py::object empty = py::dict(); // HERE\n}"),
    ("static-object", "a.c", "PyObject *error = NULL; // HERE"),
    ("static-object", "a.pxi", "cdef dict _cache = {} # HERE"),
    ("static-object", "a.pxi", "_cache = {} # HERE"),
    ("static-object", "a.rs", "static mut NAME: *mut PyObject = null_mut(); // HERE"),
    ("static-object", "a.rs", "static X: GILOnceCell<Py<PyAny>> = GILOnceCell::new(); // HERE"),
    ("static-state", "a.c", "static int ready = 0; // HERE"),
    ("static-state", "a.c", "static char buffer[64]; // HERE"),
    (
        "static-state",
        "a.c",
        "int f(void) {\n    static long calls; // HERE\n    return calls++;\n}",
    ),
    ("static-state", "a.c", "int counter; // HERE"),
    ("static-state", "a.c", "struct point origin; // HERE"),
    ("static-state", "a.cpp", "namespace x {\nstd::vector<int> pool; // HERE\n}"),
    ("static-state", "a.cpp", "static std::map<int, int> memo{}; // HERE"),
    ("static-state", "a.pxi", "cdef int counter = 0 # HERE"),
    ("static-state", "a.rs", "static mut COUNT: u32 = 0; // HERE"),
    (
        "lazy-type",
        "a.c",
        "static PyTypeObject *T; // ftguide: allow static-object a test\n"
        "void f(void) {\n    T = (PyTypeObject *)PyType_FromSpec(&s); // HERE\n}",
    ),
    ("refcount-test", "a.c", "if (Py_REFCNT(o) == 1) { // HERE"),
    ("refcount-test", "a.c", "if (1 == Py_REFCNT(self->x)) { // HERE"),
    ("refcount-test", "a.c", "if (o->ob_refcnt > 1) { // HERE"),
    ("refcount-test", "a.cpp", "if (o.ref_count() == 1) { // HERE"),
    ("refcount-test", "a.rs", "if o.get_refcnt(py) == 1 { // HERE"),
    ("gil-macro-value", "a.c", "#if Py_GIL_DISABLED == 0 // HERE"),
    ("gil-macro-value", "a.c", "#if defined(X) && !Py_GIL_DISABLED // HERE"),
    ("gil-macro-value", "a.c", "#  elif Py_GIL_DISABLED != 1 // HERE\n#endif"),
    (
        "late-setgil",
        "a.c",
        "static int run(PyObject *m) {\n    PyUnstable_Module_SetGIL(m, x); // HERE\n}\n"
        "// ftguide: allow undeclared-slot a test\n"
        "static PyModuleDef_Slot s[] = {{Py_mod_exec, run}, {0, NULL}};",
    ),
    ("undeclared-slot", "a.c", "static PyModuleDef_Slot s[] = {{0, NULL}}; // HERE"),
    ("undeclared-slot", "a.c", "{Py_mod_gil, Py_MOD_GIL_USED}, // HERE"),
    (
        "undeclared-single-phase",
        "a.c",
        "PyMODINIT_FUNC PyInit_a(void) {\n    return PyModule_Create(&d); // HERE\n}",
    ),
    ("undeclared-pybind11", "a.cpp", "PYBIND11_MODULE(a, m) { // HERE\n}"),
    ("undeclared-nanobind", "a.cpp", "NB_MODULE(a, m) { // HERE\n}"),
    ("undeclared-cython", "a.pyx", "def f(): # HERE\n    pass"),
    ("undeclared-swig", "a.i", "%module a // HERE"),
    ("pyo3-gil-used", "a.rs", "#[pymodule(gil_used = true)] // HERE"),
    ("static-state", "a.cpp", "inline std::vector<int> pool; // HERE"),
    ("static-state", "a.f90", "subroutine f\n  integer :: calls = 0 ! HERE\nend subroutine"),
    ("static-state", "a.f90", "module m\n  integer :: calls ! HERE\ncontains\nend module"),
    ("static-state", "a.f90", "subroutine f\n  common /pool/ x ! HERE\nend subroutine"),
    ("pyo3-mut-self", "a.rs", "#[pymethods]\nimpl A {\n    fn f(&mut self) {} // HERE\n}"),
    ("gil-as-lock", "a.c", "s = PyGILState_Ensure(); // HERE"),
    ("gil-as-lock", "a.c", "Py_BLOCK_THREADS // HERE"),
    ("gil-as-lock", "a.cpp", "    py::gil_scoped_acquire attach; // HERE"),
    ("gil-as-lock", "a.pxi", "cdef void f() noexcept with gil: # HERE"),
    ("native-lock", "a.cpp", "std::lock_guard<std::mutex> hold(m); // HERE"),
    ("native-lock", "a.c", "pthread_mutex_lock(&m); // HERE"),
    (
        "return-in-critical-section",
        "a.c",
        "Py_BEGIN_CRITICAL_SECTION(o);\nif (x) return NULL; // HERE\nPy_END_CRITICAL_SECTION();",
    ),
    ("ob-mutex", "a.c", "PyMutex_Lock(&o->ob_mutex); // HERE"),
    ("object-allocator", "a.c", "b = PyObject_Malloc(64); // HERE"),
    ("libc-static", "a.c", "t = localtime(&now); // HERE"),
    ("unsafe-sync", "a.rs", "unsafe impl Sync for Handle {} // HERE"),
    ("removed-api", "a.c", "PyEval_InitThreads(); // HERE"),
    (
        "lazy-field",
        "a.c",
        "PyObject *get(PyObject *o) {\n    if (o->x == NULL) // HERE\n        o->x = make();\n}",
    ),
    (
        "lazy-field",
        "a.c",
        "PyObject *get(Py *s) {\n    PyObject *x = s->x;\n"
        "    if (!x) { // HERE\n        s->x = make();\n    }\n}",
    ),
    (
        "lazy-field",
        "a.c",
        "int shut(Py_ssize_t n, PyObject *o) {\n    if (o->at) { // HERE\n"
        "        close_it(o->at);\n        o->at = NULL;\n    }\n}",
    ),
    (
        "lazy-field",
        "a.c",
        "long hash(PyObject *o) {\n    long h = o->hash;\n    if (h != -1) // HERE\n        return h;\n"
        "    o->hash = compute(o);\n}",
    ),
    (
        "lazy-field",
        "a.c",
        "PyObject *shut(PyObject *o) {\n    if (o->closed) // HERE\n        Py_RETURN_NONE;\n"
        "    o->closed = 1;\n}",
    ),
    (
        "lazy-field",
        "a.pxi",
        "class A:\n    def get(self):\n        if self.x is not None: # HERE\n            return self.x\n"
        "        self.x = make()\n",
    ),
    (
        "lazy-field",
        "a.rs",
        "fn f() {\n    if !READY.load(Relaxed) { // HERE\n        READY.store(true, Relaxed);\n    }\n}",
    ),
    (
        "static-state",
        "a.c",
        "static int n; // HERE\nvoid init_once(void) {\n    n = 1;\n}\nvoid f(void) {\n    init_once();\n}",
    ),
    ("borrowed-reference", "a.rs", "let x = ffi::PyList_GetItem(l, 0); // HERE"),
    ("dict-next", "a.rs", "while ffi::PyDict_Next(d, p, k, v) != 0 {} // HERE"),
    ("sequence-fast", "a.rs", "fn f(l: &PyList) {\n    l.get_item_unchecked(0); // HERE\n}"),
    (
        "odd-one-out",
        "a.c",
        "".join(
            f"int f{n}(Ring *self) {{\n    Py_BEGIN_CRITICAL_SECTION(self);\n    self->n += {n};\n"
            "    Py_END_CRITICAL_SECTION();\n}\n"
            for n in range(2)
        )
        + "int g(Ring *self) {\n    self->n--; // HERE\n}",
    ),
    (
        "unlocked-type",
        "a.c",
        "typedef struct {\n    PyObject_HEAD // HERE\n    long n;\n} Box;\n"
        "PyObject *f(Box *self) {\n    self->n = 1;\n}\n"
        "static PyMethodDef methods[] = {{0}};",
    ),
    ("mutable-member", "a.cpp", "class A {\n    mutable std::string name_; // HERE\n};"),
    (
        "lazy-binding",
        "a.cpp",
        "py::object wrap(T x) {\n    if (!known()) {\n"
        '        py::class_<T>(m, "T"); // HERE\n    }\n}',
    ),
    ("private-layout", "a.c", "x = ((PyListObject *)o)->ob_item; // HERE"),
    ("private-layout", "a.c", "PyGC_Head *head; // HERE\n".replace("head;", "f(void);")),
    ("bytearray-storage", "a.c", "p = PyByteArray_AS_STRING(o); // HERE"),
    (
        "bytearray-storage",
        "a.rs",
        "fn f(x: &PyByteArray) {\n    let y = unsafe { x.as_bytes() }; // HERE\n}",
    ),
    (
        "lock-left-held",
        "a.c",
        "int f(int x) {\n    PyMutex_Lock(&m);\n    if (x)\n        return 1; // HERE\n"
        "    PyMutex_Unlock(&m);\n    return 0;\n}",
    ),
    (
        "yield-in-section",
        "a.pxi",
        "def f(x):\n    with cython.critical_section(x):\n        yield x # HERE\n",
    ),
    (
        "native-lock",
        "a.rs",
        "use pyo3;\nfn f(py: Python<'_>) {\n    let g = M.lock().unwrap(); // HERE\n    py.import(n);\n}",
    ),
    ("allow-without-reason", "a.c", "int f(void); // ftguide: allow static-state\n"),
]


@pytest.mark.parametrize(("rule", "name", "source"), MISTAKES)
def test_a_mistake_is_found_on_its_line(found, rule, name, source):
    lines = source.split("\n")
    line = next((n for n, text in enumerate(lines, 1) if "HERE" in text), 1)
    assert found(name, source + "\n") == [(rule, line)]


def test_every_rule_has_a_mistake():
    tested = {rule for rule, _, _ in MISTAKES}
    elsewhere = {"undeclared-f2py"}  # in test_projects.py
    elsewhere |= {"dict-get", "linked-list"}  # in test_cython_dicts.py, test_linked.py
    elsewhere |= {rule.partition(":")[0] for rule in (*IN_C, *IN_CPP)}  # in the tests of steps
    assert set(RULES) - tested == elsewhere


#: Two methods with a lock, and a function that writes what they write, without it.
RING = (
    "".join(
        f"int f{n}(Ring *self) {{\n    Py_BEGIN_CRITICAL_SECTION(self);\n    self->n += {n};\n"
        "    Py_END_CRITICAL_SECTION();\n}\n"
        for n in range(2)
    )
    + "static void part(Ring *self) {\n    self->n--;\n}\n"
)

FINE = [
    ("a.c", "/* PyList_GetItem(l, 0) and static int x; */\n// Py_REFCNT(o) == 1"),
    ("a.c", 'puts("PyList_GetItem(l, 0); static int x;");'),
    ("a.cpp", '    auto s = R"(static PyObject *x; Py_REFCNT(o) == 1)";'),
    ("a.pxi", '"""PyDict_GetItem(d, k)"""\n# cdef int counter = 0'),
    ("a.rs", "// static mut X: u32 = 0;\nfn f<'a>(x: &'a str) -> char { 'x' }"),
    ("a.c", "static const int limit = 3;\nstatic const char *const names[] = {0};"),
    ("a.c", "static char *kwlist[] = {NULL};\nstatic int primes[] = {2, 3, 5};"),
    ("a.c", "static PyMethodDef methods[] = {{0}};\nstatic struct PyModuleDef m = {0};"),
    (
        "a.c",
        "static PyMutex lock = {0};\nstatic _Atomic long hits = 0;\nstatic _Thread_local int d;",
    ),
    ("a.c", "static int f(void);\nstatic inline int g(void) { int x; return x; }"),
    ("a.c", "typedef struct {\n    int field;\n} thing;\nextern int elsewhere;\nstruct forward;"),
    ("a.c", "int f(void)\n{\n    int local = 3;\n    return local;\n}"),
    ("a.cpp", "class A {\n    int field;\n};\nstatic std::once_flag once;"),
    ("a.c", "#ifdef Py_GIL_DISABLED\n#endif\n#if defined(Py_GIL_DISABLED)\n#endif"),
    ("a.c", "#ifndef Py_GIL_DISABLED\nx = PyList_GetItem(l, 0);\n#endif"),
    ("a.c", "#if PY_VERSION_HEX >= 0x030D0000\n#else\nx = PyDict_GetItem(d, k);\n#endif"),
    ("a.c", "#if 0\nstatic int x;\n#endif"),
    ("a.c", "keys = PyDict_Keys(d);\nx = PyList_GetItem(keys, 0);"),
    (
        "a.f90",
        "module m\n  integer, parameter :: n = 3\n  type t\n    integer :: x = 1\n  end type",
    ),
    (
        "a.f90",
        "subroutine f(x)\n  integer, intent(in) :: x\n  integer :: y\n  y = x\nend subroutine",
    ),
    ("a.c", "assert(Py_REFCNT(o) == 1);"),
    ("a.c", "#define PyGILState_Ensure() 0"),
    (
        "a.c",
        "Py_BEGIN_CRITICAL_SECTION(d);\nwhile (PyDict_Next(d, &p, &k, &v)) {\n"
        "    if (x) goto done;\n}\ndone:;\nPy_END_CRITICAL_SECTION();",
    ),
    (
        "a.c",
        "PyMODINIT_FUNC PyInit_a(void) {\n    m = PyModule_Create(&d);\n"
        "    PyUnstable_Module_SetGIL(m, Py_MOD_GIL_NOT_USED);\n}",
    ),
    ("a.cpp", "PYBIND11_MODULE(a, m,\n    py::mod_gil_not_used()) {\n}"),
    ("a.pyx", "# cython: freethreading_compatible=True\ncdef class A:\n    cdef int field"),
    ("a.pxi", "with cython.critical_section(d):\n    x = PyDict_GetItem(d, k)\n"),
    ("a.rs", 'extern "C" {\n    pub static mut PyExc_OSError: *mut PyObject;\n}'),
    ("a.rs", "static CACHE: Mutex<Vec<u8>> = Mutex::new(Vec::new());"),
    ("a.rs", "pub fn PyDict_GetItem(d: *mut PyObject) -> *mut PyObject;"),
    ("a.rs", "with_critical_section(d, || {\n    ffi::PyDict_Next(d, p, k, v);\n});"),
    ("a.rs", "fn f() {\n    if A.load(R) {}\n}\nfn g() {\n    A.store(true, R);\n}"),
    (
        "a.c",
        "PyObject *get(PyObject *o) {\n    Py_BEGIN_CRITICAL_SECTION(o);\n    if (o->x == NULL)\n"
        "        o->x = make();\n    Py_END_CRITICAL_SECTION();\n}",
    ),
    ("a.c", "int T_init(PyObject *o) {\n    if (o->x == NULL)\n        o->x = make();\n}"),
    (
        "a.c",
        "PyObject *get(PyObject *o) {\n    o->x = make();\n    if (o->x == NULL)\n        o->x = 0;\n}",
    ),
    (
        "a.c",
        "X *f(void) {\n    X *o = X_New();\n    if (o->x == NULL)\n        o->x = PyDict_New();\n}",
    ),
    (
        "a.cpp",
        "class A {\n    mutable std::mutex m_;\n    mutable std::atomic<int> n_;\n};\n"
        "void g() {\n    auto f = [](int x) mutable { return x; };\n}",
    ),
    (
        "a.cpp",
        "void bind_all(py::module_ &m) {\n    if (x) {\n        py::class_<T>(m, n);\n    }\n}",
    ),
    (
        "a.c",
        "int f(int x) {\n    PyMutex_Lock(&m);\n    if (x) {\n        PyMutex_Unlock(&m);\n"
        "        return 1;\n    }\n    PyMutex_Unlock(&m);\n    return 0;\n}",
    ),
    ("a.c", "x = block_size(1);\nclock_gettime(a, b);\nreturn unblock(1);"),
    ("a.pxi", "cdef object pattern = re.compile(text)\nlimit = 3"),
    ("a.c", "static int x; /* ftguide: allow static-state guarded by lock */"),
    ("a.c", "// ftguide: allow borrowed-reference a tuple in disguise\nx = PyList_GetItem(l, 0);"),
    # A part of functions that lock, and of one that has the object for itself, is no odd one out.
    (
        "a.c",
        RING + "int h(Ring *self) {\n    Py_BEGIN_CRITICAL_SECTION(self);\n    part(self);\n"
        "    Py_END_CRITICAL_SECTION();\n}\nRing *copy(Ring *self) {\n    Ring *other = duplicate(self);\n"
        "    part(other);\n    return other;\n}",
    ),
    (
        "a.cpp",
        "PyObject *get(PyObject *o) {\n    PyCriticalObjectSection hold(o);\n    if (o->x == NULL)\n"
        "        o->x = make();\n}",
    ),
    (
        "a.c",
        'int f(PyObject *kwargs) {\n    return PyDict_GetItemString(kwargs, "level") != NULL;\n}',
    ),
]


@pytest.mark.parametrize(("name", "source"), FINE)
def test_what_is_fine_is_not_reported(found, name, source):
    assert found(name, source + "\n") == []


def test_code_after_a_conditional_is_read_again(found):
    source = "#ifndef Py_GIL_DISABLED\n#if X\n#else\n#endif\n#endif\nstatic int x;\n"
    assert found("a.c", source) == [("static-state", 6)]


def test_the_free_threaded_branch_is_read(found):
    source = "#ifdef Py_GIL_DISABLED\nstatic int x;\n#else\nstatic int y;\n#endif\n"
    assert found("a.c", source) == [("static-state", 2)]


def test_an_unknown_rule_in_a_comment_is_a_finding(found):
    source = "static int x; // ftguide: allow static-stat because\n"
    assert found("a.c", source) == [("allow-without-reason", 1), ("static-state", 1)]


def test_a_comment_excuses_its_rule_only(found):
    source = "static int x; // ftguide: allow static-object it is no object\n"
    assert found("a.c", source) == [("static-state", 1)]


@pytest.mark.parametrize(
    "more",
    [
        "int g(Ring *self) {\n    part(self);\n}",  # called without the lock
        "int g(List *all) {\n    Ring *first = all->first;\n    part(first);\n}",  # known to others
        "void *table[] = {part};",  # called by anybody
    ],
)
def test_a_part_that_others_can_call_without_the_lock_is_the_odd_one(found, more):
    rules = [rule for rule, _ in found("a.c", f"{RING}{more}\n")]
    assert "odd-one-out" in rules


@pytest.mark.parametrize(
    ("source", "weight"),
    [
        ("static int debug;\nvoid f(int x) {\n    if (x)\n        debug = 1;\n}", Weight.LOOK),
        ("static int debug;\nvoid f(int x) {\n    debug = x;\n}", Weight.FIX),
        # What is looked at first says whether something was done.
        (
            "static int done;\nvoid f(void) {\n    if (!done) {\n        done = 1;\n    }\n}",
            Weight.FIX,
        ),
        (
            "PyObject *Error = NULL;\nint add_all(PyObject *m) {\n    Error = make();\n"
            '    return PyModule_AddObject(m, "E", Error);\n}',
            Weight.LOOK,
        ),
        # A function that Python calls, with the module in front.
        (
            "PyObject *Error = NULL;\nPyObject *add_all(PyObject *m) {\n    Error = make();\n"
            '    PyModule_AddObject(m, "E", Error);\n}',
            Weight.FIX,
        ),
        # The project has looked at it.
        ("x = PyList_GetItem(l, 0);  // noqa: borrowed-ref OK", Weight.LOOK),
        ("x = PyList_GetItem(l, 0);  // noqa: borrowed-ref - manual fix needed", Weight.FIX),
        ("d = PyDict_Next(d, &p, &k, &v);  /* borrowed references, fine */", Weight.FIX),
        (
            "int end(PyObject *self) {\n    if (self->ended)\n        return 0;\n"
            + "    step(self);\n" * 50
            + "    self->ended = 1;\n}",
            Weight.LOOK,
        ),
        (
            "int end(PyObject *self) {\n    if (self->ended)\n        return 0;\n    self->ended = 1;\n}",
            Weight.FIX,
        ),
    ],
)
def test_the_weight_of_a_place_is_what_its_source_says(weighed, source, weight):
    assert weighed("a.c", f"{source}\n") == [weight]
