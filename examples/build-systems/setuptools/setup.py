import sys

from setuptools import Extension, setup

# From 3.15 on, one wheel for both builds; before, a wheel for each line and build.
ABI3T = sys.version_info >= (3, 15)
MACROS = [("Py_LIMITED_API", "0x030f0000"), ("Py_TARGET_ABI3T", "0x030f0000")]

setup(
    ext_modules=[
        Extension(
            "hits",
            ["hits.c"],
            define_macros=MACROS if ABI3T else [],
            py_limited_api=ABI3T,  # names the file
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp315"}} if ABI3T else {},  # names the wheel
)
