#include <Python.h>
#include <stdio.h>
#include "codec.h"

static void
describe(int code, long offset)
{
    PyErr_Format(PyExc_ValueError, "%s at byte %ld", codec_strerror(code), offset);
}

static PyObject *
decode(PyObject *module, PyObject *arg)
{
    long offset = 0;
    int code = codec_run(PyBytes_AS_STRING(arg), PyBytes_GET_SIZE(arg), &offset);
    if (code != CODEC_OK) {
        describe(code, offset);
        return NULL;
    }
    Py_RETURN_NONE;
}
