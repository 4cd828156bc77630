from setuptools import setup
from setuptools.command.build_py import build_py


class GenerateFirst(build_py):
    """SWIG writes tally.py too, so it has to run before Python files are collected."""

    def run(self):
        self.run_command("build_ext")
        super().run()


setup(cmdclass={"build_py": GenerateFirst})
