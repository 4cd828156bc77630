#include <Python.h>
static struct { PyObject *error; int ready; } state_a;  //> static-object look
static struct {
    PyObject *cache;
} state_b;  //> static-object look
static struct config { int level; } state_c;  //> static-state look
static enum { OFF, ON } mode;  //> static-state look
static int (*hook)(int);  //> static-state look
static PyObject *(*factory)(void) = NULL;  //> static-state look
static union { int i; double d; } scratch;  //> static-state look
static struct config state_d;  //> static-state look
static struct config *state_e;  //> static-state look
static struct config state_f = { 3 };  //> static-state look
struct config state_g = { 3 };  //> static-state look
struct { int a; } state_h;  //> static-state look
int (*hook2)(int);  //> static-state look
static int table2[3][3];  //> static-state look
static volatile sig_atomic_t flag;  //> static-state look
static char buf[64];  //> static-state look
static const char *names[4];  //> static-state look
