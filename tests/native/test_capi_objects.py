"""The experiments with the C API print what the pages show, on every line at hand."""

import re
import subprocess

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build
from ftguide.native.audit.scan import audit
from tests.native import capi_objects as experiments
from tests.slow import slow_but

PAGES = (
    ROOT / "source" / "porting-extensions.md",
    *(ROOT / "source" / "porting-extensions").glob("*.md"),
)
LINES = (experiments.MAIN_LINE, *experiments.OTHER_LINES)


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """Return a function that builds the modules for a build of a line, once, and names its interpreter."""
    if experiments.compiler() is None:
        pytest.skip("no C compiler on PATH")
    made = {}

    def build_them(line, build):
        if (line, build) not in made:
            pairs = experiments.pairs_of(line)
            if not pairs:
                pytest.skip(f"no pair of {line} is installed")
            python = pairs[0].builds[build].executable
            folder = tmp_path_factory.mktemp(f"modules-{line}-{build}")
            experiments.build_modules(python, line, folder)
            made[line, build] = python, folder
        return made[line, build]

    return build_them


CASES = [
    (line, build, name)
    for line in LINES
    for name in experiments.programs_of(line)
    for build in Build
]
QUICK = [(experiments.MAIN_LINE, Build.FREE_THREADED, "resurrection")]


@pytest.mark.interpreters
@pytest.mark.parametrize(("line", "build", "name"), slow_but(QUICK, CASES))
def test_programs_print_what_is_recorded(line, build, name, modules):
    python, folder = modules(line, build)
    assert experiments.run_program(python, name, folder) == experiments.recorded(name, build, line)


@pytest.mark.slow
@pytest.mark.interpreters
def test_a_cache_that_only_increments_is_noticed(tmp_path):
    """Without PyUnstable_TryIncRef the cache returns a symbol that is being freed; what follows varies."""
    if experiments.compiler() is None:
        pytest.skip("no C compiler on PATH")
    source = (experiments.FOLDER / "helpers.c").read_text()
    call = "PyUnstable_TryIncRef(found)"
    assert source.count(f"!{call}") == 2
    (tmp_path / "helpers.c").write_text(source.replace(call, "(Py_INCREF(found), 1)"))
    line = experiments.MAIN_LINE
    python = experiments.pairs_of(line)[0].builds[Build.FREE_THREADED].executable
    experiments.build_modules(python, line, tmp_path, tmp_path)
    program = [python, "-u", str(experiments.FOLDER / "symbols.py")]
    environ = {**experiments.environment(), "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environ) as process:
        answer = process.stdout.readline()
        process.kill()
    assert answer == "made by a lookup while the symbol is freed: 0\n"


def test_every_recording_is_of_a_program_and_shown():
    text = "".join(page.read_text() for page in PAGES)
    for path in experiments.RECORDED.glob("*.txt"):
        name = re.sub(r"-(gil|ft)(-3\.\d+)?$", "", path.stem)
        assert name in experiments.PROGRAMS, path.name
    for name in experiments.PROGRAMS:
        assert f"capi-objects/recorded/{name}" in text, f"no page shows what {name} prints"


def test_the_audit_has_nothing_to_say():
    assert [(one.file, one.rule.id) for one in audit(experiments.FOLDER).findings] == []
