"""A reader's own code, tried once before it is measured."""

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Mode
from ftguide.suite.declare import user_code
from ftguide.suite.observe.rehearsal import Failed, Rehearsal
from ftguide.suite.record.model import Trial
from ftguide.target import rehearse
from tests.chance import PATIENCE, seen
from tests.suite.mine_shapes import FOLDER

CODE = """
import asyncio, sys, time
SEEN = []

async def go():
    pass

def hidden():
    return go()

def leaves():
    sys.exit(3)

def breaks():
    return {}["missing"]

def grows():
    SEEN.append(1)
    return len(SEEN)

def large():
    return bytes(60_000_000)

def slow():
    time.sleep(0.4)

def waits():
    time.sleep(60)

def crashes():
    import os
    os.abort()

def sees():
    assert ARGUMENTS == [__file__], ARGUMENTS

ARGUMENTS = list(sys.argv)

def shouts():
    print("loud")
    sys.__stdout__.write("louder")

def forks():
    import os
    child = os.fork()
    if child:
        os.waitpid(child, 0)

def refuses():
    import threading
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("only in the main thread")
"""


@pytest.fixture
def try_(pair, tmp_path):
    """Try a function of the code above, or a request below the shapes."""
    (tmp_path / "own.py").write_text(CODE)

    def trial(request, mode=Mode.THREADS, patience=PATIENCE, folder=tmp_path):
        code = user_code.read([request], None, folder=folder, cpus=2)
        (slug,) = code.specs
        place = Rehearsal(
            executable=pair.ft.executable,
            root=ROOT,
            path=(),
            patience=patience,
            memory_bytes=None,
        )
        return place.of(slug, code.environment, mode)

    return trial


@pytest.mark.interpreters
@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("hidden", "the call returns a coroutine"),
        ("leaves", "SystemExit: 3 (the call ends the program: give a function that returns)"),
        ("breaks", "KeyError: 'missing'"),
        ("crashes", "was killed by SIGABRT"),
    ],
)
def test_what_fails_fails_once_with_its_own_frames(try_, function, message):
    failed = try_(f"own.py:{function}")
    assert isinstance(failed, Failed)
    assert message in failed.message
    assert failed.lazy is (function == "hidden")
    if function == "breaks":
        assert 'own.py", line' in failed.tail
        assert "rehearse.py" not in failed.tail


@pytest.mark.interpreters
@pytest.mark.slow
def test_what_never_ends_is_given_up(try_):
    failed = try_("own.py:waits", patience=3.0)
    assert (
        "had not ended after 3 s; give it less work, or more time with --patience" in failed.message
    )


@pytest.mark.interpreters
def test_what_a_trial_sees(try_):
    # A first call during which the machine does something else for long is the only one.
    grown = seen(lambda: try_("own.py:grows"), lambda trial: trial.calls > 1)
    assert grown.varies
    assert try_("own.py:large").returned_bytes == pytest.approx(60_000_000, rel=0.01)
    slow = try_("own.py:slow")
    assert slow.seconds >= 0.4
    assert (slow.calls, slow.starts, slow.varies) == (1, 0, False)
    assert isinstance(try_("own.py:shouts"), Trial)
    assert try_("own.py:forks").starts > 0


@pytest.mark.interpreters
@pytest.mark.parametrize(
    ("request_", "starts"),
    [("own_threads.py:work", True), ("tiny_pool.py:work", True), ("private_loop.py:work", False)],
)
def test_threads_of_its_own_are_noticed(try_, request_, starts):
    assert bool(try_(request_, folder=FOLDER).starts) is starts


@pytest.mark.interpreters
@pytest.mark.slow
def test_a_file_sees_itself_in_its_arguments_and_the_package_around_it(try_, tmp_path):
    assert isinstance(try_("argv_at_import.py:work", folder=FOLDER), Trial)
    assert isinstance(try_("own.py:sees"), Trial)
    assert isinstance(try_("parcel/inner/m.py:f", folder=FOLDER), Trial)
    for name in ("my-script.py", "my.script.py", "json.py", "ftguide.py", "__main__.py"):
        (tmp_path / name).write_text("def f():\n    return __file__\n")
        assert isinstance(try_(f"{name}:f"), Trial), name


@pytest.mark.interpreters
def test_a_package_whose_name_is_taken_is_refused_with_a_remedy(try_, tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").touch()
    (tmp_path / "benchmarks" / "mine.py").write_text("def f():\n    pass\n")
    failed = try_("benchmarks/mine.py:f")
    assert "a package called 'benchmarks'" in failed.message
    assert "rename the package" in failed.message


@pytest.mark.interpreters
def test_a_mode_that_is_not_possible_is_known_beforehand(try_):
    assert isinstance(try_("own.py:refuses"), Trial)
    assert isinstance(try_("private_loop.py:work", Mode.INTERPRETERS, folder=FOLDER), Trial)
    refused = try_("own.py:forks", Mode.INTERPRETERS)
    assert isinstance(refused, Failed)
    assert "fork not supported" in refused.message


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("odd"), "ValueError: odd"),
        (ValueError("odd\nand a page more"), "ValueError: odd"),
        (ValueError(), "ValueError:"),
        (ImportError("\n\nPLEASE READ\n\nno"), "ImportError: PLEASE READ"),
        (
            ImportError("\n\nPLEASE READ\n\nit does not support loading in subinterpreters\n"),
            "ImportError: it does not support loading in subinterpreters",
        ),
    ],
)
def test_a_message_is_told_by_the_line_that_says_most(error, text):
    assert rehearse.in_one_line(error) == text
