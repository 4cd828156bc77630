"""The pieces of code in `mine/`, and what the text of each resembles."""

from pathlib import Path

FOLDER = Path(__file__).with_name("mine")
SHAPES = {
    "enum_members": {"enum"},
    "matrix": {"list"},
    "lru_cache_shared": {"cache"},
    "shared_dict": {"dict"},
    "global_random": {"random"},
    "quiet_log": {"logging"},
    "numpy_small": {"numpy"},
    "deepcopy_tree": {"deepcopy", "dict"},
    "tiny_pool": {"pool"},
    "shared_lock": {"lock", "written-list"},
    "slow_lock": {"lock"},
    "sleeping_lock": {"lock"},
    "sleeps": set(),
    "reads_file": set(),
    "own_threads": {"thread"},
    "private_loop": set(),
    "gc_heavy": set(),
}


def shape(name):
    """Return the file of a shape."""
    return FOLDER / f"{name}.py"
