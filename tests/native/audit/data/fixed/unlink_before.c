#include <Python.h>

typedef struct _cursor {
    PyObject_HEAD
    struct _connection *connection;
    struct _cursor *next;
} Cursor;

typedef struct _connection {
    PyObject_HEAD
    Cursor *cursors;
} Connection;

static PyObject *
connection_rollback(Connection *self, PyObject *Py_UNUSED(ignored))
{
    for (Cursor *cursor = self->cursors; cursor != NULL; cursor = cursor->next) {
        cursor_reset(cursor);
    }
    Py_RETURN_NONE;
}

static void
cursor_dealloc(Cursor *self)
{
    Cursor **link = &self->connection->cursors;
    while (*link != self) {
        link = &(*link)->next;
    }
    *link = self->next;
    Py_DECREF(self->connection);
    Py_TYPE(self)->tp_free((PyObject *)self);
}
