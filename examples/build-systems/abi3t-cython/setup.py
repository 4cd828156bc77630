from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "hits",
            ["hits.pyx"],
            define_macros=[("Py_LIMITED_API", "0x030f0000"), ("Py_TARGET_ABI3T", "0x030f0000")],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp315"}},
)
