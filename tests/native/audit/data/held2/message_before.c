#include <Python.h>
#include <stdio.h>
#include "codec.h"

static const char *
describe(int code, long offset)
{
    static char text[160];
    snprintf(text, sizeof(text), "%s at byte %ld", codec_strerror(code), offset);
    return text;
}

static PyObject *
decode(PyObject *module, PyObject *arg)
{
    long offset = 0;
    int code = codec_run(PyBytes_AS_STRING(arg), PyBytes_GET_SIZE(arg), &offset);
    if (code != CODEC_OK) {
        PyErr_SetString(PyExc_ValueError, describe(code, offset));
        return NULL;
    }
    Py_RETURN_NONE;
}
