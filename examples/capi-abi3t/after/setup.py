from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "tally",
            ["tally.c"],
            define_macros=[("Py_LIMITED_API", "0x030f0000"), ("Py_TARGET_ABI3T", "0x030f0000")],
            # What is not in the ABI is not declared, and older compilers only warn: then it crashes.
            extra_compile_args=["-Werror=implicit-function-declaration"],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp315"}},
)
