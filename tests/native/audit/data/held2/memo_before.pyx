# cython: language_level=3
# cython: freethreading_compatible = True
from collections import OrderedDict

_plans = OrderedDict()
cdef int MAX_PLANS = 16

def get_plan(shape, dtype):
    key = (shape, dtype)
    plan = _plans.get(key)
    if plan is None:
        plan = _make_plan(shape, dtype)
        if len(_plans) >= MAX_PLANS:
            _plans.popitem(last=False)
        _plans[key] = plan
    else:
        _plans.move_to_end(key)
    return plan
